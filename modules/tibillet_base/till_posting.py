"""Put a closure in the books: one move for all its sales, one stock move a
product."""
from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.modules.product import round_price
from trytond.pool import Pool

from . import till_totals
from .exceptions import TillConfigurationError
from .tools import forget


def post(closure):
    pool = Pool()
    Move = pool.get('account.move')
    Posting = pool.get('tibillet.till.closure.posting')
    Session = pool.get('sale.point.cash.session')
    StockMove = pool.get('stock.move')
    if closure.point.practice:
        # In no book, and nothing has left the stock.
        Posting.create([{'closure': closure.id}])
        forget(closure.__class__, [closure.id])
        return
    # First, so that a second one at the same time is refused.
    move = get_move(closure)
    if move:
        Move.save([move])
    Posting.create([{
                'closure': closure.id,
                'move': move.id if move else None,
                }])
    stock_moves = get_stock_moves(closure)
    StockMove.save(stock_moves)
    StockMove.do(stock_moves)
    Session.post(list(closure.sessions))
    if move:
        Move.post([move])
    # It may have been read as not posted.
    forget(closure.__class__, [closure.id])


def _range(closure):
    after = closure.previous.last_operation if closure.previous else 0
    return (
        closure.point.id, after, closure.last_operation,
        closure.currency.rounding)


def get_move(closure):
    "Return the move of the closure, None if it has sold nothing"
    pool = Pool()
    Move = pool.get('account.move')
    Period = pool.get('account.period')
    lines = [
        *_get_revenue(closure), *_get_taxes(closure), *_get_payments(closure)]
    if not lines:
        return
    return Move(
        company=closure.company,
        journal=closure.point.journal,
        period=Period.find(closure.company, date=closure.date),
        date=closure.date,
        origin=closure,
        description=closure.rec_name,
        lines=lines)


def _get_line(account, amount, description=None):
    "Return a line that credits the amount"
    pool = Pool()
    Line = pool.get('account.move.line')
    return Line(
        account=account,
        description=description,
        debit=max(-amount, Decimal(0)),
        credit=max(amount, Decimal(0)))


def _get_revenue(closure):
    pool = Pool()
    Account = pool.get('account.account')
    TaxLine = pool.get('account.tax.line')
    for account, tax, base in till_totals.by_account(*_range(closure)):
        if not base:
            continue
        line = _get_line(Account(account), base)
        if tax:
            line.tax_lines = [TaxLine(tax=tax, type='base', amount=base)]
        yield line


def _get_taxes(closure):
    pool = Pool()
    Tax = pool.get('account.tax')
    TaxLine = pool.get('account.tax.line')
    for id_, amount in till_totals.by_tax(*_range(closure)):
        if not amount:
            continue
        tax = Tax(id_)
        account = (
            tax.invoice_account if amount > 0 else tax.credit_note_account)
        if not account:
            raise TillConfigurationError(gettext(
                    'tibillet_base.msg_till_closure_tax_account',
                    tax=tax.rec_name))
        line = _get_line(account, amount, tax.description)
        line.tax_lines = [TaxLine(tax=tax, type='tax', amount=amount)]
        yield line


def _get_payments(closure):
    amounts = defaultdict(Decimal)
    for line in closure.tenders:
        amounts[line.method] += line.amount
    for method, amount in amounts.items():
        if amount:
            yield _get_line(method.account, -amount, method.rec_name)


def get_stock_moves(closure):
    "Return a stock move for each product that left or came back"
    pool = Pool()
    Product = pool.get('product.product')
    StockMove = pool.get('stock.move')
    point = closure.point
    rows = till_totals.by_product(*_range(closure))
    products = {p.id: p for p in Product.browse({p for p, _, _ in rows})}
    moves = []
    for id_, quantity, base in rows:
        product = products[id_]
        if product.type == 'service':
            continue
        if quantity >= 0:
            from_, to = point.storage_location, point.customer_location
        else:
            from_, to = point.customer_location, (
                point.return_location or point.storage_location)
        quantity_ = product.sale_uom.round(abs(quantity))
        moves.append(StockMove(
                product=product,
                quantity=quantity_,
                unit=product.sale_uom,
                from_location=from_,
                to_location=to,
                company=closure.company,
                unit_price=round_price(
                    abs(base) / Decimal(str(quantity_ or 1))),
                currency=closure.currency,
                effective_date=closure.date,
                origin=closure))
    return moves
