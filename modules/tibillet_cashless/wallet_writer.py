"""Load wallets, spend and pay back: the only file that does.

    answer = wallet_writer.top_up(
        At(company), uuid, 'EE144274', money, Decimal('20.00'))
    answer.moved[0].balance

About ten statements for a READ COMMITTED transaction (routes.api with
hot=True), or for the one of a sale that is paid by it. Under the default
level it is as safe, only more often to be tried again.

An operation is recorded once for a uuid that its caller has made: the same
again gives the first answer, other content is refused. What is refused has a
code (wallet_exceptions.py) and leaves nothing written.

Access is not checked here: who calls has done it.
Amounts are Decimals of ones of their money (12.35, 0.25 hour): they must be a
whole number of its smallest units, nothing is rounded.
"""
from dataclasses import dataclass
from decimal import Decimal

from tibillet_base import tools
from tibillet_base.tools import cursor, table, undone

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from tibillet import chain

from . import units, wallet_check_money, wallet_reverse, wallet_sql
from .wallet_act import Act
from .wallet_exceptions import (
    AmountLimitError, AmountMissingError, AmountNumberError, AmountSignError,
    AmountUnitError, MoneyTwiceError, OperationReversedError, WalletUUIDError,
    WalletUUIDMissingError)

AMOUNT_ERRORS = {
    'number': AmountNumberError,
    'sign': AmountSignError,
    'unit': AmountUnitError,
    'limit': AmountLimitError,
    }


@dataclass(frozen=True)
class At:
    """Where it happens

    company: whose user or device records it.
    party: who loads, takes or pays back the money; that of the company if
        None.
    """
    company: int
    party: int = None


@dataclass(frozen=True)
class Moved:
    "What came into a wallet, negative if it went out, and what it has then"
    wallet: int
    money: int
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class Answer:
    "The answer to the first request and to each replay"
    id: int
    uuid: str
    kind: str
    at: object
    moved: tuple


def top_up(at, uuid, of, money, amount, reason=None, now=None):
    """Load a wallet with a money that was paid for, at par

    of: the number of a card, read or printed, or the id of a wallet.
    """
    return _record(_Asked(
            'top_up', at, uuid, of, [(money, amount)], reason), now)


def grant(at, uuid, of, money, amount, reason=None, now=None):
    "Give a money that is not sold: a gift, hours, points, a badge"
    return _record(_Asked(
            'grant', at, uuid, of, [(money, amount)], reason), now)


def spend(at, uuid, of, amounts, reason=None, now=None):
    """Pay with one or several moneys, all or none

    amounts: (money, amount), each money once.
    """
    return _record(_Asked('spend', at, uuid, of, amounts, reason), now)


def redeem(at, uuid, of, money, amount, reason=None, now=None):
    "Pay a money back to its holder, at par"
    return _record(_Asked(
            'redeem', at, uuid, of, [(money, amount)], reason), now)


def reverse(at, uuid, operation, reason=None, now=None):
    """Take an operation back, whole and once

    operation: its uuid.
    What was spent comes back in its lots, with their dates.
    """
    return _record(_Asked(
            'reverse', at, uuid, None, [], reason, reverses=operation), now)


class _Asked:
    "What is asked, checked as far as that needs nothing that changes"

    def __init__(self, kind, at, uuid, of, amounts, reason, reverses=None):
        if not uuid:
            raise WalletUUIDMissingError(
                gettext('tibillet_cashless.msg_wallet_uuid_missing'))
        self.kind = kind
        self.at = at
        self.uuid = uuid
        self.of = None if of is None else wallet_sql.source(of)
        self.amounts = [(int(money), amount) for money, amount in amounts]
        self.reason = reason
        self.reverses = reverses
        ids = [money for money, _ in self.amounts]
        if not ids and kind != 'reverse':
            raise AmountMissingError(
                gettext('tibillet_cashless.msg_wallet_amount_missing'))
        if len(set(ids)) != len(ids):
            raise MoneyTwiceError(
                gettext('tibillet_cashless.msg_wallet_money_twice'))


@without_check_access
def _record(asked, now=None):
    at = now or tools.now()
    party, zone = wallet_sql.company(asked.at.company)
    party = party if asked.at.party is None else int(asked.at.party)
    date = wallet_sql.local_date(at, zone)
    moneys = wallet_sql.moneys(
        [money for money, _ in asked.amounts], party, date)
    amounts = [
        (moneys[money], _to_units(amount, moneys[money]))
        for money, amount in asked.amounts]
    digest = _digest(asked, party, amounts)
    with undone():
        # First, so that the same request sent twice waits for itself.
        reversed_ = None
        if asked.kind == 'reverse':
            reversed_ = wallet_reverse.find(asked.reverses, asked.at.company)
        id_ = wallet_sql.insert_operation({
                'uuid': asked.uuid,
                'digest': digest,
                'kind': asked.kind,
                'company': int(asked.at.company),
                'party': reversed_.party if reversed_ else party,
                'at': at,
                'date': date,
                'user': tools.who(),
                'device': Transaction().context.get('device'),
                'reason': asked.reason,
                'reverses': reversed_.id if reversed_ else None,
                'create_uid': Transaction().user,
                'create_date': at.replace(microsecond=0),
                })
        if id_ is None:
            return _replay(asked, digest)
        act = Act(id_, asked.kind, party, date)
        if reversed_:
            wallet_reverse.write(act, reversed_)
        else:
            _write(act, asked, amounts)
        act.finish()
    return _answer(id_, asked.uuid, asked.kind, at)


def _to_units(amount, money):
    try:
        return units.to_units(amount, money.scale)
    except units.AmountError as error:
        raise AMOUNT_ERRORS[error.code](gettext(
                f'tibillet_cashless.msg_wallet_amount_{error.code}',
                amount=amount,
                money=Pool().get('tibillet.money')(money.id).rec_name,
                )) from error


def _digest(asked, party, amounts):
    return chain.link(chain.genesis(['wallet', 'operation']), {
            'kind': asked.kind,
            'company': int(asked.at.company),
            'party': party,
            'of': asked.of,
            'amounts': [[money.id, units_] for money, units_ in amounts],
            'reason': asked.reason,
            'reverses': asked.reverses,
            })


def _write(act, asked, amounts):
    incoming = act.rule.holder > 0
    for money, units_ in amounts:
        wallet_check_money.check(act, money, units_)
    purse = wallet_sql.purse(asked.of, make=incoming)
    # In one order, so that nobody waits for who waits for him.
    for money, units_ in sorted(amounts):
        if incoming:
            act.load(purse, money, units_)
        else:
            act.take(purse, money, units_)


def _replay(asked, digest):
    operation = table('tibillet.wallet.operation')
    statement = cursor()
    statement.execute(*operation.select(
            operation.id, operation.kind, operation.at, operation.digest,
            where=operation.uuid == asked.uuid))
    row = statement.fetchone()
    if row is None:
        raise OperationReversedError(gettext(
                'tibillet_cashless.msg_wallet_reversed',
                uuid=asked.reverses))
    id_, kind, at, found = row
    if found != digest:
        raise WalletUUIDError(gettext(
                'tibillet_cashless.msg_wallet_uuid_reused', uuid=asked.uuid))
    return _answer(id_, asked.uuid, kind, at)


def _answer(id_, uuid, kind, at):
    move, money = table('tibillet.wallet.move'), table('tibillet.money')
    statement = cursor()
    statement.execute(*move.join(
            money, condition=money.id == move.money).select(
            move.wallet, move.money, move.units, move.balance_units,
            money.scale,
            where=(move.operation == id_) & (move.side == 'holder'),
            order_by=move.id.asc))
    return Answer(id_, uuid, kind, at, tuple(
            Moved(
                wallet, money,
                units.from_units(moved, scale),
                units.from_units(balance, scale))
            for wallet, money, moved, balance, scale in statement))
