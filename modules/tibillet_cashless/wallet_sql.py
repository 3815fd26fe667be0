"""The rows of wallets, in python-sql.

A balance is one row a wallet and money. Who changes it holds it, with the
lots behind it, until his transaction ends; whoever comes second waits, then
finds what the first has left. Wallets themselves are only kept from being
merged meanwhile.
"""
import datetime as dt
from collections import namedtuple

from sql import Conflict, For, Literal, Null
from sql.conditionals import Case
from tibillet_base import till_sql, tools
from tibillet_base.tools import cursor, forget, table

from trytond import backend
from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.tools import timezone
from trytond.transaction import Transaction

from .fifo import Lot
from .uid import canonical
from .wallet_exceptions import (
    CardBlockedError, CardReplacedError, CardUnknownError, MoneyUnknownError,
    WalletUnknownError)

Money = namedtuple('Money', [
        'id', 'kind', 'issuer', 'scale', 'active', 'purchasable',
        'redeemable', 'divisible_to', 'cap_anonymous', 'cap_identified',
        'cap_payment', 'currency', 'parity', 'accepted'])
# wallet: None if the card was never loaded.
# by_number: whether the card can be copied.
Purse = namedtuple('Purse', ['wallet', 'party', 'card', 'by_number'])


class _ForKeyShare(For):
    "Keep a row from being merged or deleted, not from being referred to"
    __slots__ = ()

    def __str__(self):
        return super().__str__().replace('FOR SHARE', 'FOR KEY SHARE')


def for_key_share():
    return _ForKeyShare('SHARE') if backend.name == 'postgresql' else None


def company(id_):
    "Return the party and the time zone of a company"
    found = table('company.company')
    statement = cursor()
    statement.execute(*found.select(
            found.party, found.timezone, where=found.id == int(id_)))
    return statement.fetchone()


def currency(company):
    "Return the currency of a company and its digits"
    found, of = table('company.company'), table('currency.currency')
    statement = cursor()
    statement.execute(*found.join(
            of, condition=of.id == found.currency).select(
            of.id, of.digits, where=found.id == int(company)))
    return statement.fetchone()


def local_date(at, zone):
    return at.replace(tzinfo=dt.UTC).astimezone(
        timezone.get_tzinfo(zone) if zone else dt.UTC).date()


def moneys(ids, party, date):
    "Return the moneys by id, and whether a party takes each on a date"
    money = table('tibillet.money')
    acceptance = table('tibillet.money.acceptance')
    accepted = (
        (acceptance.money == money.id) & (acceptance.party == party)
        & (acceptance.from_date <= date)
        & ((acceptance.to_date == Null) | (acceptance.to_date >= date)))
    if not ids:
        return {}
    statement = cursor()
    statement.execute(*money.join(
            acceptance, 'LEFT', condition=accepted).select(
            *(getattr(money, name) for name in Money._fields[:-2]),
            acceptance.parity, acceptance.id,
            where=fields.SQL_OPERATORS['in'](money.id, list(ids))))
    found = {
        row[0]: Money(*row[:-1], accepted=row[-1] is not None)
        for row in statement}
    for id_ in ids:
        if id_ not in found:
            raise MoneyUnknownError(gettext(
                    'tibillet_cashless.msg_wallet_money_unknown', id=id_))
    return found


def source(of):
    "Return what names a card or a wallet, as plain data"
    return canonical(of) if isinstance(of, str) else int(of)


def purse(of, usable=True, make=False, lock=True):
    """Return the purse of a card or a wallet

    of: the number of a card, read or printed, or the id of a wallet.
    usable: refuse a card that is blocked or replaced.
    make: give a wallet to a card that has none.
    lock: keep the wallet from being merged meanwhile.
    """
    if not isinstance(of, str):
        return _wallet_purse(of, lock)
    id_, party, wallet, state, by_number = _card(of)
    if usable:
        _check_state(id_, state)
    if wallet is None and make:
        wallet = _make_wallet(id_)
    if wallet is None and party is not None:
        # Another card of the holder has been loaded.
        wallet = _get_wallet(party)
    if wallet is None:
        return Purse(None, party, id_, by_number)
    return _wallet_purse(wallet, lock)._replace(
        card=id_, by_number=by_number)


def _card(number):
    card, batch = table('tibillet.card'), table('tibillet.card.batch')
    statement = cursor()
    # Two indexes: a number that is read and one that is printed.
    statement.execute(*card.join(
            batch, condition=batch.id == card.batch).select(
            card.id, card.party, card.wallet, card.state, batch.technology,
            where=(card.uid == canonical(number)) | (card.number == number),
            order_by=card.id.asc, limit=1))
    row = statement.fetchone()
    if row is None:
        raise CardUnknownError(gettext(
                'tibillet_cashless.msg_wallet_card_unknown', card=number))
    return (*row[:-1], row[-1] == 'number')


def _check_state(id_, state):
    Card = Pool().get('tibillet.card')
    if state == 'replaced':
        card = Card(id_)
        raise CardReplacedError(gettext(
                'tibillet_cashless.msg_wallet_card_replaced',
                card=card.rec_name, other=card.replaced_by.rec_name))
    elif state != 'active':
        raise CardBlockedError(gettext(
                'tibillet_cashless.msg_wallet_card_blocked',
                card=Card(id_).rec_name))


def _make_wallet(card_id):
    "Give to a card, once, the wallet of its holder or a new one"
    card = table('tibillet.card')
    statement = cursor()
    statement.execute(*card.select(
            card.wallet, card.party,
            where=card.id == card_id, for_=till_sql.for_update()))
    wallet, party = statement.fetchone()
    if wallet is None:
        wallet = _insert_wallet(party)
        statement.execute(*card.update(
                [card.wallet], [wallet], where=card.id == card_id))
        forget(Pool().get('tibillet.card'), [card_id])
    return wallet


def _get_wallet(party):
    "Return the wallet of a holder, None without"
    wallet = table('tibillet.wallet')
    statement = cursor()
    statement.execute(*wallet.select(
            wallet.id,
            where=(wallet.party == party) & (wallet.merged_into == Null)))
    row = statement.fetchone()
    return row[0] if row else None


def _insert_wallet(party):
    "Return the wallet of the party, a new one if it has none"
    new = table('tibillet.wallet')
    statement = cursor()
    returning = backend.name == 'postgresql'
    statement.execute(*new.insert(
            [new.party, new.create_uid, new.create_date],
            [[party, Transaction().user, tools.now()]],
            on_conflict=Conflict(new, indexed_columns=[new.party]),
            returning=[new.id] if returning else None))
    if returning:
        row = statement.fetchone()
        if row:
            return row[0]
    elif statement.rowcount:
        return statement.lastrowid
    statement.execute(*new.select(new.id, where=new.party == party))
    return statement.fetchone()[0]


def _wallet_purse(id_, lock=True):
    "Return the purse of a wallet, or of the one it was merged into"
    wallet = table('tibillet.wallet')
    statement = cursor()
    while True:
        statement.execute(*wallet.select(
                wallet.id, wallet.party, wallet.merged_into,
                where=wallet.id == int(id_),
                for_=for_key_share() if lock else None))
        row = statement.fetchone()
        if row is None:
            raise WalletUnknownError(gettext(
                    'tibillet_cashless.msg_wallet_unknown', id=id_))
        found, party, merged_into = row
        if merged_into is None:
            return Purse(found, party, None, False)
        id_ = merged_into


def add(wallet, money, units, cap=None):
    """Add to a balance and return what it becomes, None above the cap

    cap: units, None without.
    """
    after = _change(wallet, money, units, cap)
    if after is None and _open(wallet, money):
        after = _change(wallet, money, units, cap)
    return after


def subtract(wallet, money, units):
    "Take from a balance and return what is left, None if it is not enough"
    return _change(wallet, money, -units, None)


def reserve(wallet, money, units):
    """Hold a part of a balance, or let it go if negative

    Return whether there was enough that is not held.
    """
    balance = table('tibillet.wallet.balance')
    statement = cursor()
    statement.execute(*balance.update(
            [balance.held_units], [balance.held_units + units],
            where=(balance.wallet == wallet) & (balance.money == money)
            & (balance.units - balance.held_units >= units)))
    return bool(statement.rowcount)


def _change(wallet, money, units, cap):
    balance = table('tibillet.wallet.balance')
    condition = (balance.wallet == wallet) & (balance.money == money)
    if units < 0:
        condition &= balance.units - balance.held_units >= -units
    elif cap is not None:
        condition &= balance.units + units <= cap
    statement = cursor()
    returning = backend.name == 'postgresql'
    statement.execute(*balance.update(
            [balance.units], [balance.units + units], where=condition,
            returning=[balance.units] if returning else None))
    if returning:
        row = statement.fetchone()
        return row[0] if row else None
    if statement.rowcount:
        return read(wallet, money)


def read(wallet, money, available=False):
    """Return the balance in smallest units

    available: without what is held.
    """
    balance = table('tibillet.wallet.balance')
    units = balance.units - balance.held_units
    statement = cursor()
    statement.execute(*balance.select(
            units if available else balance.units,
            where=(balance.wallet == wallet) & (balance.money == money)))
    row = statement.fetchone()
    return row[0] if row else 0


def balances(wallets, lock=False):
    """Return (wallet, money, units) of the balances, without what is held

    lock: keep others from changing them, in one order.
    """
    if not wallets:
        return []
    balance = table('tibillet.wallet.balance')
    statement = cursor()
    statement.execute(*balance.select(
            balance.wallet, balance.money,
            (balance.units - balance.held_units).as_('units'),
            where=fields.SQL_OPERATORS['in'](balance.wallet, wallets)
            & (balance.units > 0),
            order_by=[balance.wallet.asc, balance.money.asc],
            for_=till_sql.for_update() if lock else None))
    return statement.fetchall()


def values(operation):
    "Return the kind of money and the worth of what wallets gave"
    move, money = table('tibillet.wallet.move'), table('tibillet.money')
    statement = cursor()
    statement.execute(*move.join(
            money, condition=money.id == move.money).select(
            money.kind, move.value_units,
            where=(move.operation == operation) & (move.side == 'holder'),
            order_by=move.id.asc))
    return statement.fetchall()


def _open(wallet, money):
    "Make a balance of zero, return whether there was none"
    balance = table('tibillet.wallet.balance')
    statement = cursor()
    statement.execute(*balance.insert(
            [balance.wallet, balance.money, balance.units, balance.held_units,
                balance.create_uid, balance.create_date],
            [[wallet, money, 0, 0, Transaction().user, tools.now()]],
            on_conflict=Conflict(
                balance, indexed_columns=[balance.wallet, balance.money])))
    if not statement.rowcount:
        return False
    # Who merges the wallet from an older snapshot does not see the balance:
    # changing the wallet makes the database refuse it, and it starts again.
    found = table('tibillet.wallet')
    statement.execute(*found.update(
            [found.merged_into], [found.merged_into],
            where=found.id == wallet))
    return True


def lots(wallet, money):
    "Return the lots that are not empty; the balance must be held"
    lot = table('tibillet.wallet.lot')
    statement = cursor()
    statement.execute(*lot.select(
            lot.id, lot.date, lot.left_units,
            where=(lot.wallet == wallet) & (lot.money == money)
            & (lot.left_units > 0),
            order_by=[lot.date.asc, lot.id.asc]))
    return [Lot(*row) for row in statement]


def lot_parties(ids):
    "Return the party at which each lot was loaded, by id"
    lot = table('tibillet.wallet.lot')
    statement = cursor()
    statement.execute(*lot.select(
            lot.id, lot.party,
            where=fields.SQL_OPERATORS['in'](lot.id, ids)))
    return dict(statement.fetchall())


def scales(moneys):
    "Return how many smallest units make one of each money"
    money = table('tibillet.money')
    statement = cursor()
    statement.execute(*money.select(
            money.id, money.scale,
            where=fields.SQL_OPERATORS['in'](money.id, list(moneys))))
    return dict(statement.fetchall())


def change_lots(changes):
    "Add to what is left of lots: units by id; return if there was enough"
    lot = table('tibillet.wallet.lot')
    ids = sorted(changes)
    units = Case(
        *((lot.id == id_, changes[id_]) for id_ in ids), else_=Literal(0))
    statement = cursor()
    statement.execute(*lot.update(
            [lot.left_units], [lot.left_units + units],
            where=fields.SQL_OPERATORS['in'](lot.id, ids)
            & (lot.left_units + units >= 0)
            & (lot.left_units + units <= lot.units)))
    forget(Pool().get('tibillet.wallet.lot'), ids)
    return statement.rowcount == len(ids)


def insert_operation(row):
    "Return the id of a new operation, None if it conflicts with another"
    Operation = Pool().get('tibillet.wallet.operation')
    new = table('tibillet.wallet.operation')
    returning = backend.name == 'postgresql'
    statement = cursor()
    statement.execute(*new.insert(
            [getattr(new, name) for name in row],
            [[Operation._fields[name].sql_format(value)
                    for name, value in row.items()]],
            # Of the uuid or of what it reverses.
            on_conflict=Conflict(new),
            returning=[new.id] if returning else None))
    if returning:
        found = statement.fetchone()
        return found[0] if found else None
    return statement.lastrowid if statement.rowcount else None


def insert(name, rows):
    "Insert rows and return their ids"
    stamps = {
        'create_uid': Transaction().user,
        'create_date': tools.now(),
        }
    return till_sql.insert(name, [{**row, **stamps} for row in rows])


def forget_wallets(ids):
    "Make the transaction read the wallets and their balances anew"
    forget(Pool().get('tibillet.wallet'), ids)
    for cache in Transaction().cache.values():
        cache.get('tibillet.wallet.balance', {}).clear()
