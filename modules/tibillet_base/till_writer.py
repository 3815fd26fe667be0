"""Write a finished sale: the only file that does, beside the form.

    sale = till_writer.sell(
        point, uuid,
        [Sold(product, Decimal(2), Decimal('3.50'))],
        [Paid(cash, Decimal('10.00'))])
    sale.number, sale.change

Seven statements for a READ COMMITTED transaction (routes.api with hot=True):
the row of the till is locked until its end, so that sales of one till wait
for each other and those of two never do.

A sale is made once for a uuid that its caller has made: the same again gives
the first answer, other content is refused. What is refused has a code (see
exceptions.py) and leaves nothing written.

Access is not checked here: who calls has done it, and has decided the price.
"""
from dataclasses import dataclass, field
from decimal import Decimal

from trytond import backend
from trytond.i18n import gettext
from trytond.modules.product import round_price
from trytond.pool import Pool
from trytond.transaction import Transaction

from . import till_finish, till_sql, tools
from .exceptions import TillPaymentError, TillUUIDError
from .till_finish import Line, Payment
from .till_product import Facts

# The columns that are filled, by model: a new one must be thought of here.
STAMPS = ['create_uid', 'create_date']
SALE = [
    'company', 'point', 'employee', 'state', 'date', 'uuid', 'number',
    'operation', 'finished_at', 'cashier', 'link', 'key', 'signature']
LINE = ['sale', *till_finish.ASKED, *till_finish.FROZEN]
TAX = ['sale', 'tax', 'rate', 'base', 'amount']
PAYMENT = ['sale', 'method', 'amount', 'session', 'tender']
COLUMNS = {
    'sale.point.sale': SALE,
    'sale.point.sale.line': LINE,
    'tibillet.till.sale.tax': TAX,
    'sale.point.payment': PAYMENT,
    }


@dataclass(frozen=True)
class Sold:
    """What is sold

    unit_price: with VAT if the prices of the till include it.
    facts: what the till writes of it (till_product.Facts), if its label, VAT
        or account are not those of the product.
    discount: by how much the line is less, with VAT if the price is with it;
        of the sign of the quantity.
    reason: of the discount, such as the money that was given.
    """
    product: int
    quantity: Decimal
    unit_price: Decimal
    facts: Facts = None
    discount: Decimal = Decimal(0)
    reason: str = None


@dataclass(frozen=True)
class Paid:
    """What was given; change is made of what is too much in cash

    taken: whether it was taken from a wallet, which else pays nothing.
    """
    method: int
    amount: Decimal
    taken: bool = False


@dataclass(frozen=True)
class Sale:
    """The answer to the first request and to each replay

    lines: the id of each and its VAT, only in the first answer.
    """
    id: int
    uuid: str
    number: str
    operation: int
    total: Decimal
    change: Decimal
    link: str
    signature: str
    lines: tuple = field(default=(), compare=False)


def sell(point, uuid, lines, payments, employee=None, may_return=False):
    """Write a finished sale and return it

    lines: Sold; payments: Paid.
    may_return: whether quantities may be negative.
    """
    row = till_sql.lock(point)
    sale = add(row, uuid, lines, payments, employee, may_return)
    till_sql.advance(row)
    return sale


def add(row, uuid, lines, payments, employee=None, may_return=False):
    "Write a sale of the locked till, as sell does; the caller advances it"
    session, found = _read(row, uuid)
    if found:
        return _replay(found, row, uuid, lines, payments)
    at = tools.now()
    session = till_finish.check_session(row.id, session, now=at)
    date = till_finish.local_date(at, row.company)
    _check_practice(row, lines, payments)
    till_lines = _get_lines(row, lines, date, may_return)
    taxes = till_finish.freeze(
        till_lines, row.tax_included, row.company, date,
        [line.facts for line in lines])
    total = till_finish.total(taxes)
    till_payments = _get_payments(row, payments, total, may_return)
    signer = till_sql.signer(row)
    till_finish.check_clock(row, at)
    head = till_finish.take(
        row, signer, {
            'uuid': uuid,
            'date': date,
            'finished_at': at,
            'cashier': tools.who(),
            }, till_lines, taxes, till_payments, row.tax_included)
    id_, line_ids = _insert(
        row, head, till_lines, taxes, till_payments, session, employee)
    return Sale(
        id_, uuid, head['number'], head['operation'], total,
        _change(till_payments), head['link'], head['signature'],
        tuple(zip(
                line_ids, (line.vat_amount for line in till_lines),
                strict=True)))


def _check_practice(row, lines, payments):
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    if row.practice:
        tip = ModelData.get_id('tibillet_base', 'product_tip')
        till_finish.check_practice(
            row, {line.product for line in lines if line.facts} - {tip},
            {'wallet' for p in payments if p.taken})


def _get_lines(row, lines, date, may_return):
    pool = Pool()
    Product = pool.get('product.product')
    facts = Product.get_till_facts(
        {int(line.product) for line in lines if not line.facts},
        row.company, date)
    till_lines = []
    for line in lines:
        id_ = int(line.product)
        rate = (line.facts or facts[id_]).rate
        list_price, gross_price = till_finish.other_prices(
            round_price(line.unit_price), rate, row.tax_included)
        till_lines.append(Line(
                id_, line.quantity, list_price, gross_price,
                line.discount or None,
                (line.reason or None) if line.discount else None))
    till_finish.check_lines(
        till_lines, row.tax_included, may_return, row.company, {
            int(line.product) for line in lines
            if (line.facts or facts[int(line.product)]).deposit})
    return till_lines


def _get_payments(row, payments, total, may_return):
    "Return the payments with the change, if they are worth the total"
    pool = Pool()
    Method = pool.get('sale.point.payment.method')
    asked = [int(p.method) for p in payments]
    tenders = Method.get_tenders(row.company)
    if set(asked) - tenders.keys() or (
            total >= 0 and any(p.amount < 0 for p in payments)):
        raise TillPaymentError(gettext(
                'tibillet_base.msg_till_payment_method'))
    if any((tenders[id_] == 'wallet') != p.taken
            for id_, p in zip(asked, payments, strict=True)):
        raise TillPaymentError(gettext(
                'tibillet_base.msg_till_payment_wallet'))
    if total < 0 and not may_return and any(
            tenders[id_] != 'cash' for id_ in asked):
        raise TillPaymentError(gettext(
                'tibillet_base.msg_till_payment_deposit'))
    given = [
        Payment(id_, tenders[id_], p.amount)
        for id_, p in zip(asked, payments, strict=True)]
    too_much = sum((p.amount for p in given), Decimal(0)) - total
    cash = [p for p in given if p.tender == 'cash']
    if total >= 0 and 0 < too_much <= sum(p.amount for p in cash):
        given.append(Payment(cash[0].method, 'cash', -too_much))
    till_finish.check_payments(given, total, row.company)
    return given


def _change(payments):
    if not any(p.amount > 0 for p in payments):
        return Decimal(0)
    return -sum((p.amount for p in payments if p.amount < 0), Decimal(0))


def _insert(row, head, lines, taxes, payments, session, employee):
    stamps = {
        'create_uid': Transaction().user,
        'create_date': head['finished_at'],
        }

    def insert(name, rows):
        if rows:
            return till_sql.insert(name, [{**row, **stamps} for row in rows])

    try:
        id_, = insert('sale.point.sale', [{
                    'company': row.company,
                    'point': row.id,
                    'employee': int(employee) if employee else None,
                    'state': 'done',
                    **head,
                    }])
    except backend.DatabaseIntegrityError as error:
        # The same at another till, at this very moment: tried again, it will
        # be found.
        raise backend.DatabaseOperationalError(str(error)) from error
    line_ids = insert('sale.point.sale.line', [
            {'sale': id_, **vars(line)} for line in lines])
    insert('tibillet.till.sale.tax', [
            {'sale': id_, **vars(tax)} for tax in taxes])
    insert('sale.point.payment', [{
                'sale': id_,
                **vars(payment),
                'session': session if payment.tender == 'cash' else None,
                } for payment in payments])
    return id_, line_ids


def find(uuid):
    "Return the sale of a uuid, None if there is none"
    found = _find(uuid)
    if found:
        id_, _, number, operation, link, signature = found
        rows, total = _get_payment_rows(id_), _get_total(id_)
        return Sale(
            id_, uuid, number, operation, total, _change(rows), link,
            signature)


def _get_payment_rows(sale):
    payment = till_sql.table('sale.point.payment')
    cursor = till_sql.cursor()
    cursor.execute(*payment.select(
            payment.method, payment.amount, payment.tender,
            where=payment.sale == sale, order_by=payment.id.asc))
    return [
        Payment(method, tender, amount) for method, amount, tender in cursor]


def _get_total(sale):
    tax = till_sql.table('tibillet.till.sale.tax')
    cursor = till_sql.cursor()
    cursor.execute(*tax.select(
            tax.tax, tax.rate, tax.base, tax.amount, where=tax.sale == sale))
    return till_finish.total([till_finish.Tax(*values) for values in cursor])


def _found(sale):
    return [
        sale.id, sale.point, sale.number, sale.operation, sale.link,
        sale.signature]


def _find(uuid):
    sale = till_sql.table('sale.point.sale')
    cursor = till_sql.cursor()
    cursor.execute(*sale.select(*_found(sale), where=sale.uuid == uuid))
    return cursor.fetchone()


def _read(row, uuid):
    "Return the open session of the locked till and the sale of the uuid"
    sale = till_sql.table('sale.point.sale')
    session = till_sql.table('sale.point.cash.session')
    cursor = till_sql.cursor()
    cursor.execute(*session
        .join(sale, 'LEFT', condition=sale.uuid == uuid)
        .select(
            session.id, session.opened_at, *_found(sale),
            where=(session.point == row.id) & (session.state == 'open')))
    read = cursor.fetchone()
    if not read:
        return None, _find(uuid)
    id_, opened_at, *found = read
    return (id_, opened_at), found if found[0] else None


def _replay(found, row, uuid, lines, payments):
    "Return the first answer if the same is asked"
    id_, point, number, operation, link, signature = found
    line = till_sql.table('sale.point.sale.line')
    price = (
        line.unit_gross_price if row.tax_included else line.unit_list_price)
    cursor = till_sql.cursor()
    cursor.execute(*line.select(
            line.product, line.quantity, price, line.discount,
            where=line.sale == id_, order_by=line.id.asc))
    sold = [
        (product, Decimal(str(quantity)), price_, discount or 0)
        for product, quantity, price_, discount in cursor]
    rows, total = _get_payment_rows(id_), _get_total(id_)
    paid = [(p.method, p.amount) for p in rows]
    asked = [(int(p.method), p.amount) for p in payments]
    if (point != row.id or operation is None
            or sold != [
                (int(s.product), s.quantity, round_price(s.unit_price),
                    s.discount or 0)
                for s in lines]
            or asked != paid[:len(asked)]
            # Beside what was given there may be the change.
            or sum(a for _, a in paid) != total
            or len(paid) > len(asked) + 1):
        raise TillUUIDError(gettext(
                'tibillet_base.msg_till_uuid_reused', uuid=uuid))
    return Sale(
        id_, uuid, number, operation, total, _change(rows), link, signature)
