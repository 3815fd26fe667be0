"""From records to the engine and back: what a convention replays.

The engine is in revenue.py and knows no database; a Book reads for it.
"""
from dataclasses import dataclass

from trytond.i18n import gettext
from trytond.pool import Pool

from . import pot, revenue
from .carry import carry_on
from .exceptions import StatementComputeError
from .order import (
    ACCRUAL, CORRECTION, ENTRY, SERVICE, entry_position, position,
    without_undone)
from .settlement_book import Book, get_entry, get_version
from .settlement_figures import load_amounts, load_balances

__all__ = [
    'ACCRUAL', 'ENTRY', 'LOCKED', 'Book', 'Outcome', 'Replay', 'get_version']

# The states of a statement that never changes again.
LOCKED = ['locked', 'invoiced', 'settled']


@dataclass(frozen=True)
class Outcome:
    """What the engine made of a service, or of its correction

    kind: service or adjustment.
    date: of the service, or of what corrects it.
    result: the Settlement or the Adjustment.
    carried: costs of the cascade that wait once it is settled, by key.
    """
    kind: str
    service: object
    date: object
    version: object
    result: object
    carried: dict

    @property
    def target(self):
        "The Settlement of the service, corrected or not"
        return getattr(self.result, 'target', self.result)


def _is_opened(balances):
    return any(b.contributed for b in balances if b.recoupable)


class Replay:
    """What entries, services and corrections make of the locked ledger

    They are replayed by date. Within a day entries come first, then
    services by number, then corrections, then accruals, as order.py says.
    """

    def __init__(self, book, until=None, drafts=()):
        """
        until: the last day, included.
        drafts: services settled as if they were declared, one by one.
        """
        draft_ids = {s.id for s in drafts}
        self.book = book
        self.entries = without_undone(
            book.get_entries(until), lambda e: e.origin)
        self.services = [
            s for s in book.get_services(until) if s.id not in draft_ids]
        self.corrections = book.get_corrections(until)
        book.load([*self.services, *(s for _, s in self.corrections)])
        self.drafts = drafts
        self.opening = self.balances = book.get_balances()
        self.brought = get_brought(book.convention)
        self.originals = get_originals(
            book, [s for _, s in self.corrections])
        self.outcomes = []
        # The entries that count less than what the ledger holds.
        self.excesses = []
        # The (day, order) of each step, and the balances after it.
        self.history = []
        # The day of the service that finished the recoupment.
        self.crossed_on = None

    def run(self):
        steps = [
            (entry_position(e.date, e.type, str(e.id)), self._post, e)
            for e in self.entries]
        steps += [
            (_position(s), self._settle, s) for s in self.services]
        steps += [
            (_position(s), self._draft, s) for s in self.drafts]
        steps += [
            (position(date, CORRECTION, s.number, s.id), self._adjust,
                (date, s))
            for date, s in self.corrections]
        for (date, rank, *_), function, step in sorted(
                steps, key=lambda s: s[0]):
            function(step)
            self.history.append(((date, rank), self.balances))
        return self

    def is_recouped(self, date, order):
        "Return if nothing is left to recoup when something of the day comes"
        balances = self.opening
        for moment, after in self.history:
            if moment <= (date, order):
                balances = after
        return _is_opened(balances) and not pot.remaining_of(balances)

    @property
    def is_opened(self):
        "Return if anything was ever brought to be recouped"
        return _is_opened(self.balances)

    def _post(self, entry):
        posting = self._posted(entry, self.balances)
        if excess := posting.surplus or posting.refused:
            self.excesses.append((entry, excess))
        self._move(posting.closing, entry.date)

    def _posted(self, entry, balances):
        rounding = self.book.convention.currency.rounding
        return pot.post(get_entry(entry), balances, rounding)

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
                balances = self._posted(entry, balances).closing
        return balances

    def _settle(self, service):
        outcome = self._settled(service)
        self._move(outcome.result.closing, service.date)
        self.brought = outcome.carried

    def _draft(self, service):
        # What is not declared yet changes nothing for the others.
        self._settled(service)

    def _settled(self, service):
        version = get_version(self.book.convention, service.date)
        result = revenue.settle(
            self.book.get_clauses(version), self.balances,
            self.book.get_service(service, version), self.brought)
        outcome = Outcome(
            'service', service, service.date, version, result, result.carried)
        self.outcomes.append(outcome)
        return outcome

    def _adjust(self, correction):
        date, service = correction
        original = self.originals[service]
        version = original.version
        corrected = self.book.get_service(service, version, until=date)
        adjustment = revenue.adjust(
            original.result, corrected, date, self.balances,
            revenue.unpaid(original.result, corrected, self.brought))
        self.brought = carry_on(self.brought, adjustment.carried)
        outcome = Outcome(
            'adjustment', service, date, version, adjustment, self.brought)
        self.originals[service] = outcome
        self.outcomes.append(outcome)
        self._move(adjustment.closing, date)


def _position(service):
    "Return where a service is settled among those of its convention"
    # The one which is being typed has no number, and comes last.
    return position(service.date, SERVICE, service.number, service.id or 0)


def get_brought(convention):
    "Return the costs of the cascade that the locked statements left waiting"
    pool = Pool()
    Line = pool.get('tibillet.convention.statement.line')
    lines = Line.search([
            ('statement.convention', '=', convention.id),
            ('statement.state', 'in', LOCKED),
            ], order=[('statement.end_date', 'DESC'), ('sequence', 'DESC')],
        limit=1)
    if not lines:
        return {}
    return load_amounts(lines[0].data['carried'])


def get_originals(book, services):
    """Return the last Outcome of services of locked statements

    It is computed again from the opening each line has kept, and the same
    clauses: these never change, and it must give the same.
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
                line.date, balances, load_amounts(line.data['brought']))
        outcome = Outcome(
            line.kind, service, line.date, version, result,
            load_amounts(line.data['carried']))
        _check_original(line, outcome)
        outcomes[service] = outcome
    return outcomes


def _check_original(line, outcome):
    "Refuse to correct a service that no longer gives what was locked"
    result = outcome.result
    if (result.share, result.recouped) != (line.share, line.recouped):
        convention = line.statement.convention
        raise StatementComputeError(gettext(
                'tibillet_federation.msg_statement_original',
                service=line.service.rec_name,
                statement=line.statement.rec_name,
                locked=convention.format_amount(line.share),
                share=convention.format_amount(result.share)))
