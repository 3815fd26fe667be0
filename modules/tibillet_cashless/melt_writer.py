"""Melt what is planned of many wallets, in as few statements as of one.

The wallets are locked (melt_holders.read): whoever pays waits, then finds what
is left. The moves go through the writer of all operations (wallet_act.py).
"""
import uuid as uuids

from sql import Conflict, Literal
from sql.conditionals import Case
from tibillet_base import tools
from tibillet_base.tools import cursor, table

from trytond import backend
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction

from tibillet import chain

from . import wallet_act, wallet_sql
from .wallet_act import Act
from .wallet_exceptions import WalletBrokenError
from .wallet_sql import Purse

# How many lots are changed by one statement.
LOTS = 200


def melt(company, money, date, planned, now):
    """Melt, once for each wallet, money and date; return operations by wallet

    company, money: their records. date: when the run is due.
    planned: (holder, taken), taken being (lot, units).
    """
    party = company.party.id
    rows = {
        holder.wallet: _operation(company, money, date, holder.wallet, now)
        for holder, _ in planned}
    ids = _insert_operations(rows)
    # What was melted by another run for the same day is not melted twice.
    planned = [(h, taken) for h, taken in planned if h.wallet in ids]
    found = wallet_sql.moneys([money.id], party, date)[money.id]
    acts, changes, units_of = [], {}, {}
    for holder, taken in planned:
        units = units_of[holder.wallet] = sum(part for _, part in taken)
        act = Act(ids[holder.wallet], 'melt', party, date, now)
        act.put(
            Purse(holder.wallet, None, None, False), found, -units,
            holder.units - units, uses=taken)
        act.other(found, units)
        acts.append(act)
        changes.update((lot, -part) for lot, part in taken)
    _subtract(money.id, units_of)
    for lots in _sliced(changes):
        if not wallet_sql.change_lots(lots):
            raise WalletBrokenError(f"lots {sorted(lots)}")
    if acts:
        wallet_act.finish(acts)
    return ids


def _operation(company, money, date, wallet, now):
    uuid = str(uuids.uuid5(
            uuids.NAMESPACE_URL,
            f'tibillet/melt/{money.id}/{date}/{wallet}'))
    return {
        'uuid': uuid,
        'digest': chain.link(chain.genesis(['wallet', 'operation']), {
                'kind': 'melt',
                'company': company.id,
                'money': money.id,
                'date': date,
                'wallet': wallet,
                }),
        'kind': 'melt',
        'company': company.id,
        'party': company.party.id,
        'at': now,
        'date': date,
        'user': tools.who(),
        'create_uid': Transaction().user,
        'create_date': now.replace(microsecond=0),
        }


def _insert_operations(rows):
    "Return the ids of the new operations, by wallet"
    Operation = Pool().get('tibillet.wallet.operation')
    new = table('tibillet.wallet.operation')
    if not rows:
        return {}
    columns = list(next(iter(rows.values())))
    wallets = {row['uuid']: wallet for wallet, row in rows.items()}
    values = [[
            Operation._fields[name].sql_format(row[name]) for name in columns]
        for row in rows.values()]
    into = [getattr(new, name) for name in columns]
    statement = cursor()
    if backend.name == 'postgresql':
        statement.execute(*new.insert(
                into, values, on_conflict=Conflict(new),
                returning=[new.id, new.uuid]))
        return {wallets[uuid]: id_ for id_, uuid in statement}
    ids = {}
    for wallet, row in zip(rows, values, strict=True):
        statement.execute(*new.insert(
                into, [row], on_conflict=Conflict(new)))
        if statement.rowcount:
            ids[wallet] = statement.lastrowid
    return ids


def _subtract(money, units_of):
    "Take from the balances of wallets, all of which must have enough"
    if not units_of:
        return
    balance = table('tibillet.wallet.balance')
    units = Case(
        *((balance.wallet == wallet, units)
            for wallet, units in units_of.items()), else_=Literal(0))
    statement = cursor()
    statement.execute(*balance.update(
            [balance.units], [balance.units - units],
            where=(balance.money == money)
            & fields.SQL_OPERATORS['in'](balance.wallet, list(units_of))
            & (balance.units - balance.held_units >= units)))
    if statement.rowcount != len(units_of):
        raise WalletBrokenError(f"balances of {sorted(units_of)}")


def _sliced(changes):
    items = list(changes.items())
    return [
        dict(items[i:i + LOTS]) for i in range(0, len(items), LOTS)]
