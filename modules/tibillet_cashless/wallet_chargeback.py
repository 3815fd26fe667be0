"""What the bank takes: the cost of a payment, or the payment itself.

A chargeback takes a top-up back, once: what is left of its lots comes out of
the wallet, what was spent of it is owed by the holder. The other lots are not
touched, they were paid. Whoever took the money as a payment keeps what he is
owed.
"""
from trytond.i18n import gettext

from . import wallet_expiry, wallet_sql
from .wallet_exceptions import OperationReversedError
from .wallet_request import Request, to_units
from .wallet_reverse import find, get_lots, get_moves
from .wallet_rules import HOLDER, Move


def left(load):
    "Return the units of a top-up that a chargeback would find, unlocked"
    wallet = wallet_sql.purse(load.wallet.id, lock=False).wallet
    lots = sum(lot.left_units for lot in get_lots(load.id, wallet))
    return min(
        lots, wallet_sql.read(wallet, load.money.id, available=True))


class Fee(Request):
    kind = 'fee'

    def __init__(self, at, uuid, operation, amount, reason):
        super().__init__(at, uuid, reason)
        self.of = operation
        self.amount = amount

    def content(self, where):
        self.found = find(self.of, where.company, self.kind)
        # A top-up and its chargeback are of one money.
        money, = {move.money for move in get_moves(self.found.id)}
        self.money, = wallet_sql.moneys(
            [money], self.found.party, where.date).values()
        self.units = to_units(self.amount, self.money)
        return {'of': self.of, 'units': self.units}

    def operation(self, where):
        return {'fee_of': self.found.id, 'party': self.found.party}

    def write(self, act):
        act.other(self.money, self.units, 'bank', self.found.party)
        act.other(self.money, -self.units, 'fee', self.found.party)


class Chargeback(Request):
    kind = 'chargeback'

    def __init__(self, at, uuid, operation, reason):
        super().__init__(at, uuid, reason)
        self.of = operation

    def content(self, where):
        return {'reverses': self.of}

    def operation(self, where):
        self.found = find(self.of, where.company, self.kind)
        return {'reverses': self.found.id, 'party': self.found.party}

    def conflict(self):
        raise OperationReversedError(gettext(
                'tibillet_cashless.msg_wallet_reversed', uuid=self.of))

    def write(self, act):
        moves = get_moves(self.found.id)
        act.reversed_moves = [
            Move(m.money, m.side, m.wallet, m.units) for m in moves]
        load, = (move for move in moves if move.side == HOLDER)
        money, = wallet_sql.moneys(
            [load.money], self.found.party, act.date).values()
        purse = wallet_sql.purse(load.wallet)._replace(card=load.card)
        left = self._take(act, purse, money, load)
        if spent := load.units - left:
            act.other(money, spent, 'bank', self.found.party)
            act.other(money, -spent, 'debt', self.found.party)
            wallet_sql.insert('tibillet.wallet.debt', [{
                        'operation': act.id,
                        'wallet': purse.wallet,
                        'money': money.id,
                        'units': spent,
                        }])

    def _take(self, act, purse, money, load):
        "Take what is left of the lots that were loaded, return how much"
        wallet_expiry.expire(act.now, purse.wallet)
        # Who pays meanwhile is waited for, and has then changed the lots.
        available = dict(
            (id_, units) for _, id_, units in wallet_sql.balances(
                [purse.wallet], lock=True)).get(money.id, 0)
        taken = []
        for lot in get_lots(load.id, purse.wallet):
            part = min(lot.left_units, available)
            if part > 0:
                taken.append((lot.id, part))
                available -= part
        units = sum(part for _, part in taken)
        if units:
            after = wallet_sql.subtract(purse.wallet, money.id, units)
            act.change_lots({id_: -part for id_, part in taken})
            act.put(purse, money, -units, after, uses=taken)
            act.other(money, units, party=self.found.party)
        return units
