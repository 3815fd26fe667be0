"""A convention read as the engine wants it, in few queries."""
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from tibillet_base.tools import sliced

from trytond.i18n import gettext
from trytond.pool import Pool

from . import clauses as plain
from .exceptions import ClausesMissingError

ZERO = Decimal(0)
# The lines of a service that count, and the field that holds them.
LINES = {
    'turnover': 'turnovers',
    'human_cost': 'human_costs',
    'common_cost': 'common_costs',
    }


def get_version(convention, date):
    "Return the version in force, refuse a date without any"
    version = convention.version_at(date)
    if not version:
        raise ClausesMissingError(gettext(
                'tibillet_federation.msg_clauses_missing',
                convention=convention.rec_name,
                date=convention.format_date(date)))
    return version


class Book:
    "A convention as the engine reads it"

    def __init__(self, convention):
        self.convention = convention
        self.parties = list(convention.parties)
        providers = [p.party for p in self.parties if 'provider' in p.roles]
        self.provider = providers[0] if providers else None
        self._clauses = {}
        self._lines = {}

    def load(self, services):
        "Read the lines of services together, before get_service"
        pool = Pool()
        ids = [s.id for s in services]
        for name, field in LINES.items():
            Line = pool.get(f'tibillet.convention.service.{name}')
            found = defaultdict(list)
            for sub_ids in sliced(ids):
                for line in Line.search([
                            ('service', 'in', list(sub_ids)),
                            ], order=[('service', 'ASC'), ('id', 'ASC')]):
                    found[line.service.id].append(line)
            self._lines.update(
                ((id, field), found.get(id, [])) for id in ids)

    def get_lines(self, service, field):
        "Return lines of a service, in one of its three fields"
        key = service.id, field
        if key not in self._lines:
            return getattr(service, field) or []
        return self._lines[key]

    def get_clauses(self, version):
        "Return the clauses; the provider receives what names nobody"
        if version not in self._clauses:
            clauses = version.get_clauses()
            provider = str(self.provider.id) if self.provider else None
            self._clauses[version] = replace(clauses, provider=provider)
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
        """Return the entries that no locked statement shows yet

        What undoes an entry of a later day waits for it.
        """
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        domain = [
            ('convention', '=', self.convention.id),
            ('statement_links', '=', None),
            ]
        if until is not None:
            domain.append(('date', '<=', until))
        return [
            e for e in Entry.search(domain)
            if until is None or not isinstance(e.origin, Entry)
            or e.origin.date <= until]

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
        # Read in the order in which they are settled.
        services = Service.search(
            domain, order=[('date', 'ASC'), ('number', 'ASC')])
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
        for name in LINES:
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
        excluded = set(version.exclusions or [])
        turnover, exclusions = [], []
        costs, days = defaultdict(Decimal), defaultdict(Decimal)
        advances = []
        for line in self._get_counted(service, 'turnovers', until):
            if not _get(line, 'included'):
                continue
            nature = _get(line, 'nature')
            amount = plain.Amount(
                _get(line, 'description') or '', _get(line, 'amount') or ZERO,
                nature or '')
            turnover.append(amount)
            if nature in excluded:
                exclusions.append(amount)
        for cost in self._get_counted(service, 'human_costs', until):
            amount = _get(cost, 'amount') or ZERO
            key = self.get_tier_key(cost, version)
            if key is not None:
                days[key] += _get(cost, 'days') or ZERO
            elif amount and self.is_deducted(cost, service, version):
                exclusions.append(
                    plain.Amount(_get(cost, 'role') or '', amount, 'human'))
        for cost in self._get_counted(service, 'common_costs', until):
            amount = _get(cost, 'amount') or ZERO
            key = self.get_tier_key(cost, version)
            if key is not None:
                costs[key] += amount
            elif ('common' in excluded
                    and _get(cost, 'recovered_through') == 'common'):
                label = _get(cost, 'description') or ''
                exclusions.append(plain.Amount(label, amount, 'common'))
                # Out of the base because the operator gives it back.
                if payer := _get(cost, 'payer'):
                    advances.append(plain.Advance(
                            str(cost.id), str(payer.id), amount, label))
        return plain.Service(
            number=service.number or '',
            date=service.date,
            turnover=tuple(turnover),
            exclusions=tuple(exclusions),
            costs=dict(costs),
            days=dict(days),
            operator=str(service.operator.id) if service.operator else None,
            advances=tuple(advances))

    def get_tier_key(self, cost, version):
        """Return the key of the line of the cascade that pays a cost

        The base is what the cascade takes from: such a cost is not deducted
        from it. None when the clauses have no such line.
        """
        clauses = self.get_clauses(version)
        tier = _get(cost, 'tier')
        if tier and any(
                t.key == tier.key
                for schedule in [clauses.pre, clauses.post] if schedule
                for t in schedule.tiers):
            return tier.key

    def is_deducted(self, cost, service, version):
        "Return if the clauses deduct the pay of a person from the base"
        # What another partner bears does not lower the operator's base.
        return (
            'human' in (version.exclusions or [])
            and _get(cost, 'payer') == service.operator
            and self.get_tier_key(cost, version) is None)

    def _get_counted(self, service, field, until):
        for line in self.get_lines(service, field):
            date = _get(line, 'correction_date')
            if not date or (until is not None and date <= until):
                yield line


def _get(line, name):
    "Return a value of a line, nothing if the client has not sent it yet"
    return getattr(line, name, None)


def get_entry(entry):
    "Return an entry of the ledger as the engine reads it"
    return plain.Entry(
        date=entry.date, kind=entry.type, amount=entry.amount,
        contributor=str(entry.contributor.id), number=str(entry.id))
