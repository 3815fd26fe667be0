"""What decides about the melting of many wallets, in a few statements.

Wallets are read a part at a time: neither the statements nor the memory grow
with what is melted.
"""
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from sql import Null, Window
from sql.aggregate import Max
from sql.functions import RowNumber
from tibillet_base import till_sql
from tibillet_base.tools import cursor, table

from trytond.model import fields

from . import melt_plan, wallet_rules, wallet_sql
from .demurrage import Lot
from .melt_plan import Notice

# How many wallets are read at once.
PART = 400
in_ = fields.SQL_OPERATORS['in']


@dataclass
class Holder:
    """What is in a wallet of a money that melts for its holder

    units: the balance. available: without what is held.
    accepted: on which day the terms were. active: on which day the holder was
        last there. notices: by id.
    """
    wallet: int
    units: int
    available: int
    accepted: dt.date
    active: dt.date = dt.date.min
    lots: list = field(default_factory=list)
    notices: dict = field(default_factory=dict)

    def untold(self, rules, date):
        "Return the lots that could melt on a date, and nobody was told of"
        return melt_plan.untold(
            rules, date, self.lots, self.active, self.notices.values())

    def melt(self, rules, date):
        "Return (lot, units) that a run melts"
        return melt_plan.melt(
            rules, date, self.lots, self.active, self.notices.values(),
            self.available)


def parts(money):
    "Return the first wallet of each part of those that have a money"
    balance = table('tibillet.wallet.balance')
    rows = balance.select(
        balance.wallet.as_('wallet'),
        RowNumber(window=Window([], order_by=[balance.wallet.asc])).as_(
            'rank'),
        where=(balance.money == money) & (balance.units > 0))
    return [id_ for id_, in _all(rows.select(
                rows.wallet, where=rows.rank % PART == 1,
                order_by=rows.wallet.asc))]


def read(policy, rules, date, start, lock=False):
    """Return the holders of the part of wallets that starts with one

    rules: demurrage.Policy of the policy. date: when a run is due.
    start: the first wallet that counts.
    lock: keep others from changing what is read.
    Return the last wallet of the part too, None if there is none.
    """
    balance = table('tibillet.wallet.balance')
    wallets = [id_ for id_, in _all(balance.select(
                balance.wallet,
                where=(balance.money == policy.money.id)
                & (balance.wallet >= start) & (balance.units > 0),
                order_by=balance.wallet.asc, limit=PART))]
    if not wallets:
        return {}, None
    return get(policy, rules, date, wallets, lock), wallets[-1]


def get(policy, rules, date, wallets, lock=False):
    "Return, by wallet, the holders for whom a policy counts on a date"
    money = policy.money.id
    accepted = _accepted(money, wallets)
    spared = _spared(money, wallets, date)
    wallets = [
        id_ for id_ in wallets
        if accepted.get(id_, (None, None))[0] == policy.id
        and accepted[id_][1] <= date and id_ not in spared]
    if not wallets:
        return {}
    if lock:
        _keep(wallets)
    holders = {
        id_: Holder(id_, units, units - held, accepted[id_][1])
        for id_, units, held in _balances(money, wallets, lock)}
    # Only now: a payment that was waited for has changed them.
    for wallet, active in _active(money, list(holders)):
        holders[wallet].active = active
    for wallet, lot in _lots(money, list(holders), bool(rules.exempt)):
        holders[wallet].lots.append(lot)
    for wallet, id_, notice in _notices(policy.id, list(holders)):
        holders[wallet].notices[id_] = notice
    return holders


def _accepted(money, wallets):
    "Return the policy, and the day, of the terms accepted last, by wallet"
    acceptance, terms, wallet, card = (
        table(name) for name in [
            'tibillet.money.terms.acceptance', 'tibillet.money.terms',
            'tibillet.wallet', 'tibillet.card'])
    join = acceptance.join(terms, condition=terms.id == acceptance.terms)
    columns = [acceptance.date, acceptance.id, terms.policy]
    found = {}
    for query in [
            join.join(wallet, condition=wallet.party == acceptance.party
                ).select(
                    wallet.id, *columns,
                    where=(terms.money == money) & in_(wallet.id, wallets)),
            join.join(card, condition=card.id == acceptance.card).select(
                    card.wallet, *columns,
                    where=(terms.money == money) & in_(card.wallet, wallets))]:
        for id_, date, acceptance_id, policy in _all(query):
            found[id_] = max(
                found.get(id_, (dt.date.min, 0, None)),
                (date, acceptance_id, policy), key=lambda row: row[:2])
    return {id_: (policy, date) for id_, (date, _, policy) in found.items()}


def _spared(money, wallets, date):
    "Return the wallets of which nothing melts, by decision"
    spared = table('tibillet.melt.exemption')
    return {id_ for id_, in _all(spared.select(
                spared.wallet,
                where=(spared.money == money) & in_(spared.wallet, wallets)
                & (spared.from_date <= date)
                & ((spared.to_date == Null) | (spared.to_date >= date))))}


def _keep(wallets):
    "Keep wallets from being merged meanwhile"
    wallet = table('tibillet.wallet')
    cursor().execute(*wallet.select(
            wallet.id, where=in_(wallet.id, wallets),
            order_by=wallet.id.asc, for_=wallet_sql.for_key_share()))


def _balances(money, wallets, lock):
    balance = table('tibillet.wallet.balance')
    return _all(balance.select(
            balance.wallet, balance.units, balance.held_units,
            where=(balance.money == money) & in_(balance.wallet, wallets)
            & (balance.units > balance.held_units),
            order_by=balance.wallet.asc,
            for_=till_sql.for_update() if lock else None))


def _active(money, wallets):
    "Yield the day on which the holder of each wallet was last there"
    move, operation = (
        table('tibillet.wallet.move'), table('tibillet.wallet.operation'))
    for wallet, day in _all(move.join(
            operation, condition=operation.id == move.operation).select(
            move.wallet, Max(operation.date),
            where=in_(move.wallet, wallets) & (move.money == money)
            & operation.kind.in_(wallet_rules.kinds(activity=True)),
            group_by=move.wallet)) if wallets else []:
        # SQLite gives the greatest of dates as a text.
        yield wallet, (
            dt.date.fromisoformat(day) if isinstance(day, str) else day)


def _lots(money, wallets, with_kinds):
    "Yield the lots that are not empty, with what made them if it matters"
    lot = table('tibillet.wallet.lot')
    if not wallets:
        return
    rows = _all(lot.select(
            lot.id, lot.wallet, lot.date, lot.left_units,
            where=in_(lot.wallet, wallets) & (lot.money == money)
            & (lot.left_units > 0),
            order_by=[lot.date.asc, lot.id.asc]))
    kinds = _kinds([row[0] for row in rows]) if with_kinds else {}
    for id_, wallet, date, left in rows:
        yield wallet, Lot(id_, date, left, kinds.get(id_))


def _kinds(ids):
    "Return the kind of the operation from which each lot comes"
    lot, move, operation = (
        table(f'tibillet.wallet.{name}')
        for name in ['lot', 'move', 'operation'])
    # Of a lot that goes on in another wallet, that of the first one.
    at, kinds = {id_: [id_] for id_ in ids}, {}
    while at:
        above = defaultdict(list)
        for slice_ in _slices(sorted(at)):
            for id_, source, kind in _all(lot.join(
                        move, condition=move.id == lot.move).join(
                        operation,
                        condition=operation.id == move.operation).select(
                        lot.id, lot.source, operation.kind,
                        where=in_(lot.id, slice_))):
                if source is None:
                    kinds.update(dict.fromkeys(at[id_], kind))
                else:
                    above[source].extend(at[id_])
        at = above
    return kinds


def _notices(policy, wallets):
    notice = table('tibillet.melt.notice')
    for wallet, id_, date, until in _all(notice.select(
                notice.wallet, notice.id, notice.date, notice.until,
                where=(notice.policy == policy)
                & in_(notice.wallet, wallets))) if wallets else []:
        yield wallet, id_, Notice(date, until)


def _slices(ids, count=1000):
    return [ids[i:i + count] for i in range(0, len(ids), count)]


def _all(query):
    statement = cursor()
    statement.execute(*query)
    return statement.fetchall()
