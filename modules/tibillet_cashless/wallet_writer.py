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
from . import (
    wallet_chargeback, wallet_check_money, wallet_holding, wallet_pay,
    wallet_sql)
from .wallet_holding import Held
from .wallet_pay import Paid, Sold
from .wallet_request import Amounts, Answer, At, Moved, Request, record
from .wallet_reverse import Restoration, Reversal

__all__ = [
    'Answer', 'At', 'Held', 'Moved', 'Paid', 'Sold', 'capture', 'charge_back',
    'fee', 'grant', 'hold', 'pay', 'quote', 'redeem', 'release', 'restore',
    'reverse', 'spend', 'top_up']


def top_up(at, uuid, of, money, amount, reason=None, now=None):
    """Load a wallet with a money that was paid for, at par

    of: the number of a card, read or printed, or the id of a wallet.
    """
    return record(_Simple(
            'top_up', at, uuid, of, [(money, amount)], reason), now)


def grant(at, uuid, of, money, amount, reason=None, now=None):
    "Give a money that is not sold: a gift, hours, points, a badge"
    return record(_Simple(
            'grant', at, uuid, of, [(money, amount)], reason), now)


def spend(at, uuid, of, amounts, reason=None, now=None):
    """Pay with one or several moneys, all or none

    amounts: (money, amount), each money once.
    """
    return record(_Simple('spend', at, uuid, of, amounts, reason), now)


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


def hold(at, uuid, of, amounts, until, reason=None, now=None):
    """Set money aside, for a table or a deposit; the answer is Held

    until: the instant, in UTC, from which it may be spent again.
    """
    return record(wallet_holding.Hold(
            at, uuid, of, amounts, until, reason), now)


def capture(at, uuid, hold, amounts=None, reason=None, now=None):
    """Take what was held, or a part of it: the rest may be spent again

    hold: its uuid. amounts: (money, amount), all of it if None.
    """
    return record(wallet_holding.Capture(
            at, uuid, hold, amounts, reason), now)


def release(at, uuid, hold, reason=None, now=None):
    "Let the holder spend what was held"
    return record(wallet_holding.Release(at, uuid, hold, reason), now)


def redeem(at, uuid, of, money, amount, reason=None, now=None):
    "Pay a money back to its holder, at par"
    return record(_Simple(
            'redeem', at, uuid, of, [(money, amount)], reason), now)


def reverse(at, uuid, operation, reason=None, now=None):
    """Take an operation back, whole and once

    operation: its uuid.
    What was spent comes back in its lots, with their dates.
    """
    return record(Reversal(at, uuid, operation, reason), now)


def restore(at, uuid, operation, reason=None, now=None):
    """Give back what an operation has melted, whole and once

    operation: its uuid.
    It comes back in its lots, with their dates.
    """
    return record(Restoration(at, uuid, operation, reason), now)


def fee(at, uuid, operation, amount, reason=None, now=None):
    """Note what the bank has taken for a top-up, or for its chargeback

    operation: its uuid.
    """
    return record(wallet_chargeback.Fee(
            at, uuid, operation, amount, reason), now)


def charge_back(at, uuid, operation, reason=None, now=None):
    """Take a top-up back that the bank has not paid after all, once

    operation: its uuid.
    What is left of it leaves the wallet, the rest is owed by the holder.
    """
    return record(wallet_chargeback.Chargeback(
            at, uuid, operation, reason), now)


class _Simple(Request):
    "Amounts of moneys, into one wallet or out of it"

    def __init__(self, kind, at, uuid, of, amounts, reason):
        super().__init__(at, uuid, reason)
        self.kind = kind
        self.of = wallet_sql.source(of)
        self.amounts = Amounts(amounts)

    def content(self, where):
        return {'of': self.of, 'amounts': self.amounts.read(where)}

    def write(self, act):
        incoming = act.rule.holder > 0
        for money, units in self.amounts:
            wallet_check_money.check(act, money, units)
        purse = wallet_sql.purse(self.of, make=incoming)
        for money, units in self.amounts:
            if incoming:
                act.load(purse, money, units)
            else:
                act.take(purse, money, units)
