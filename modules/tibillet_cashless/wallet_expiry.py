"""End holds: once, because they are captured, released or expired.

A hold ends by an instant that is compared with now: who finds too little
frees first what has expired in the wallet, and a task frees the rest.

Balances are locked before holds, in one order.
"""
import uuid as uuids
from collections import namedtuple

from sql import Null
from tibillet_base.tools import cursor, forget, table, undone

from trytond.i18n import gettext
from trytond.pool import Pool

from tibillet import chain

from . import wallet_sql
from .wallet_exceptions import HoldClosedError, HoldExpiredError

Row = namedtuple('Row', [
        'id', 'operation', 'wallet', 'card', 'money', 'units', 'until'])
Operation = namedtuple('Operation', ['id', 'uuid', 'company', 'party'])


def rows(operation):
    "Return what an operation holds"
    hold = table('tibillet.wallet.hold')
    statement = cursor()
    statement.execute(*hold.select(
            *(getattr(hold, name) for name in Row._fields),
            where=hold.operation == operation,
            order_by=hold.money.asc))
    return [Row(*row) for row in statement]


def close(by, operation, now=None):
    """Close a hold and return its rows; what was held may be spent

    now: refuse it if it has expired.
    """
    # Of a wallet that is merged meanwhile they are read again.
    for wallet in {row.wallet for row in rows(operation.id)}:
        wallet_sql.purse(wallet)
    found = rows(operation.id)
    wallets = sorted({row.wallet for row in found})
    wallet_sql.balances(wallets, lock=True)
    hold = table('tibillet.wallet.hold')
    statement = cursor()
    statement.execute(*hold.update(
            [hold.closed_by], [by],
            where=(hold.operation == operation.id)
            & (hold.closed_by == Null)))
    if statement.rowcount != len(found):
        raise HoldClosedError(gettext(
                'tibillet_cashless.msg_wallet_hold_closed',
                uuid=operation.uuid))
    if now is not None and found[0].until <= now:
        raise HoldExpiredError(gettext(
                'tibillet_cashless.msg_wallet_hold_expired',
                uuid=operation.uuid))
    for row in found:
        wallet_sql.reserve(row.wallet, row.money, -row.units)
    forget(Pool().get('tibillet.wallet.hold'), [row.id for row in found])
    wallet_sql.forget_wallets(wallets)
    return found


def expire(now, wallet=None):
    """Release what has expired, return how many holds

    wallet: only of it.
    """
    hold = table('tibillet.wallet.hold')
    operation = table('tibillet.wallet.operation')
    where = (hold.closed_by == Null) & (hold.until <= now)
    if wallet is not None:
        where &= hold.wallet == wallet
    statement = cursor()
    statement.execute(*hold.join(
            operation, condition=operation.id == hold.operation).select(
            *(getattr(operation, name) for name in Operation._fields),
            where=where,
            group_by=[
                getattr(operation, name) for name in Operation._fields],
            order_by=operation.id.asc))
    found = [Operation(*row) for row in statement]
    return sum(map(_expire, found, [now] * len(found)))


def _expire(operation, now):
    "Return whether this transaction has released the hold"
    _, zone = wallet_sql.company(operation.company)
    try:
        with undone():
            id_ = wallet_sql.insert_operation({
                    'uuid': str(uuids.uuid5(
                            uuids.NAMESPACE_URL,
                            f'{operation.uuid}/expired')),
                    'digest': chain.link(
                        chain.genesis(['wallet', 'operation']),
                        {'kind': 'release', 'hold': operation.uuid}),
                    'kind': 'release',
                    'company': operation.company,
                    'party': operation.party,
                    'at': now,
                    'date': wallet_sql.local_date(now, zone),
                    'create_uid': 0,
                    'create_date': now.replace(microsecond=0),
                    })
            if id_ is None:
                return False
            close(id_, operation)
    except HoldClosedError:
        # It was captured or released at this very moment.
        return False
    return True
