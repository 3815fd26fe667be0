"""Take an operation back: the opposite moves, and the same lots."""
from collections import namedtuple

from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields

from . import wallet_rules, wallet_sql
from .wallet_act import refuse_spent
from .wallet_exceptions import (
    OperationCompanyError, OperationKindError, OperationReversedError,
    OperationUnknownError)
from .wallet_request import Request
from .wallet_rules import HOLDER

Operation = namedtuple('Operation', ['id', 'uuid', 'kind', 'party'])
Move = namedtuple('Move', [
        'id', 'money', 'side', 'wallet', 'card', 'party', 'units'])
Lot = namedtuple('Lot', [
        'id', 'wallet', 'date', 'party', 'source', 'left_units'])


class Reversal(Request):
    kind = 'reverse'

    def __init__(self, at, uuid, reverses, reason):
        super().__init__(at, uuid, reason)
        self.reverses = reverses

    def content(self, where):
        return {'reverses': self.reverses}

    def operation(self, where):
        self.reversed = find(self.reverses, where.company, self.kind)
        return {
            'reverses': self.reversed.id,
            # Where it was, so that it is owed there no more.
            'party': self.reversed.party,
            }

    def conflict(self):
        raise OperationReversedError(gettext(
                'tibillet_cashless.msg_wallet_reversed',
                uuid=self.reverses))

    def write(self, act):
        moves = get_moves(self.reversed.id)
        moneys = wallet_sql.moneys(
            {move.money for move in moves}, act.party, act.date)
        purses = {
            move.id: wallet_sql.purse(move.wallet)._replace(card=move.card)
            for move in moves if move.side == HOLDER}
        act.reversed_moves = [
            wallet_rules.Move(m.money, m.side, m.wallet, m.units)
            for m in moves]

        def order(move):
            # That of those who pay: nobody waits for who waits for him.
            purse = purses.get(move.id)
            return (
                purse is None, purse and purse.wallet, move.money, move.id)

        for move in sorted(moves, key=order):
            money = moneys[move.money]
            if move.side != HOLDER:
                act.other(money, -move.units, move.side, move.party)
            elif move.units < 0:
                _give_back(act, move, money, purses[move.id])
            else:
                _take_back(act, move, money, purses[move.id], self.reverses)


class Restoration(Reversal):
    "Give back what has melted, to the lots it was in, with their dates"
    kind = 'restore'


def find(uuid, company, kind):
    "Return the operation to which one of a kind refers"
    found = table('tibillet.wallet.operation')
    statement = cursor()
    statement.execute(*found.select(
            found.id, found.uuid, found.kind, found.party, found.company,
            where=found.uuid == uuid))
    row = statement.fetchone()
    if row is None:
        raise OperationUnknownError(gettext(
                'tibillet_cashless.msg_wallet_operation_unknown', uuid=uuid))
    *values, of_company = row
    if of_company != company:
        raise OperationCompanyError(gettext(
                'tibillet_cashless.msg_wallet_operation_company', uuid=uuid))
    operation = Operation(*values)
    if operation.kind not in wallet_rules.REFERS[kind]:
        raise OperationKindError(gettext(
                'tibillet_cashless.msg_wallet_operation_kind'
                + ('' if kind in wallet_rules.OPPOSITE else '_bank'),
                uuid=uuid))
    return operation


def get_moves(operation):
    "Return the moves of an operation"
    move = table('tibillet.wallet.move')
    statement = cursor()
    statement.execute(*move.select(
            *(getattr(move, name) for name in Move._fields),
            where=move.operation == operation, order_by=move.id.asc))
    return [Move(*row) for row in statement]


def _give_back(act, move, money, purse):
    "Give back what a move took, to the lots it was taken from"
    after = wallet_sql.add(purse.wallet, money.id, -move.units)
    uses, new, changes = [], [], {}
    taken = _taken(move.id)
    lots = _read_lots([id_ for id_, _ in taken])
    for id_, units in taken:
        lot = lots[id_]
        if lot.wallet == purse.wallet:
            uses.append((id_, -units))
            changes[id_] = units
        else:
            # The wallet was merged: the lot goes on in the other one.
            new.append((lot.date, lot.party, id_, units))
    if changes:
        act.change_lots(changes)
    act.put(purse, money, -move.units, after, uses=uses, lots=new)


def _take_back(act, move, money, purse, uuid):
    "Take back what a move brought, out of the very lots it made"
    after = wallet_sql.subtract(purse.wallet, money.id, move.units)
    if after is None:
        refuse_spent(uuid)
    lots = get_lots(move.id, purse.wallet)
    if sum(lot.left_units for lot in lots) != move.units:
        refuse_spent(uuid)
    taken = [(lot.id, lot.left_units) for lot in lots]
    act.change_lots({id_: -units for id_, units in taken})
    act.put(purse, money, -move.units, after, uses=taken)


def get_lots(move, wallet):
    "Return the lots that a move has made, as they go on in a wallet"
    lots = _made(move)
    while any(lot.wallet != wallet for lot in lots):
        lots = [
            found for lot in lots for found in (
                [lot] if lot.wallet == wallet else _heirs(lot.id))]
    return lots


def _taken(move):
    "Return (lot, units) that a move took"
    use = table('tibillet.wallet.lot.use')
    statement = cursor()
    statement.execute(*use.select(
            use.lot, use.units, where=use.move == move,
            order_by=use.id.asc))
    return statement.fetchall()


def _read_lots(ids):
    lot = table('tibillet.wallet.lot')
    return {
        found.id: found for found in _lots(
            fields.SQL_OPERATORS['in'](lot.id, ids), lot)}


def _made(move):
    lot = table('tibillet.wallet.lot')
    return _lots(lot.move == move, lot)


def _heirs(id_):
    "Return the lots of other wallets in which a lot goes on"
    lot = table('tibillet.wallet.lot')
    return _lots(lot.source == id_, lot)


def _lots(where, lot):
    statement = cursor()
    statement.execute(*lot.select(
            *(getattr(lot, name) for name in Lot._fields),
            where=where, order_by=lot.id.asc))
    return [Lot(*row) for row in statement]
