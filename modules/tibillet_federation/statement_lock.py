"""A statement is locked: it writes the ledger and never changes again."""
from trytond.i18n import gettext
from trytond.model import ModelView, Workflow
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from .exceptions import (
    ClausesMissingError, StatementComputeError, StatementLockError)
from .settlement import Book
from .statement_export import get_data, get_digest


class Statement(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._transitions.add(('approved', 'locked'))
        cls._buttons.update({
                'lock_content': {
                    'invisible': Eval('state') != 'approved',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button
    @Workflow.transition('locked')
    def lock_content(cls, statements):
        pool = Pool()
        Allocation = pool.get('tibillet.convention.allocation')
        Convention = pool.get('tibillet.convention')
        Entry = pool.get('tibillet.convention.entry')
        Link = pool.get('tibillet.convention.statement.entry')
        # Wait for the others now rather than after the work.
        Convention.take_turn({s.convention for s in statements})
        replays = [s._check_lock() for s in statements]
        Entry.save([
                e for s in statements for l in s.lines
                for e in l.get_entries()])
        Link.save([
                Link(statement=s, entry=e)
                for s in statements
                for e in Book(s.convention).get_entries(until=s.end_date)])
        Allocation.save([
                a for s in statements for l in s.lines
                for a in l.get_allocations()])
        for statement, replay in zip(statements, replays, strict=True):
            statement._check_ledger(replay)
        for statement in statements:
            statement.keep_content(get_data(statement))
        cls.save(statements)

    def _check_lock(self):
        if any(d.state == 'open' for d in self.disputes):
            raise StatementLockError(gettext(
                    'tibillet_federation.msg_statement_lock_dispute',
                    statement=self.rec_name))
        missing = [
            l.service for l in self.lines if l.service.is_missing_costs()]
        if missing:
            raise StatementLockError(gettext(
                    'tibillet_federation.msg_statement_lock_costs',
                    statement=self.rec_name,
                    services=', '.join(s.rec_name for s in missing)))
        self._check_previous()
        replay = self.check_current()
        if self.shows_other:
            raise StatementLockError(gettext(
                    'tibillet_federation.msg_statement_lock_shown',
                    statement=self.rec_name))
        return replay

    @property
    def shows_other(self):
        "Whether what it shows is not what was sent"
        return get_digest(self) != self.sent_hash

    @property
    def is_current(self):
        "Whether it could be locked as it was sent"
        try:
            self.check_current()
        except (
                ClausesMissingError, StatementComputeError,
                StatementLockError):
            return False
        return not self.shows_other

    def check_current(self):
        "Refuse what is no longer what would be computed, return the replay"
        pool = Pool()
        Line = pool.get('tibillet.convention.statement.line')
        replay = self._replay()
        lines = Line.from_outcomes(self, replay)
        if ([l.key for l in lines] != [l.key for l in self.lines]
                or replay.excesses or not self._has_balances(replay)):
            raise StatementLockError(gettext(
                    'tibillet_federation.msg_statement_lock_changed',
                    statement=self.rec_name))
        return replay

    def _check_ledger(self, replay):
        "Check that the ledger holds what the statement says"
        said = {b.contributor: b for b in replay.balances}
        for balance in Book(self.convention).get_balances():
            expected = said[balance.contributor]
            if (balance.contributed, balance.recouped) != (
                    expected.contributed, expected.recouped):
                raise StatementLockError(gettext(
                        'tibillet_federation.msg_statement_lock_ledger',
                        statement=self.rec_name,
                        contributor=self._get_name(balance.contributor),
                        ledger=self.convention.format_amount(
                            balance.remaining),
                        remaining=self.convention.format_amount(
                            expected.remaining)))

    def _get_name(self, contributor):
        return next(
            p.party.rec_name for p in self.convention.parties
            if str(p.party.id) == contributor)
