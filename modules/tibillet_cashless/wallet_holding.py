"""Set money aside, and take it or give it back later.

What is held stays in the balance and cannot be spent, until an instant: then
it may be spent again (wallet_expiry.py).
"""
from dataclasses import dataclass

from tibillet_base.tools import cursor, table

from trytond.i18n import gettext

from . import units, wallet_check_money, wallet_expiry, wallet_sql
from .wallet_exceptions import (
    HoldAmountError, HoldUnknownError, HoldUntilError, OperationCompanyError)
from .wallet_expiry import Operation
from .wallet_request import Amounts, Answer, Request, to_units
from .wallet_sql import Purse


@dataclass(frozen=True)
class Held(Answer):
    """What is held

    held: (money, amount).
    """
    held: tuple
    until: object


class Hold(Request):
    kind = 'hold'

    def __init__(self, at, uuid, of, amounts, until, reason):
        super().__init__(at, uuid, reason)
        self.of = wallet_sql.source(of)
        self.amounts = Amounts(amounts)
        self.until = until

    def content(self, where):
        return {
            'of': self.of,
            'amounts': self.amounts.read(where),
            'until': self.until,
            }

    def write(self, act):
        if self.until <= act.now:
            raise HoldUntilError(
                gettext('tibillet_cashless.msg_wallet_hold_until'))
        purse = wallet_sql.purse(self.of)
        for money, units_ in self.amounts:
            wallet_check_money.check(act, money, units_)
            act.reserve(purse, money, units_)
        wallet_sql.insert('tibillet.wallet.hold', [{
                    'operation': act.id,
                    'wallet': purse.wallet,
                    'card': purse.card,
                    'money': money.id,
                    'units': units_,
                    'until': self.until,
                    } for money, units_ in self.amounts])

    def answer(self, id_, at):
        answer = super().answer(id_, at)
        rows = wallet_expiry.rows(id_)
        scales = wallet_sql.scales({row.money for row in rows})
        return Held(
            **vars(answer),
            held=tuple(
                (row.money, units.from_units(row.units, scales[row.money]))
                for row in rows),
            until=rows[0].until)


class _Close(Request):
    "What ends a hold"

    def __init__(self, at, uuid, hold, reason):
        super().__init__(at, uuid, reason)
        self.hold = hold

    def content(self, where):
        return {'hold': self.hold}

    def operation(self, where):
        self.held = _find(self.hold, where.company)
        return {'party': self.held.party}


class Capture(_Close):
    kind = 'capture'

    def __init__(self, at, uuid, hold, amounts, reason):
        super().__init__(at, uuid, hold, reason)
        self.asked = amounts

    def content(self, where):
        asked = None
        if self.asked is not None:
            moneys = wallet_sql.moneys(
                [int(money) for money, _ in self.asked], where.party,
                where.date)
            asked = [
                [int(money), to_units(amount, moneys[int(money)])]
                for money, amount in self.asked]
        self.amounts = asked
        return {**super().content(where), 'amounts': asked}

    def write(self, act):
        # Its party is that of the hold.
        act.party = self.held.party
        rows = wallet_expiry.close(act.id, self.held, act.now)
        held = {row.money: row for row in rows}
        moneys = wallet_sql.moneys(set(held), act.party, act.date)
        amounts = self.amounts
        if amounts is None:
            amounts = [[row.money, row.units] for row in rows]
        for money, units_ in sorted(amounts):
            row = held.pop(money, None)
            if row is None or units_ > row.units:
                raise HoldAmountError(
                    gettext('tibillet_cashless.msg_wallet_hold_amount'))
            act.take(
                Purse(row.wallet, None, row.card, False), moneys[money],
                units_)


class Release(_Close):
    kind = 'release'

    def write(self, act):
        act.party = self.held.party
        wallet_expiry.close(act.id, self.held)


def _find(uuid, company):
    operation = table('tibillet.wallet.operation')
    statement = cursor()
    statement.execute(*operation.select(
            *(getattr(operation, name) for name in Operation._fields),
            where=(operation.uuid == uuid) & (operation.kind == 'hold')))
    row = statement.fetchone()
    if row is None:
        raise HoldUnknownError(gettext(
                'tibillet_cashless.msg_wallet_hold_unknown', uuid=uuid))
    found = Operation(*row)
    if found.company != company:
        raise OperationCompanyError(gettext(
                'tibillet_cashless.msg_wallet_operation_company', uuid=uuid))
    return found
