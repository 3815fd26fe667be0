"""From records to the engine and back: what a convention replays.

The engine is in revenue.py and knows no database. Here services, entries
and clauses are read as the engine wants them, in few queries, and what it
answers is given back as values of fields.
"""
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from trytond.i18n import gettext
from trytond.pool import Pool

from . import clauses as plain
from . import pot, revenue
from .exceptions import ClausesMissingError
from .settlement_figures import load_amounts, load_balances

ZERO = Decimal(0)
# The states of a statement that never changes again.
LOCKED = ['locked', 'invoiced', 'settled']


def get_version(convention, date):
    "Return the version in force, refuse a date without any"
    version = convention.version_at(date)
    if not version:
        raise ClausesMissingError(gettext(
                'tibillet_federation.msg_clauses_missing',
                convention=convention.rec_name,
                date=convention._format_date(date)))
    return version


@dataclass(frozen=True)
class Outcome:
    """What the engine made of a service, or of its correction

    kind: service or adjustment.
    date: of the service, or of what corrects it.
    result: the Settlement or the Adjustment.
    reimbursed: the common costs that others than the operator have paid.
    """
    kind: str
    service: object
    date: object
    version: object
    result: object
    reimbursed: list

    @property
    def target(self):
        "The Settlement of the service, corrected or not"
        return getattr(self.result, 'target', self.result)


class Book:
    "A convention as the engine reads it"

    def __init__(self, convention):
        self.convention = convention
        self.parties = list(convention.parties)
        providers = [p.party for p in self.parties if 'provider' in p.roles]
        self.provider = providers[0] if providers else None
        self._clauses = {}

    def get_clauses(self, version):
        "Return the clauses; the provider receives what names nobody"
        if version not in self._clauses:
            clauses = version.get_clauses()
            provider = str(self.provider.id) if self.provider else None
            beneficiaries = {
                d.key: str(d.beneficiary.id)
                for d in version.destinations if d.beneficiary}
            self._clauses[version] = replace(
                clauses, destinations=tuple(
                    replace(
                        d, beneficiary=beneficiaries.get(d.key, provider))
                    for d in clauses.destinations))
        return self._clauses[version]

    def get_balances(self, settled=True):
        "Return the balances of all parties, in their order"
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        balances = Entry.get_balances(
            [self.convention], settled=settled)[self.convention.id]
        found = []
        for index, party in enumerate(self.parties):
            balance = balances.pop(party.party.id, None)
            found.append(plain.Balance(
                    contributor=str(party.party.id),
                    contributed=balance.contributed if balance else ZERO,
                    recouped=(
                        balance.recouped + balance.credited
                        if balance else ZERO),
                    priority=index,
                    recoupable=bool(party.recoups)))
        return tuple(found)

    def get_entries(self, until=None):
        "Return the entries that no locked statement shows yet"
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        domain = [
            ('convention', '=', self.convention.id),
            ('statement_links', '=', None),
            ]
        if until is not None:
            domain.append(('date', '<=', until))
        return Entry.search(domain)

    def get_services(self, until=None):
        "Return the declared services that no locked statement shows yet"
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        Line = pool.get('tibillet.convention.statement.line')
        domain = [
            ('convention', '=', self.convention.id),
            ('state', '=', 'declared'),
            ('scope', '=', 'external'),
            ]
        if until is not None:
            domain.append(('date', '<=', until))
        services = Service.search(domain)
        settled = Line.get_settled(services)
        return [s for s in services if s.id not in settled]

    def get_corrections(self, until=None):
        "Return (date, service) of what corrects settled services"
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        since = Statement.get_locked_until(self.convention)
        if since is None:
            return []
        found = set()
        for name in ['turnover', 'human_cost', 'common_cost']:
            Line = pool.get(f'tibillet.convention.service.{name}')
            domain = [
                ('service.convention', '=', self.convention.id),
                ('correction_date', '>', since),
                ]
            if until is not None:
                domain.append(('correction_date', '<=', until))
            found.update(
                (l.correction_date, l.service) for l in Line.search(domain))
        return list(found)

    def get_service(self, service, version, until=None):
        """Return the service as the engine reads it

        until: count the corrections until this day, none by default.
        """
        def counts(line):
            return not line.correction_date or (
                until is not None and line.correction_date <= until)

        excluded = set(version.exclusions or [])
        turnover, exclusions = [], []
        costs, days = defaultdict(Decimal), defaultdict(Decimal)
        for line in service.turnovers:
            if not line.included or not counts(line):
                continue
            amount = plain.Amount(
                line.description, line.amount or ZERO, line.nature)
            turnover.append(amount)
            if line.nature in excluded:
                exclusions.append(amount)
        for cost in service.human_costs:
            if not counts(cost):
                continue
            if cost.tier:
                days[cost.tier.key] += cost.days
            # What another partner bears does not lower the operator's base.
            if ('human' in excluded and cost.amount
                    and cost.payer == service.operator):
                exclusions.append(
                    plain.Amount(cost.role, cost.amount, 'human'))
        for cost in service.common_costs:
            if not counts(cost):
                continue
            if cost.tier:
                costs[cost.tier.key] += cost.amount
            if 'common' in excluded and cost.recovered_through == 'common':
                exclusions.append(
                    plain.Amount(cost.description, cost.amount, 'common'))
        return plain.Service(
            number=service.number or '',
            date=service.date,
            turnover=tuple(turnover),
            exclusions=tuple(exclusions),
            costs=dict(costs),
            days=dict(days),
            operator=str(service.operator.id) if service.operator else None)


def get_entry(entry):
    "Return an entry of the ledger as the engine reads it"
    return plain.Entry(
        date=entry.date, kind=entry.type, amount=entry.amount,
        contributor=str(entry.contributor.id), number=str(entry.id))


class Replay:
    """What entries, services and corrections make of the locked ledger

    They are replayed by date. Within a day entries come first, then
    services by number, then corrections, then accruals, so that a cost of
    the day that ends the recoupment does not count.
    """

    def __init__(self, book, until=None, drafts=()):
        """
        until: the last day, included.
        drafts: services settled as if they were declared, one by one.
        """
        self.book = book
        self.entries = book.get_entries(until)
        self.services = [
            s for s in book.get_services(until) if s not in drafts]
        self.corrections = book.get_corrections(until)
        self.drafts = drafts
        self.opening = self.balances = book.get_balances()
        self.brought = get_brought(book.convention)
        self.originals = get_originals(
            book, [s for _, s in self.corrections])
        self.outcomes = []
        # The day of the service that finished the recoupment.
        self.crossed_on = None

    def run(self):
        steps = [
            (e.date, 3 if e.type == 'accrual' else 0, [], e.id,
                self._post, e)
            for e in self.entries]
        steps += [
            (*_position(s), self._settle, s) for s in self.services]
        steps += [
            (*_position(s), self._draft, s) for s in self.drafts]
        steps += [
            (date, 2, revenue.natural(s.number or ''), s.id,
                self._adjust, (date, s))
            for date, s in self.corrections]
        for *_, function, step in sorted(steps, key=lambda s: s[:4]):
            function(step)
        return self

    def _post(self, entry):
        self._move(self._posted(entry, self.balances), entry.date)

    def _posted(self, entry, balances):
        rounding = self.book.convention.currency.rounding
        return pot.post(get_entry(entry), balances, rounding).closing

    def _move(self, balances, date):
        before = pot.remaining_of(self.balances)
        after = pot.remaining_of(balances)
        if before and not after:
            self.crossed_on = date
        elif after:
            self.crossed_on = None
        self.balances = balances

    def get_balances_at(self, date):
        "Return the ledger as it was that morning, with what was put in then"
        balances = self.opening
        for entry in self.entries:
            if entry.date <= date:
                balances = self._posted(entry, balances)
        return balances

    def _settle(self, service):
        outcome = self._settled(service)
        self._move(outcome.result.closing, service.date)
        self.brought = outcome.result.carried

    def _draft(self, service):
        # What is not declared yet changes nothing for the others.
        self._settled(service)

    def _settled(self, service):
        version = get_version(self.book.convention, service.date)
        outcome = Outcome(
            'service', service, service.date, version, revenue.settle(
                self.book.get_clauses(version), self.balances,
                self.book.get_service(service, version), self.brought),
            get_reimbursed(service, version))
        self.outcomes.append(outcome)
        return outcome

    def _adjust(self, correction):
        date, service = correction
        original = self.originals[service]
        version = original.version
        adjustment = revenue.adjust(
            original.result,
            self.book.get_service(service, version, until=date),
            date, self.balances)
        outcome = Outcome(
            'adjustment', service, date, version, adjustment,
            get_reimbursed(service, version, date))
        self.originals[service] = outcome
        self.outcomes.append(outcome)
        self._move(adjustment.closing, date)


def _position(service):
    "Return where a service is settled among those of its convention"
    number = service.number
    # The one which is being typed comes last.
    return (
        service.date, 1, revenue.natural(number or '\uffff'),
        service.id or 0)


def get_brought(convention):
    "Return the costs of the cascade that the locked statements left waiting"
    pool = Pool()
    Line = pool.get('tibillet.convention.statement.line')
    lines = Line.search([
            ('statement.convention', '=', convention.id),
            ('statement.state', 'in', LOCKED),
            ('kind', '=', 'service'),
            ], order=[('statement.end_date', 'DESC'), ('sequence', 'DESC')],
        limit=1)
    if not lines:
        return {}
    return load_amounts(lines[0].data['carried'])


def get_originals(book, services):
    """Return the last Outcome of services of locked statements

    It is computed again from the opening each line has kept, and the same
    clauses: these never change.
    """
    pool = Pool()
    Line = pool.get('tibillet.convention.statement.line')
    outcomes = {}
    if not services:
        return outcomes
    lines = Line.search([
            ('service', 'in', [s.id for s in services]),
            ('statement.state', 'in', LOCKED),
            ], order=[
            ('service', 'ASC'), ('date', 'ASC'), ('kind', 'DESC')])
    for line in lines:
        service, version = line.service, line.version
        balances = load_balances(line.data['opening'])
        if line.kind == 'service':
            result = revenue.settle(
                book.get_clauses(version), balances,
                book.get_service(service, version),
                load_amounts(line.data['brought']))
        else:
            result = revenue.adjust(
                outcomes[service].result,
                book.get_service(service, version, until=line.date),
                line.date, balances)
        outcomes[service] = Outcome(
            line.kind, service, line.date, version, result, [])
    return outcomes


def get_reimbursed(service, version, date=None):
    """Return the common costs that others than the operator have paid

    They are out of the base because the operator gives them back. What a
    line of a cascade pays is not paid twice.
    date: those of the correction of this day, of none by default.
    """
    if 'common' not in (version.exclusions or []):
        return []
    return [
        cost for cost in service.common_costs
        if cost.recovered_through == 'common' and not cost.tier
        and cost.payer != service.operator and cost.correction_date == date]
