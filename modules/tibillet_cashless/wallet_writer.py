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
from trytond.i18n import gettext

from . import wallet_check_money, wallet_pay, wallet_sql
from .wallet_exceptions import AmountMissingError, MoneyTwiceError
from .wallet_pay import Paid, Sold
from .wallet_request import Answer, At, Moved, Request, record, to_units
from .wallet_reverse import Reversal

__all__ = [
    'Answer', 'At', 'Moved', 'Paid', 'Sold', 'grant', 'pay', 'quote',
    'redeem', 'reverse', 'spend', 'top_up']


def top_up(at, uuid, of, money, amount, reason=None, now=None):
    """Load a wallet with a money that was paid for, at par

    of: the number of a card, read or printed, or the id of a wallet.
    """
    return record(_Amounts(
            'top_up', at, uuid, of, [(money, amount)], reason), now)


def grant(at, uuid, of, money, amount, reason=None, now=None):
    "Give a money that is not sold: a gift, hours, points, a badge"
    return record(_Amounts(
            'grant', at, uuid, of, [(money, amount)], reason), now)


def spend(at, uuid, of, amounts, reason=None, now=None):
    """Pay with one or several moneys, all or none

    amounts: (money, amount), each money once.
    """
    return record(_Amounts('spend', at, uuid, of, amounts, reason), now)


def pay(at, uuid, of, lines, rest=0, second=None, reason=None, now=None):
    """Pay lines with all that a card has, in the order of cascade.py

    lines: Sold.
    rest: what is paid otherwise, cash or a bank card.
    second: the number of another card, or the id of a wallet.
    All or nothing: what the cards do not have is refused. The answer, Paid,
    says by how much each line is reduced.
    """
    return record(wallet_pay.Payment(
            at, uuid, of, lines, rest, second, reason), now)


def quote(at, of, lines, second=None, now=None):
    "Return what pay would take, and what would be missing; nothing changes"
    return wallet_pay.quote(at, of, lines, second, now)


def redeem(at, uuid, of, money, amount, reason=None, now=None):
    "Pay a money back to its holder, at par"
    return record(_Amounts(
            'redeem', at, uuid, of, [(money, amount)], reason), now)


def reverse(at, uuid, operation, reason=None, now=None):
    """Take an operation back, whole and once

    operation: its uuid.
    What was spent comes back in its lots, with their dates.
    """
    return record(Reversal(at, uuid, operation, reason), now)


class _Amounts(Request):
    "Amounts of moneys, into one wallet or out of it"

    def __init__(self, kind, at, uuid, of, amounts, reason):
        super().__init__(at, uuid, reason)
        self.kind = kind
        self.of = wallet_sql.source(of)
        self.asked = [(int(money), amount) for money, amount in amounts]
        ids = [money for money, _ in self.asked]
        if not ids:
            raise AmountMissingError(
                gettext('tibillet_cashless.msg_wallet_amount_missing'))
        if len(set(ids)) != len(ids):
            raise MoneyTwiceError(
                gettext('tibillet_cashless.msg_wallet_money_twice'))

    def content(self, where):
        moneys = wallet_sql.moneys(
            [money for money, _ in self.asked], where.party, where.date)
        self.amounts = [
            (moneys[money], to_units(amount, moneys[money]))
            for money, amount in self.asked]
        return {
            'of': self.of,
            'amounts': [[money.id, units] for money, units in self.amounts],
            }

    def write(self, act):
        incoming = act.rule.holder > 0
        for money, units in self.amounts:
            wallet_check_money.check(act, money, units)
        purse = wallet_sql.purse(self.of, make=incoming)
        # In one order, so that nobody waits for who waits for him.
        for money, units in sorted(self.amounts):
            if incoming:
                act.load(purse, money, units)
            else:
                act.take(purse, money, units)
