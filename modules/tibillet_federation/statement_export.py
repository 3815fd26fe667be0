"""What a statement holds, once, for its PDF, its files and its fingerprint.

The content of a locked statement is the canonical JSON of this data, and its
fingerprint the SHA-256 of it. Invoices and payments, which come after, are
not in it.
"""
import json
from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction

from tibillet import chain

from .kept_content import fingerprint
from .settlement import LOCKED, Book
from .settlement_figures import get_voice, load_balances

FORMAT = 'tibillet-statement-1'
# What comes while the parties approve: their approvals and disputes, the
# obligations that are done, the convention that goes on.
MEANWHILE = ['approvals', 'disputes', 'obligations', 'convention']
# The natures of costs that are what people earn.
PEOPLE = {'salary', 'fee'}
ZERO = Decimal(0)


def get_language(statement):
    "Return the language in which the statement is written"
    pool = Pool()
    Configuration = pool.get('ir.configuration')
    lang = statement.convention.company.party.lang
    return lang.code if lang else Configuration.get_language()


def get_data(statement):
    "Return the content of a statement as plain data"
    pool = Pool()
    Statement = pool.get('tibillet.convention.statement')
    with Transaction().set_context(language=get_language(statement)):
        return _get_data(Statement(statement.id))


def get_shown(statement):
    "Return the canonical bytes of what the parties approve"
    data = get_data(statement)
    for name in MEANWHILE:
        del data[name]
    return chain.canonical(data)


def get_digest(statement):
    "Return the SHA-256 of what the parties approve"
    return fingerprint(get_shown(statement))


def _get_data(statement):
    convention = statement.convention
    book = Book(convention)
    previous = _get_previous(statement)
    return {
        'format': FORMAT,
        'number': statement.number,
        'previous': previous.hash if previous else None,
        'start_date': statement.start_date,
        'end_date': statement.end_date,
        'date': statement.date,
        'due_date': statement.due_date,
        'contest_until': statement.contest_until,
        'currency': convention.currency.code,
        'convention': {
            'number': convention.number,
            'name': convention.name,
            'start': convention.start,
            'end': convention.end,
            },
        'parties': [_get_party(p) for p in convention.parties],
        'clauses': [_get_version(v) for v in _get_versions(statement)],
        'pot': {
            'pot': statement.pot,
            'opening_remaining': statement.opening_remaining,
            'closing_remaining': statement.closing_remaining,
            'crossed_on': statement.crossed_on,
            'contributors': _get_contributors(statement),
            },
        'ledger': _get_ledger(statement),
        'lines': [_get_line(l, statement, book) for l in statement.lines],
        'totals': _get_totals(statement),
        'contributions': [
            _get_contribution(c) for c in _get_contributions(statement)],
        'costs': _get_costs(statement, book),
        'settlement': _get_settlement(statement),
        'obligations': [
            {'party': o.party.rec_name, 'text': o.text, 'due_date': o.due_date}
            for o in convention.obligations
            if not o.done_on and o.due_date
            and o.due_date <= statement.end_date],
        'disputes': [
            _get_dispute(d) for s in [previous, statement] if s
            for d in s.disputes],
        'approvals': [
            {'party': a.party.rec_name, 'date': a.date, 'note': a.note}
            for a in statement.approvals],
        }


def _get_previous(statement):
    pool = Pool()
    Statement = pool.get('tibillet.convention.statement')
    found = Statement.search([
            ('convention', '=', statement.convention.id),
            ('end_date', '<', statement.start_date),
            ('state', 'in', LOCKED),
            ], order=[('end_date', 'DESC')], limit=1)
    return found[0] if found else None


def _get_party(line):
    return {
        'name': line.party.rec_name,
        'roles': sorted(line.roles),
        'legal_status': line.legal_status,
        'vat_regime': line.vat_regime,
        'signatory': line.signatory,
        }


def _get_versions(statement):
    "Return the versions of the lines, and the last one in force"
    versions = {l.version for l in statement.lines}
    last = statement.convention.version_at(statement.end_date)
    if last:
        versions.add(last)
    return sorted(versions, key=lambda v: v.effective_from)


def _get_version(version):
    return {
        'name': version.rec_name,
        'effective_from': version.effective_from,
        'adopted_on': version.adopted_on,
        }


def _get_contributors(statement):
    balances = json.loads(statement.balances or '{}')
    opening = {
        b.contributor: b for b in load_balances(balances.get('opening', []))}
    parties = {str(p.party.id): p for p in statement.convention.parties}
    return [{
            'name': parties[b.contributor].party.rec_name,
            'recoups': b.recoupable,
            'contributed': b.contributed,
            'opening_remaining': opening[b.contributor].remaining,
            'recouped': b.recouped,
            'remaining': b.remaining,
            **_get_declared(parties[b.contributor], statement),
            }
        for b in load_balances(balances.get('closing', []))]


def _get_declared(line, statement):
    "Return the total a party has announced, and how far it is from its lines"
    declared = gap = line.declared_total
    if declared is not None:
        gap = declared - sum(
            (c.gross for c in _get_contributions(statement)
                if c.contributor == line.party), ZERO)
    return {'declared': declared, 'gap': gap}


def _get_contributions(statement):
    return [
        c for c in statement.convention.contributions
        if c.date <= statement.end_date]


def _get_ledger(statement):
    """Return the entries until the end of the period, in order

    Before the statement is locked, what it will write is shown as written.
    """
    pool = Pool()
    Entry = pool.get('tibillet.convention.entry')
    entries = Entry.search([
            ('convention', '=', statement.convention.id),
            ('date', '<=', statement.end_date),
            ])
    if not statement.entry_links:
        entries += [e for l in statement.lines for e in l.get_entries()]
    remaining = ZERO
    ledger = []
    for entry in sorted(entries, key=lambda e: e.date):
        remaining += entry.amount
        ledger.append({
                'date': entry.date,
                'type': entry.type,
                'description': entry.description,
                'contributor': entry.contributor.rec_name,
                'amount': entry.amount,
                'remaining': remaining,
                })
    return ledger


def _get_line(line, statement, book):
    service = line.service
    voice = get_voice(statement.convention)
    sentences = line.data['sentences']
    names = {p.party.id: p.party.rec_name
        for p in statement.convention.parties}
    return {
        'number': service.number,
        'kind': line.kind,
        'date': line.date,
        'event': service.event_name,
        'venue': service.venue,
        'operator': names.get(service.operator.id),
        'clauses': line.version.rec_name,
        'turnover': line.turnover,
        'excluded': line.excluded,
        'base': line.base,
        'phase': line.phase,
        'opening_remaining': line.opening_remaining,
        'pre_share': line.pre_share,
        'post_share': line.post_share,
        'limits': sorted(line.hits or []),
        'alpha': line.alpha,
        'recouped': line.recouped,
        'tiers': line.tiers,
        'local': line.local,
        'destinations': line.destinations,
        'share': line.share,
        'effective_rate': line.effective_rate,
        'reimbursed': line.reimbursed,
        'retained': line.retained,
        'payable': line.payable,
        'closing_remaining': line.closing_remaining,
        'parts': [{
                'kind': p.kind,
                'name': p.name,
                'beneficiary': names.get(
                    p.beneficiary) or _get_name(p.beneficiary),
                'amount': p.amount,
                'mode': p.mode,
                }
            for p in line.parts],
        'rule': voice.brief(sentences),
        'sentences': voice.say(sentences),
        'uses': _get_uses(line, book),
        }


def _get_name(id):
    "Return the name of a beneficiary that is no party of the convention"
    pool = Pool()
    Party = pool.get('party.party')
    return Party(id).rec_name


def _get_uses(line, book):
    """Return where the turnover of a service goes

    Of a correction, what it adds and takes back.
    """
    uses = defaultdict(Decimal)
    service = line.service
    since = line.date if line.kind == 'adjustment' else None

    def counts(cost):
        # What a line of the cascade pays is among what it pays.
        return cost.correction_date == since and not book.get_tier_key(
            cost, line.version)

    for cost in service.human_costs:
        if cost.payer == service.operator and counts(cost):
            uses['people'] += cost.amount
    for cost in service.common_costs:
        if cost.recovered_through == 'common' and counts(cost):
            uses['common'] += cost.amount
    uses['equipment'] = line.recouped
    uses['destinations'] = line.destinations + line.tiers
    uses['local'] = line.local
    uses['operator'] = line.turnover - sum(uses.values(), ZERO)
    return dict(uses)


def _get_totals(statement):
    names = [
        'turnover', 'excluded', 'base', 'recouped', 'tiers', 'local',
        'destinations', 'share', 'reimbursed', 'retained', 'payable']
    return {
        name: sum((getattr(l, name) for l in statement.lines), ZERO)
        for name in names}


def _get_contribution(contribution):
    return {
        'contributor': contribution.contributor.rec_name,
        'date': contribution.date,
        'description': contribution.description,
        'nature': contribution.nature,
        'quantity': contribution.quantity,
        'unit': contribution.unit.symbol,
        'unit_cost': contribution.unit_cost,
        'gross': contribution.gross,
        'net': contribution.net,
        'recoupable': contribution.recoupable,
        'evidence': (
            contribution.evidence_name if contribution.has_evidence
            else None),
        'state': contribution.state,
        }


def _get_costs(statement, book):
    """Return the costs of each party, typed with their evidence

    People are neither named nor told apart: what one earns is nobody else's
    business. The costs of the people of a service are one line for each
    kind, and who has paid them keeps their evidence.
    period: in the period, or of what is settled here though it took place
    before; total: since the beginning.
    """
    settled = {
        (l.service, l.date if l.kind == 'adjustment' else None)
        for l in statement.lines}
    sums = defaultdict(lambda: {'period': ZERO, 'total': ZERO})
    lines = {}
    for cost, date, nature, service in _find_costs(statement):
        total = sums[cost.payer.rec_name, nature]
        total['total'] += cost.amount
        corrected = getattr(cost, 'correction_date', None)
        if (date < statement.start_date
                and (service, corrected) not in settled):
            continue
        total['period'] += cost.amount
        key = cost
        if hasattr(cost, 'person'):
            key = service, cost.payer, date, nature, cost.recovered_through
        lines.setdefault(key, []).append((cost, date, nature, service))
    return {
        'sums': [
            {'payer': payer, 'nature': nature, **amounts}
            for (payer, nature), amounts in sums.items()],
        'lines': [_get_cost(found, book) for found in lines.values()],
        }


def _get_cost(found, book):
    "Return the costs of some people together, or another cost alone"
    cost, date, nature, service = found[0]
    costs = [f[0] for f in found]
    people = days = None
    if hasattr(cost, 'person'):
        # Each line without a name is someone.
        people = len({c.person or c for c in costs})
        days = sum(c.days for c in costs)
    return {
        'payer': cost.payer.rec_name,
        'nature': nature,
        'service': service.number if service else None,
        'date': date,
        'people': people or getattr(cost, 'people', None),
        'days': days,
        'amount': sum(c.amount for c in costs),
        'recovered_through': cost.recovered_through,
        'evidence': _get_evidence(costs, nature),
        'without_evidence': len(_get_unproved(costs)),
        'lowers_share': any(
            _lowers_share(c, service, book) for c in _get_unproved(costs)),
        }


def _lowers_share(cost, service, book):
    "Return if the pay of a person, more than 0, is deducted from the base"
    if not hasattr(cost, 'person') or cost.amount < 0:
        return False
    version = book.convention.version_at(service.date)
    return (
        service.scope == 'external' and version is not None
        and book.is_deducted(cost, service, version))


def _get_unproved(costs):
    # Nothing proves what was waived.
    return [c for c in costs if c.amount and not c.has_evidence]


def _get_evidence(costs, nature):
    """Return what proves the costs, or that nothing does

    When it names people, it is who keeps it.
    """
    cost = costs[0]
    unproved = _get_unproved(costs)
    if not any(c.has_evidence for c in costs):
        return gettext(
            'tibillet_federation.msg_statement_evidence_none'
            ) if unproved else None
    if hasattr(cost, 'person') or nature in PEOPLE:
        name = 'some' if unproved else 'kept'
        return gettext(
            f'tibillet_federation.msg_statement_evidence_{name}',
            payer=cost.payer.rec_name,
            without=len(unproved), lines=len(costs))
    return cost.evidence_name


def _find_costs(statement):
    """Return (cost, date, nature, service) until the end, by date

    Those of a day in the order of their kinds, each as it was entered: the
    numbers of two tables tell nothing of one another.
    """
    pool = Pool()
    Cost = pool.get('tibillet.convention.cost')
    found = [
        (c, c.date, c.nature, None)
        for c in Cost.search([
                ('convention', '=', statement.convention.id),
                ('date', '<=', statement.end_date),
                ], order=[('id', 'ASC')])]
    for model, name in [('human_cost', 'kind'), ('common_cost', 'nature')]:
        Line = pool.get(f'tibillet.convention.service.{model}')
        for line in Line.search([
                    ('service.convention', '=', statement.convention.id),
                    ('service.state', 'in', ['declared', 'settled']),
                    ('service.date', '<=', statement.end_date),
                    ], order=[('id', 'ASC')]):
            date = line.correction_date or line.service.date
            if date <= statement.end_date:
                found.append(
                    (line, date, getattr(line, name), line.service))
    found.sort(key=lambda f: f[1])
    return found


def _get_settlement(statement):
    "Return what each has to pay to whom, excluding tax, and what it keeps"
    names = {p.party.id: p for p in statement.convention.parties}
    found = {}
    for line in statement.lines:
        for part in line.parts:
            key = line.service.operator.id, part.beneficiary, part.mode
            if key not in found:
                beneficiary = names.get(part.beneficiary)
                found[key] = {
                    'payer': line.service.operator.rec_name,
                    'beneficiary': (
                        beneficiary.party.rec_name if beneficiary
                        else _get_name(part.beneficiary)),
                    'vat_regime': (
                        beneficiary.vat_regime if beneficiary else None),
                    'iban': beneficiary.iban if beneficiary else None,
                    'mode': part.mode,
                    'amount': ZERO,
                    'parts': [],
                    }
            found[key]['amount'] += part.amount
            parts = found[key]['parts']
            for known in parts:
                if (known['kind'], known['name']) == (part.kind, part.name):
                    known['amount'] += part.amount
                    break
            else:
                parts.append({
                        'kind': part.kind,
                        'name': part.name,
                        'amount': part.amount,
                        })
    return list(found.values())


def _get_dispute(dispute):
    return {
        'statement': dispute.statement.number,
        'service': dispute.service.number if dispute.service else None,
        'party': dispute.party.rec_name,
        'date': dispute.opened_on,
        'text': dispute.text,
        'answer': dispute.answer_text,
        'answered_on': dispute.answered_on,
        }
