"""Pay a sale by cards, in the order of the cascade, all or nothing."""
from collections import namedtuple
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tibillet_base import tools

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access

from . import cascade, kinds, wallet_expiry, wallet_sql
from .units import AmountError, from_units, to_units
from .wallet_exceptions import (
    AmountMissingError, WalletInsufficientError, WalletRestError,
    WalletSecondError)
from .wallet_request import AMOUNT_ERRORS, Answer, Request, where

# digits: of its smallest unit, which its moneys share.
Currency = namedtuple('Currency', ['id', 'digits'])


@dataclass(frozen=True)
class Sold:
    """A line to pay

    amount: tax included, in the currency of the company.
    reducible: whether gifts, points and hours may pay it.
    """
    amount: Decimal
    reducible: bool = True


@dataclass(frozen=True)
class Share:
    """What a money of a wallet pays

    amount: of the money. value: in the currency of the company.
    lines: by how much it reduces each line, empty if it is a payment.
    """
    wallet: int
    money: int
    amount: Decimal
    value: Decimal
    lines: tuple


@dataclass(frozen=True)
class Quote:
    "What would pay"
    reductions: tuple
    payments: tuple
    missing: Decimal


@dataclass(frozen=True)
class Paid(Answer):
    "What has paid"
    reductions: tuple
    payments: tuple


class Payment(Request):
    kind = 'spend'

    def __init__(self, at, uuid, of, lines, rest, second, reason):
        super().__init__(at, uuid, reason)
        self.of = wallet_sql.source(of)
        self.second = None if second is None else wallet_sql.source(second)
        self.asked = lines
        self.asked_rest = rest

    def content(self, where):
        self.where = where
        self.currency = Currency(*wallet_sql.currency(where.company))
        self.lines = _lines(self.asked, self.currency)
        self.rest = _units(self.asked_rest, self.currency)
        if self.rest > sum(line.amount for line in self.lines):
            raise WalletRestError(
                gettext('tibillet_cashless.msg_wallet_rest'))
        return {
            'of': self.of,
            'lines': [list(line) for line in self.lines],
            'rest': self.rest,
            'second': self.second,
            }

    def write(self, act):
        purses = _purses(self.of, self.second)
        for purse in purses:
            if purse.wallet is not None:
                wallet_expiry.expire(act.now, purse.wallet)
        funds = _Funds(purses, self.where, self.currency, lock=True)
        plan = funds.plan(self.lines, self.rest)
        if plan.missing:
            self._refuse(plan.missing)
        taken = [*plan.reductions, *plan.payments]
        if not taken:
            raise AmountMissingError(
                gettext('tibillet_cashless.msg_wallet_amount_missing'))
        for part in taken:
            wallet, money = part.key
            act.take(
                funds.purses[wallet], funds.moneys[money], part.units,
                value=part.value)

    def _refuse(self, missing):
        total = sum(line.amount for line in self.lines) - self.rest
        raise WalletInsufficientError(gettext(
                'tibillet_cashless.msg_wallet_insufficient',
                balance=_say(total - missing, self.currency),
                missing=_say(missing, self.currency)))

    def answer(self, id_, at):
        answer = super().answer(id_, at)
        reductions, payments = [], []
        for (kind, value), moved in zip(
                wallet_sql.values(id_), answer.moved, strict=True):
            parts = payments if kinds.KINDS[kind].owed else reductions
            parts.append((value, moved))
        shares = cascade.share(self.lines, [v for v, _ in reductions])
        return Paid(
            **vars(answer),
            reductions=tuple(
                self._share(value, moved, lines)
                for (value, moved), lines in zip(
                    reductions, shares, strict=True)),
            payments=tuple(
                self._share(value, moved, ()) for value, moved in payments))

    def _share(self, value, moved, lines):
        return Share(
            moved.wallet, moved.money, -moved.amount,
            _amount(value, self.currency),
            tuple(_amount(line, self.currency) for line in lines))


@without_check_access
def quote(at, of, lines, second=None, now=None):
    "Return what would pay, as it is now"
    here = where(at, now or tools.now())
    currency = Currency(*wallet_sql.currency(here.company))
    funds = _Funds(_purses(of, second, lock=False), here, currency)
    plan = funds.plan(_lines(lines, currency), 0)

    def share(part):
        wallet, money = part.key
        return Share(
            wallet, money,
            from_units(part.units, funds.moneys[money].scale),
            _amount(part.value, currency),
            tuple(_amount(line, currency) for line in part.shares))
    return Quote(
        tuple(map(share, plan.reductions)),
        tuple(map(share, plan.payments)),
        _amount(plan.missing, currency))


class _Funds:
    "What cards may pay with, here and now"

    def __init__(self, purses, where, currency, lock=False):
        self.currency = currency
        self.purses = {p.wallet: p for p in purses if p.wallet is not None}
        rows = wallet_sql.balances(list(self.purses), lock)
        self.moneys = wallet_sql.moneys(
            {money for _, money, _ in rows}, where.party, where.date)
        self.funds, self.second = [], []
        for wallet, money, units in rows:
            fund = self._fund(wallet, self.moneys[money], units, where.party)
            if fund:
                (self.funds if wallet == purses[0].wallet
                    else self.second).append(fund)

    def _fund(self, wallet, money, units, party):
        worth = self._worth(money)
        if (not worth or not money.accepted
                or not kinds.KINDS[money.kind].spendable):
            return None
        if self.purses[wallet].by_number and money.cap_payment is not None:
            units = min(units, int(money.cap_payment * money.scale))
        role = money.kind
        if role == 'local' and money.issuer == party:
            role = 'own'
        return cascade.Fund(
            (wallet, money.id), role, units, money.divisible_to, worth)

    def _worth(self, money):
        "Return what a unit pays in the currency, None if nothing"
        if kinds.KINDS[money.kind].valued:
            return (
                Fraction(1) if money.currency == self.currency.id else None)
        if money.parity:
            return Fraction(money.parity) * Fraction(
                10 ** self.currency.digits, money.scale)

    def plan(self, lines, rest):
        return cascade.plan(lines, self.funds, self.second, rest)


def _purses(of, second, lock=True):
    purses = [wallet_sql.purse(of, lock=lock)]
    if second is not None:
        purses.append(wallet_sql.purse(second, lock=lock))
        if of == second or (
                purses[0].wallet is not None
                and purses[0].wallet == purses[1].wallet):
            raise WalletSecondError(
                gettext('tibillet_cashless.msg_wallet_second'))
    return purses


def _lines(sold, currency):
    return [
        cascade.Line(_units(line.amount, currency), bool(line.reducible))
        for line in sold]


def _units(amount, currency):
    "Return an amount of the currency in its smallest units, zero too"
    try:
        if not isinstance(amount, bool) and amount == 0:
            return 0
        return to_units(amount, 10 ** currency.digits)
    except AmountError as error:
        raise AMOUNT_ERRORS[error.code](gettext(
                f'tibillet_cashless.msg_wallet_amount_{error.code}',
                amount=amount,
                money=Pool().get('currency.currency')(
                    currency.id).rec_name)) from error


def _amount(units, currency):
    return from_units(units, 10 ** currency.digits)


def _say(units, currency):
    pool = Pool()
    Currency_ = pool.get('currency.currency')
    Lang = pool.get('ir.lang')
    return Lang.get().currency(
        _amount(units, currency), Currency_(currency.id))
