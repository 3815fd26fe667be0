"""Write what one operation moves: balances, lots and moves together."""
from trytond.i18n import gettext
from trytond.pool import Pool

from . import fifo, kinds, wallet_expiry, wallet_rules, wallet_sql
from .wallet_exceptions import (
    OperationSpentError, WalletBrokenError, WalletCapError,
    WalletInsufficientError, WalletPaymentCapError)
from .wallet_rules import HOLDER


class Act:
    "The moves of an operation, in the order they are made"

    def __init__(self, id_, kind, party, date, now):
        self.id = id_
        self.kind = kind
        self.rule = wallet_rules.RULES[kind]
        self.party = party
        self.date = date
        self.now = now
        self.moves = []
        # What each move does to lots, in the order of the moves.
        self.uses = []
        self.lots = []
        self.owed = {}
        self.wallets = set()
        # Those of the operation that this one reverses.
        self.reversed_moves = None

    def load(self, purse, money, units):
        "Load what the rules of the operation let come in"
        cap = _cap(purse, money)
        after = wallet_sql.add(purse.wallet, money.id, units, cap)
        if after is None:
            _refuse_cap(purse, money, cap)
        self.put(purse, money, units, after, lots=[(
                    self.date, self.party, None, units)])
        self.other(money, -units)

    def take(self, purse, money, units, value=None):
        """Take what the rules of the operation let go out, the oldest first

        value: what it pays, in the currency of the company.
        """
        _check_payment_cap(self.kind, purse, money, units)
        after = self._enough(wallet_sql.subtract, purse, money, units)
        self.put(
            purse, money, -units, after, value=value,
            uses=self.consume(purse.wallet, money.id, units))
        self.other(money, units)

    def reserve(self, purse, money, units):
        "Hold what may be taken later"
        _check_payment_cap(self.kind, purse, money, units)
        self._enough(wallet_sql.reserve, purse, money, units)
        self.wallets.add(purse.wallet)

    def _enough(self, change, purse, money, units):
        "Change a balance, without what was held and has expired"
        changed = None
        if purse.wallet is not None:
            changed = change(purse.wallet, money.id, units)
            if (changed is None or changed is False) and (
                    wallet_expiry.expire(self.now, purse.wallet)):
                changed = change(purse.wallet, money.id, units)
        # Zero is left, which is enough.
        if changed is None or changed is False:
            _refuse_insufficient(purse, money, units)
        return changed

    def consume(self, wallet, money, units):
        "Take from the oldest lots of a balance that is held"
        try:
            taken = fifo.consume(wallet_sql.lots(wallet, money), units)
        except fifo.LotsMissing as error:
            raise WalletBrokenError(
                f"wallet {wallet}, money {money}: {error}") from error
        self.change_lots({id_: -part for id_, part in taken})
        return taken

    def change_lots(self, changes):
        if not wallet_sql.change_lots(changes):
            raise WalletBrokenError(f"lots {sorted(changes)}")

    def put(
            self, purse, money, units, after, uses=(), lots=(), value=None):
        """Note a move of a wallet whose balance has changed

        after: the balance it has now.
        uses: (lot, units) taken from lots, negative if given back.
        lots: (date, party, source, units) of what is new in the wallet.
        """
        self.wallets.add(purse.wallet)
        self._add(money, HOLDER, units, {
                'wallet': purse.wallet,
                'card': purse.card,
                'party': None,
                'balance_units': after,
                'value_units': value,
                }, uses, lots)

    def other(self, money, units, side=None, party=None):
        "Note a move of the other side"
        if side is None:
            side = self.rule.side[kinds.KINDS[money.kind].owed]
        self._add(money, side, units, {
                'wallet': None,
                'card': None,
                'party': self.party if party is None else party,
                'balance_units': None,
                'value_units': None,
                })

    def _add(self, money, side, units, values, uses=(), lots=()):
        self.owed[money.id] = kinds.KINDS[money.kind].owed
        self.moves.append({
                'operation': self.id,
                'money': money.id,
                'side': side,
                'units': units,
                **values,
                })
        self.uses.append(uses)
        self.lots.append(lots)

    def check(self):
        "Refuse what the rules of the operation do not let move"
        problem = wallet_rules.problem(self.kind, [
                wallet_rules.Move(
                    m['money'], m['side'], m['wallet'], m['units'])
                for m in self.moves], self.owed, self.reversed_moves)
        if problem:
            raise WalletBrokenError(f"operation {self.id}: {problem}")

    def finish(self):
        "Write the facts"
        finish([self])


def finish(acts):
    "Write the facts of several acts at once"
    for act in acts:
        act.check()
    _insert(
        [move for act in acts for move in act.moves],
        [used for act in acts for used in act.uses],
        [new for act in acts for new in act.lots])
    wallet_sql.forget_wallets(set().union(*(act.wallets for act in acts)))


def _insert(moves, uses_of, lots_of):
    if not moves:
        return
    ids = wallet_sql.insert('tibillet.wallet.move', moves)
    lots, uses = [], []
    for id_, move, used, new in zip(
            ids, moves, uses_of, lots_of, strict=True):
        uses.extend({
                'lot': lot,
                'move': id_,
                'units': part,
                } for lot, part in used)
        lots.extend({
                'wallet': move['wallet'],
                'money': move['money'],
                'date': date,
                'party': party,
                'move': id_,
                'source': source,
                'units': part,
                'left_units': part,
                } for date, party, source, part in new)
    if uses:
        wallet_sql.insert('tibillet.wallet.lot.use', uses)
    if lots:
        wallet_sql.insert('tibillet.wallet.lot', lots)


def _units(cap, money):
    return None if cap is None else int(cap * money.scale)


def _cap(purse, money):
    "Return how many units the wallet may have, None without limit"
    if money.kind == 'badge':
        return 1
    return _units(
        money.cap_anonymous if purse.party is None
        else money.cap_identified, money)


def _say(money, units):
    return Pool().get('tibillet.money')(money.id).say(units)


def _refuse_cap(purse, money, cap):
    held = wallet_sql.read(purse.wallet, money.id)
    raise WalletCapError(gettext(
            'tibillet_cashless.msg_wallet_cap',
            cap=_say(money, cap),
            room=_say(money, max(cap - held, 0))))


def _check_payment_cap(kind, purse, money, units):
    cap = _units(money.cap_payment, money)
    if (kind in {'spend', 'hold'} and purse.by_number and cap is not None
            and units > cap):
        raise WalletPaymentCapError(gettext(
                'tibillet_cashless.msg_wallet_payment_cap',
                cap=_say(money, cap)))


def _refuse_insufficient(purse, money, units):
    held = 0
    if purse.wallet is not None:
        held = wallet_sql.read(purse.wallet, money.id, available=True)
    raise WalletInsufficientError(gettext(
            'tibillet_cashless.msg_wallet_insufficient',
            balance=_say(money, held),
            missing=_say(money, units - held)))


def refuse_spent(uuid):
    raise OperationSpentError(gettext(
            'tibillet_cashless.msg_wallet_spent', uuid=uuid))
