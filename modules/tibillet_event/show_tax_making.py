"""Fill a worksheet of the tax on shows from the returns of performances."""
from collections import Counter
from decimal import Decimal

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access

from . import show_tax_rule, sibil

ZERO = Decimal(0)
# What is kept of a line once its worksheet is frozen.
LINE = [
    'date', 'event_name', 'venue_name', 'valid', 'free_valid', 'admission',
    'base', 'rate', 'amount', 'account_amount', 'due_date', 'note']


@without_check_access
def fill(worksheet):
    """Create the lines of a draft: each return once, in the first worksheet

    Return the terms of the worksheet.
    """
    pool = Pool()
    Line = pool.get('tibillet.show.tax.line')
    Rate = pool.get('tibillet.show.tax.rate')
    returns = [
        made for made in _get_returns(worksheet)
        if get_body(made.performance) == worksheet.body]
    rates = Rate.get_at(worksheet.body, {
            worksheet.end_date, *(made.performance.date for made in returns)})
    before = _get_before(returns)
    lines = []
    for made in returns:
        performance = made.performance
        rate = rates[performance.date]
        amount = show_tax_rule.added(
            before[performance], made.base, rate.rate)
        account = None
        if rate.account_rate is not None:
            account = show_tax_rule.added(
                show_tax_rule.tax(before[performance], rate.rate), amount,
                rate.account_rate)
        before[performance] += made.base
        lines.append({
                'worksheet': worksheet.id,
                'boxoffice_return': made.id,
                'date': performance.date,
                'event_name': made.event_name,
                'venue_name': made.venue_name,
                'valid': made.valid,
                'free_valid': made.free_valid,
                'admission': made.admission,
                'base': made.base,
                'rate': rate.rate,
                'amount': amount,
                'account_amount': account,
                'due_date': show_tax_rule.due_date(
                    performance.date, rate.months),
                'note': _get_note(made),
                })
    Line.create(lines)
    return {
        'year_before': _get_year_before(worksheet),
        'threshold': rates[worksheet.end_date].threshold,
        'due_date': min((line['due_date'] for line in lines), default=None),
        'source': '\n\n'.join(dict.fromkeys(
                rate.source for rate in sorted(
                    rates.values(), key=lambda r: r.start_date))),
        }


def _get_year_before(worksheet):
    "Return the tax of the same year that is frozen"
    pool = Pool()
    Worksheet = pool.get('tibillet.show.tax')
    return sum((
            line.amount for frozen in Worksheet.search([
                    ('company', '=', worksheet.company.id),
                    ('body', '=', worksheet.body),
                    ('year', '=', worksheet.year),
                    ('state', '=', 'frozen'),
                    ])
            for line in frozen.lines), ZERO)


def get_body(performance):
    "Return to whom the tax of a performance is owed, None if it is not said"
    event = performance.event
    if event.kind not in sibil.SHOWS and not event.show_tax:
        return show_tax_rule.NONE
    return show_tax_rule.body(
        event.sibil_domain, bool(performance.venue.astp_member),
        event.show_tax)


def _get_returns(worksheet):
    """Return the returns that a worksheet has to hold and no other one does

    Those of its period, and of earlier performances what came after their
    worksheet was frozen.
    """
    pool = Pool()
    Line = pool.get('tibillet.show.tax.line')
    Return = pool.get('tibillet.boxoffice.return')
    Worksheet = pool.get('tibillet.show.tax')
    found = Return.search([
            ('organiser', '=', worksheet.company.id),
            ('performance.date', '<=', worksheet.end_date),
            ('performance.state', '!=', 'cancelled'),
            ], order=[('starts_at', 'ASC'), ('id', 'ASC')])
    taken = {
        line.boxoffice_return for line in Line.search([
                ('boxoffice_return', 'in', [made.id for made in found]),
                ])}
    frozen = Worksheet.search([
            ('company', '=', worksheet.company.id),
            ('body', '=', worksheet.body),
            ('state', '=', 'frozen'),
            ])
    return [
        made for made in found
        if made not in taken and (
            made.performance.date >= worksheet.start_date
            or any(w.start_date <= made.performance.date <= w.end_date
                for w in frozen))]


def _get_before(returns):
    "Return the receipts of performances that are on a worksheet already"
    pool = Pool()
    Line = pool.get('tibillet.show.tax.line')
    before = Counter()
    for line in Line.search([
                ('boxoffice_return.performance', 'in',
                    list({made.performance.id for made in returns})),
                ]):
        before[line.boxoffice_return.performance] += line.base
    return before


def _get_note(made):
    notes = []
    if made.corrects_number:
        notes.append(gettext(
                'tibillet_event.msg_show_tax_correction',
                number=made.corrects_number))
    if made.valid and not made.admission:
        notes.append(gettext('tibillet_event.msg_show_tax_free'))
    coproducers = made.performance.event.coproducers
    if coproducers:
        notes.append(gettext(
                'tibillet_event.msg_show_tax_coproduced',
                parties=', '.join(p.rec_name for p in coproducers)))
    return ' '.join(notes) or None


def get_missing(worksheet):
    "Return what has to be said or done before a draft can be frozen"
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    unknown = {
        made.performance.event: None for made in _get_returns(worksheet)
        if get_body(made.performance) is None}
    sentences = [
        gettext('tibillet_event.msg_show_tax_body', event=event.rec_name)
        for event in unknown]
    for performance in Performance.search([
                ('event.company', '=', worksheet.company.id),
                ('state', '=', 'on_sale'),
                ('date', '>=', worksheet.start_date),
                ('date', '<=', worksheet.end_date),
                ], order=[('date', 'ASC'), ('id', 'ASC')]):
        if get_body(performance) in {None, worksheet.body}:
            sentences.append(gettext(
                    'tibillet_event.msg_show_tax_open',
                    performance=performance.rec_name))
    return sentences
