"""What the engine says about each figure, as codes and values.

Nothing is computed here that is not in the figures: each sentence repeats
one step with its numbers, so that a person can do it again by hand.
words.py holds the sentences themselves, in English and French.
"""
from decimal import Decimal

from tibillet.money import half_up

ZERO = Decimal(0)
PERCENT = Decimal('0.0001')


def settlement_sentences(settlement):
    "Return the (code, values) of a Settlement, in the order of its steps"
    sentences = []
    _say_base(settlement, sentences)
    if settlement.base:
        _say_rules(settlement, sentences)
    _say_parts(settlement, sentences)
    _say_total(settlement, sentences)
    return tuple(sentences)


def _say_base(settlement, sentences):
    alerts = settlement.alerts
    turnover, excluded = settlement.turnover, settlement.excluded
    if len(settlement.service.turnover) > 1:
        sentences.append(('turnover', {
                    'lines': [a.amount for a in settlement.service.turnover],
                    'turnover': turnover}))
    deducted = _get_deducted(settlement.service)
    if len(deducted) > 1:
        sentences.append(('exclusions', {
                    'lines': deducted,
                    'exclusions': settlement.exclusions}))
    if 'exclusions_negative' in alerts:
        sentences.append(
            ('exclusions_negative', {'exclusions': settlement.exclusions}))
    if 'exclusions_limited' in alerts:
        sentences.append(('exclusions_limited', {
                    'exclusions': settlement.exclusions,
                    'turnover': max(ZERO, turnover),
                    'rate': settlement.clauses.exclusions_max_rate,
                    'excluded': excluded}))
    if 'base_negative' in alerts:
        sentences.append(('base_negative', {
                    'turnover': turnover, 'excluded': excluded,
                    'result': turnover - excluded,
                    'base': settlement.base}))
    elif excluded:
        sentences.append(('base', {
                    'turnover': turnover, 'excluded': excluded,
                    'base': settlement.base}))
    else:
        sentences.append(('base_turnover', {'base': settlement.base}))


def _get_deducted(service):
    "Return what is deducted, what people earn being added up"
    amounts = [a.amount for a in service.exclusions if a.nature != 'human']
    earned = [a.amount for a in service.exclusions if a.nature == 'human']
    return [sum(earned), *amounts] if earned else amounts


def _say_rules(settlement, sentences):
    clauses = settlement.clauses
    if settlement.phase == 'post':
        sentences.append(('opening_post', {}))
        if settlement.post is None:
            sentences.append(('nothing_post', {}))
            return
        _say_figures(settlement, clauses.post, settlement.post, sentences)
        return
    sentences.append(
        ('opening_pre', {'remaining': settlement.opening_remaining}))
    if settlement.pre is None:
        sentences.append(('nothing_pre', {}))
        return
    _say_figures(settlement, clauses.pre, settlement.pre, sentences)
    if settlement.phase == 'crossing':
        _say_crossing(settlement, sentences)


def _say_crossing(settlement, sentences):
    clauses, remaining = settlement.clauses, settlement.opening_remaining
    wanted = sum(
        (t.amount for t in settlement.pre.takes if t.kind == 'recoup'), ZERO)
    if clauses.local_base == 'share':
        wanted -= half_up(wanted * clauses.local_rate, clauses.quantum)
    if clauses.crossing == 'whole_pre':
        sentences.append(('crossing_whole', {
                    'wanted': wanted, 'remaining': remaining,
                    'excess': settlement.excess}))
        return
    sentences.append(('crossing_split', {
                'remaining': remaining, 'wanted': wanted,
                'alpha': half_up(settlement.alpha, PERCENT)}))
    sentences.append(('crossing_bases', {
                'base_pre': settlement.base_pre,
                'base_post': settlement.base_post}))
    after = ZERO
    if settlement.post is None:
        sentences.append(('nothing_post', {}))
    else:
        after = settlement.post.share
        sentences.append(('crossing_rule', {}))
        _say_figures(
            settlement, clauses.post, settlement.post, sentences)
    before = settlement.pre.share - wanted
    parts = settlement.share - settlement.recouped
    if before:
        sentences.append(('crossing_parts', {
                    'before': before, 'after': after,
                    'remaining': remaining, 'left': wanted - remaining,
                    'wanted': wanted, 'amount': parts}))
    elif after:
        sentences.append(('crossing_post', {
                    'after': after, 'left': wanted - remaining,
                    'wanted': wanted, 'amount': parts}))


def _say_figures(settlement, schedule, figures, sentences):
    base = settlement.base
    if figures.kind == 'flat':
        sentences.append(('flat', {
                    'base': base, 'rate': schedule.rate,
                    'raw': figures.raw}))
    elif figures.kind == 'fixed':
        sentences.append(('fixed', {'raw': figures.raw}))
    elif figures.kind == 'class':
        for *_, rate, amount in figures.slices:
            sentences.append(
                ('class', {'base': base, 'rate': rate, 'raw': amount}))
    elif figures.kind == 'marginal':
        _say_slices(figures, sentences)
    else:
        _say_takes(settlement, schedule, figures, sentences)
    _say_limits(settlement, schedule, figures, sentences)


def _say_slices(figures, sentences):
    for lower, upper, rate, amount in figures.slices:
        sentences.append(('slice' if lower else 'slice_first', {
                    'lower': lower, 'upper': upper, 'width': upper - lower,
                    'rate': rate, 'amount': amount}))
    if len(figures.slices) > 1:
        sentences.append(('slices', {
                    'lines': [amount for *_, amount in figures.slices],
                    'raw': figures.raw}))


def _say_takes(settlement, schedule, figures, sentences):
    service = settlement.service
    for tier, take in zip(schedule.tiers, figures.takes, strict=False):
        if tier.kind == 'recoup' and figures.phase == 'post':
            continue
        code = f'tier_{tier.kind}'
        if tier.kind == 'recoup' and tier.rate is None:
            code = 'tier_recoup_all'
        declared = service.costs.get(tier.key, ZERO)
        if (tier.kind == 'cost' and tier.amount is not None
                and declared > tier.amount):
            code = 'tier_cost_most'
        waiting = (
            settlement.brought.get(tier.key, ZERO) if tier.carry else ZERO)
        sentences.append((code, {
                    'label': tier.label or tier.key,
                    'base': settlement.base,
                    'available': take.available,
                    'rate': tier.rate,
                    'price': tier.amount,
                    'days': service.days.get(tier.key, ZERO),
                    'declared': declared,
                    'wanted': take.wanted - waiting}))
        if waiting > 0:
            sentences.append(('tier_brought', {
                        'waiting': waiting, 'wanted': take.wanted}))
        elif waiting:
            sentences.append(('tier_ahead', {
                        'ahead': -waiting,
                        'wanted': max(take.wanted, ZERO)}))
        if take.amount < min(take.wanted, take.available):
            sentences.append(('tier_cut', {'amount': take.amount}))
        elif take.amount < take.wanted:
            sentences.append(('tier_short', {'amount': take.amount}))
    if len(schedule.tiers) > 1:
        sentences.append(('slices', {
                    'lines': [
                        max(ZERO, min(take.wanted, take.available))
                        for take in figures.takes if take.key != 'floor'],
                    'raw': figures.raw}))


def _say_limits(settlement, schedule, figures, sentences):
    hits = figures.hits
    if 'floor' in hits:
        sentences.append(('limit_floor', {'amount': figures.after_floor}))
    if 'cap' in hits:
        sentences.append(('limit_cap', {'amount': figures.after_cap}))
    if 'max_rate' in hits:
        sentences.append(('limit_max_rate', {
                    'base': settlement.base,
                    'rate': settlement.clauses.max_rate,
                    'amount': figures.limit}))
    if 'base' in hits:
        sentences.append(('limit_base', {'amount': figures.limit}))
    if not hits:
        if schedule.floor and schedule.cap is not None:
            sentences.append(('limits_none', {}))
        elif schedule.floor:
            sentences.append(('limits_no_floor', {}))
        elif schedule.cap is not None:
            sentences.append(('limits_no_cap', {}))
    if figures.share != figures.after_max:
        sentences.append(('rounded', {'amount': figures.share}))


def _say_parts(settlement, sentences):
    clauses = settlement.clauses
    recouped_by = settlement.recouped_by
    if len(recouped_by) == 1:
        for contributor, amount in recouped_by.items():
            sentences.append(('recouped_one', {
                        'contributor': contributor, 'amount': amount}))
    elif recouped_by:
        sentences.append((f'recouped_{clauses.allocation}', {
                    'amount': settlement.recouped,
                    'parts': list(recouped_by.items())}))
    if settlement.by_tier and settlement.phase == 'crossing':
        labels = _get_labels(clauses)
        sentences.append(('tiers_paid', {
                    'parts': [
                        (labels.get(key, key), amount)
                        for key, amount in settlement.by_tier.items()]}))
    local_post = half_up(
        settlement.post_part * clauses.local_rate, clauses.quantum)
    if settlement.local - local_post:
        sentences.append(('local_share', {
                    'rate': clauses.local_rate,
                    'amount': settlement.local - local_post}))
    if local_post:
        sentences.append(('local', {
                    'base': settlement.post_part,
                    'rate': clauses.local_rate, 'amount': local_post}))
    _say_destinations(
        clauses, settlement.post_part - local_post + settlement.excess,
        settlement.by_destination, sentences)


def _say_destinations(clauses, rest, by_destination, sentences):
    if not rest:
        return
    if '' in by_destination:
        sentences.append(('destinations_missing', {'amount': rest}))
        return
    for destination in clauses.destinations:
        amount = by_destination[destination.key]
        if not amount:
            continue
        sentences.append(('destination', {
                    'label': destination.label or destination.key,
                    'base': rest, 'rate': destination.rate,
                    'amount': amount}))
        if amount != half_up(rest * destination.rate, clauses.quantum):
            sentences.append(('cent_moved', {}))


def _say_total(settlement, sentences):
    share = settlement.share
    if not share:
        sentences.append(('total_nothing', {}))
    else:
        known = [
            settlement.recouped, *settlement.by_tier.values(),
            settlement.post_part, settlement.excess]
        # What is left is the local part taken from the recoupment.
        lines = [a for a in [*known, share - sum(known, ZERO)] if a]
        sentences.append(('total' if len(lines) == 1 else 'total_sum', {
                    'lines': lines, 'share': share,
                    'rate': half_up(settlement.effective_rate, PERCENT)}))
    if 'share_is_base' in settlement.alerts:
        sentences.append(('share_is_base', {}))
    left = share - settlement.retained
    if settlement.retained:
        code = 'retained_left' if settlement.reimbursements else 'retained'
        sentences.append((code, {
                    'operator': settlement.service.operator,
                    'share': share, 'retained': settlement.retained,
                    'payable': left}))
    if settlement.reimbursements:
        sentences.append(('reimbursed', {
                    'parts': _get_reimbursed(settlement),
                    'lines': [left, settlement.reimbursed],
                    'payable': settlement.payable}))
    if settlement.recouped:
        if settlement.closing_remaining:
            sentences.append(('closing_pre', {
                        'opening': settlement.opening_remaining,
                        'recouped': settlement.recouped,
                        'remaining': settlement.closing_remaining}))
        else:
            sentences.append(('closing_post', {}))
    labels = _get_labels(settlement.clauses)
    for key, amount in settlement.carried.items():
        sentences.append(('carried' if amount > 0 else 'carried_ahead', {
                    'label': labels.get(key, key), 'amount': abs(amount)}))


def _get_labels(clauses):
    "Return what the lines of the cascades are called, by key"
    return {
        tier.key: tier.label or tier.key
        for schedule in [clauses.pre, clauses.post] if schedule
        for tier in schedule.tiers}


def _get_reimbursed(settled):
    "Return what each partner gets back of the common costs it has paid"
    amounts = {}
    for reimbursement in settled.reimbursements:
        name = reimbursement.beneficiary
        amounts[name] = amounts.get(name, ZERO) + reimbursement.amount
    return list(amounts.items())


def posting_sentences(posting):
    "Return the (code, values) of a Posting"
    entry = posting.entry
    sentences = []
    values = {
        'date': entry.date, 'contributor': entry.contributor,
        'amount': abs(posting.amount), 'declared': abs(entry.amount)}
    if posting.refused:
        sentences.append(('posting_refused', values))
    elif posting.amount > 0:
        sentences.append((
                'posting_more' if entry.contributor else 'posting_more_all',
                values))
    else:
        sentences.append((
                'posting_less' if entry.contributor else 'posting_less_all',
                values))
    if posting.surplus:
        sentences.append(('posting_surplus', {'surplus': posting.surplus}))
    if posting.closing_remaining:
        sentences.append(
            ('posting_left', {'remaining': posting.closing_remaining}))
    else:
        sentences.append(('closing_post', {}))
    return tuple(sentences)


def adjustment_sentences(adjustment):
    "Return the (code, values) of an Adjustment"
    target = adjustment.target
    already = sum((a.amount for a in adjustment.original.booked), ZERO)
    sentences = [('adjust_base', {
                'number': target.number, 'date': target.date,
                'base': target.base,
                'before': target.base - adjustment.base}),
        ('adjust_again', {})]
    sentences += settlement_sentences(target)
    sentences.append(('adjust_share', {
                'share': already + adjustment.share, 'already': already,
                'difference': adjustment.share}))
    if adjustment.recouped < 0:
        sentences.append(('adjust_reopened', {
                    'amount': -adjustment.recouped,
                    'remaining': adjustment.closing_remaining}))
    elif adjustment.recouped:
        sentences.append(('adjust_recouped', {
                    'amount': adjustment.recouped,
                    'remaining': adjustment.closing_remaining}))
    if adjustment.spilled:
        sentences.append(('adjust_spilled', {'amount': adjustment.spilled}))
    labels = _get_labels(target.clauses)
    for key, amount in adjustment.carried.items():
        code = 'adjust_carried' if amount > 0 else 'adjust_carried_less'
        sentences.append((code, {
                    'label': labels.get(key, key), 'amount': abs(amount)}))
    if adjustment.retained:
        sentences.append(('adjust_retained', {
                    'operator': target.service.operator,
                    'lines': [adjustment.share, -adjustment.retained],
                    'retained': adjustment.retained,
                    'left': adjustment.share - adjustment.retained}))
    if adjustment.reimbursements:
        sentences.append(('adjust_reimbursed', {
                    'parts': _get_reimbursed(adjustment),
                    'lines': [
                        adjustment.share - adjustment.retained,
                        adjustment.reimbursed],
                    'payable': adjustment.payable}))
    if adjustment.payable < 0:
        sentences.append(
            ('adjust_refund', {'amount': -adjustment.payable}))
    elif adjustment.payable:
        sentences.append(('adjust_due', {'amount': adjustment.payable}))
    else:
        sentences.append(('adjust_nothing', {}))
    return tuple(sentences)
