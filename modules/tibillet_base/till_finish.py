"""What makes a sale a fact: checked, taxed, numbered, chained and signed.

Both ways to finish a sale come here: the form, through sale.point.sale, and
the one writer of till_writer. They give the same rows.
"""
import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from trytond.i18n import gettext
from trytond.modules.product import round_price
from trytond.pool import Pool
from trytond.tools import timezone

from tibillet.money import half_up

from . import till_chain, till_sql, till_vat
from .exceptions import (
    TillClosedError, TillDayError, TillDiscountError, TillEmptyError,
    TillPaymentError, TillPracticeError, TillPriceError, TillQuantityError,
    TillReturnError)

# A till is closed once a day: BOI-TVA-DECLA-30-10-30 asks for it.
DAY_HOURS = 24
# In the smallest coins: more change than the largest note is worth was typed
# by mistake.
CHANGE_MAX = 50_000
# Clocks are set by the network within less than this.
CLOCK_SECONDS = 60


@dataclass
class Line:
    product: int
    quantity: Decimal
    unit_list_price: Decimal
    unit_gross_price: Decimal
    discount: Decimal = None
    discount_reason: str = None
    label: str = None
    category: int = None
    revenue_account: int = None
    vat_tax: int = None
    vat_rate: Decimal = None
    vat_base: Decimal = None
    vat_amount: Decimal = None

    def unit_price(self, included):
        return self.unit_gross_price if included else self.unit_list_price

    def amount(self, included, quantum):
        "Return what is to be paid of it, without VAT if prices are"
        return self.full_amount(included, quantum) - (self.discount or 0)

    def full_amount(self, included, quantum):
        return half_up(self.quantity * self.unit_price(included), quantum)

    def frozen(self):
        return {name: getattr(self, name) for name in FROZEN}


# The columns of a line that say what is sold.
ASKED = [
    'product', 'quantity', 'unit_list_price', 'unit_gross_price', 'discount',
    'discount_reason']
# The columns of a line that are filled when its sale is finished.
FROZEN = [
    'label', 'category', 'revenue_account', 'vat_tax', 'vat_rate',
    'vat_base', 'vat_amount']


@dataclass
class Payment:
    method: int
    tender: str
    amount: Decimal


@dataclass
class Tax:
    tax: int
    rate: Decimal
    base: Decimal
    amount: Decimal


def freeze(lines, included, company, date, given=None):
    """Fill what is frozen of the lines, return their sums by tax and rate

    given: for each line its Facts, or None for those of its product.
    """
    pool = Pool()
    Point = pool.get('sale.point')
    Product = pool.get('product.product')
    quantum, _ = Point.get_till_settings(company)
    given = given or [None] * len(lines)
    facts = Product.get_till_facts(
        {line.product for line, own in zip(lines, given, strict=True)
            if not own},
        company, date)
    asked = []
    for line, own in zip(lines, given, strict=True):
        known = own or facts[line.product]
        line.label = known.label
        line.category = known.category
        line.revenue_account = known.account
        line.vat_tax, line.vat_rate = known.tax, known.rate
        asked.append((
                (known.tax, known.rate), known.rate,
                line.amount(included, quantum)))
    parts, sums = till_vat.split(asked, included, quantum)
    for line, (base, vat) in zip(lines, parts, strict=True):
        line.vat_base, line.vat_amount = base, vat
    return [
        Tax(tax, rate, base, vat)
        for (tax, _), (rate, base, vat) in sums.items()]


def total(taxes):
    return sum((t.base + t.amount for t in taxes), Decimal(0))


def other_prices(price, rate, included):
    """Return the list and the gross price of one of them

    rate: None outside of the turnover, where there is no VAT.
    """
    rate = rate or 0
    if included:
        return round_price(price / (1 + rate)), price
    return price, round_price(price * (1 + rate), ROUND_HALF_UP)


def check_lines(lines, included, may_return, company, deposits=()):
    """Refuse lines that cannot be sold

    deposits: the products that whoever sells may take back, at their price.
    """
    pool = Pool()
    Point = pool.get('sale.point')
    quantum, _ = Point.get_till_settings(company)
    if not lines:
        raise TillEmptyError(gettext('tibillet_base.msg_till_empty'))
    for line in lines:
        if not line.quantity:
            raise TillQuantityError(gettext('tibillet_base.msg_till_quantity'))
        if (line.quantity < 0 and not may_return
                and line.product not in deposits):
            raise TillReturnError(gettext('tibillet_base.msg_till_return'))
        price = line.unit_price(included)
        if price is None or price < 0:
            raise TillPriceError(gettext('tibillet_base.msg_till_price'))
        if line.discount and line.product in deposits:
            raise TillDiscountError(gettext(
                    'tibillet_base.msg_till_discount_deposit',
                    discount=say(line.discount, company)))
        _check_discount(line, included, quantum, company)


def check_practice(row, products, tenders):
    """Refuse at a till for practice what is more than an exercise

    products: those that another module sells, as tickets and cards.
    tenders: how it is paid.
    """
    if row.practice and (products or 'wallet' in tenders):
        raise TillPracticeError(gettext(
                'tibillet_base.msg_till_practice', till=_name(row.id)))


def get_deposits(lines, company, date):
    "Return the products of lines that are deposits, where it matters"
    pool = Pool()
    Product = pool.get('product.product')
    ids = {
        line.product for line in lines
        if (line.quantity or 0) < 0 or line.discount}
    facts = Product.get_till_facts(ids, company, date)
    return {id_ for id_ in ids if facts[id_].deposit}


def _check_discount(line, included, quantum, company):
    "Refuse a discount of more than the line, or without a reason"
    discount = line.discount or Decimal(0)
    if not discount:
        return
    if not (line.discount_reason or '').strip():
        raise TillDiscountError(gettext(
                'tibillet_base.msg_till_discount_reason',
                discount=say(discount, company)))
    full = line.full_amount(included, quantum)
    # What is taken back takes its discount back too.
    if (discount % quantum
            or not min(full, 0) <= discount <= max(full, 0)):
        raise TillDiscountError(gettext(
                'tibillet_base.msg_till_discount',
                discount=say(discount, company), amount=say(full, company)))


def check_payments(payments, amount, company):
    """Refuse payments that are not worth the amount

    In whole coins, and of a sale no cash goes out but the change of what has
    come in.
    """
    pool = Pool()
    Point = pool.get('sale.point')
    quantum, _ = Point.get_till_settings(company)
    paid = sum((p.amount or Decimal(0) for p in payments), Decimal(0))
    for payment in payments:
        if payment.amount and payment.amount % quantum:
            raise TillPaymentError(gettext(
                    'tibillet_base.msg_till_payment_coins',
                    amount=say(payment.amount, company),
                    coin=say(quantum, company)))
    if paid != amount or not all(p.amount for p in payments):
        raise TillPaymentError(gettext(
                'tibillet_base.msg_till_payment', paid=say(paid, company),
                total=say(amount, company)))
    cash = [p.amount for p in payments if p.tender == 'cash']
    if amount >= 0 and sum(cash, Decimal(0)) < 0:
        raise TillPaymentError(gettext(
                'tibillet_base.msg_till_payment_out',
                amount=say(-sum(cash, Decimal(0)), company)))
    change = -sum((a for a in cash if a < 0), Decimal(0))
    if amount >= 0 and change > quantum * CHANGE_MAX:
        raise TillPaymentError(gettext(
                'tibillet_base.msg_till_payment_change',
                change=say(change, company)))


def check_nothing(payments, company):
    "Refuse payments of what costs nothing"
    if payments:
        paid = sum((p.amount for p in payments), Decimal(0))
        raise TillPaymentError(gettext(
                'tibillet_base.msg_till_payment', paid=say(paid, company),
                total=say(Decimal(0), company)))


def say(amount, company):
    "Return the text of an amount of a company"
    pool = Pool()
    Company = pool.get('company.company')
    Lang = pool.get('ir.lang')
    currency = Company(company).currency
    digits = max(currency.digits, -amount.normalize().as_tuple().exponent)
    return Lang.get().currency(
        amount, currency, digits=digits, grouping=True)


def local_date(at, company):
    "Return the date at the clock of the company"
    pool = Pool()
    Point = pool.get('sale.point')
    _, zone = Point.get_till_settings(company)
    return at.replace(tzinfo=dt.UTC).astimezone(
        timezone.get_tzinfo(zone) if zone else dt.UTC).date()


def get_session(point, now=None):
    """Return the id of the open session of the till

    now: refuse also if the day of the till has lasted too long by then.
    """
    session = till_sql.table('sale.point.cash.session')
    cursor = till_sql.cursor()
    cursor.execute(*session.select(
            session.id, session.opened_at,
            where=(session.point == int(point)) & (session.state == 'open')))
    return check_session(point, cursor.fetchone(), now)


def check_session(point, found, now=None):
    "Return the id of the open session, found with the hour it was opened at"
    if not found:
        raise TillClosedError(gettext(
                'tibillet_base.msg_till_closed', till=_name(point)))
    id_, opened_at = found
    if (now and opened_at
            and now - opened_at > dt.timedelta(hours=DAY_HOURS)):
        raise TillDayError(gettext(
                'tibillet_base.msg_till_day',
                till=_name(point), hours=DAY_HOURS))
    return id_


def _name(point):
    pool = Pool()
    Point = pool.get('sale.point')
    return Point(int(point)).rec_name


def check_clock(row, at):
    "Keep in the log of the locked till that its clock was set back"
    pool = Pool()
    Log = pool.get('tibillet.till.log')
    if row.last_at and (
            row.last_at - at > dt.timedelta(seconds=CLOCK_SECONDS)):
        Log.append(
            row, 'clock', detail=f'{row.last_at:%F %T} > {at:%F %T} UTC')
    row.last_at = max(row.last_at or at, at)


def take(row, signer, head, lines, taxes, payments, included):
    """Number, chain and sign a finished sale at the locked till

    head: its uuid, date, finished_at and cashier.
    Return the columns of the sale that it fills.
    """
    row.counter += 1
    filled = {
        **head,
        'operation': row.counter,
        'number': row.number(row.counter),
        }
    row.head = till_chain.follow(
        row.head, chained(
            filled, lines, taxes, payments, included, row.practice))
    return {
        **filled,
        'link': row.head,
        'key': signer.id,
        'signature': signer.sign(row.head),
        }


def chained(head, lines, taxes, payments, included, practice):
    "Return what the chain holds of a sale"
    return till_chain.sale(
        {**head, 'practice': practice},
        [{
                **vars(line),
                'unit_price': line.unit_price(included),
                } for line in lines],
        [vars(tax) for tax in taxes],
        [vars(payment) for payment in payments])
