"""Put a return in the books: what was sold in advance becomes revenue."""
from collections import Counter
from decimal import Decimal

from trytond.i18n import gettext
from trytond.pool import Pool

from .exceptions import ReturnRevenueError

ZERO = Decimal(0)


def get_open_date(company, date, other):
    "Return the date if its period is open, else the other one"
    pool = Pool()
    Period = pool.get('account.period')
    periods = Period.search([
            ('company', '=', company.id),
            ('type', '=', 'standard'),
            ('start_date', '<=', date),
            ('end_date', '>=', date),
            ('state', '=', 'open'),
            ], limit=1)
    return date if periods else other


def get_transfers(boxoffice_return, rows):
    """Return (deferred account, revenue account, rate) with the amounts

    Only of what the company has sold for itself.
    """
    pool = Pool()
    Product = pool.get('product.product')
    transfers = Counter()
    for row in rows:
        if row.place and row.organiser == boxoffice_return.company.id:
            transfers[
                row.place.account, row.place.product, row.vat_rate] += row.base
    found = Counter()
    for (account, product, rate), amount in transfers.items():
        revenue = _get_revenue(Product(product))
        found[account, revenue, rate] += amount
    return {
        key: amount for key, amount in sorted(
            found.items(), key=lambda item: (
                item[0][0], item[0][1].id, item[0][2]))
        if amount and key[0] != key[1].id}


def _get_revenue(product):
    account = product.account_revenue_used
    if not account:
        raise ReturnRevenueError(gettext(
                'tibillet_event.msg_boxoffice_return_revenue',
                product=product.rec_name))
    return account


def post(boxoffice_return, rows):
    "Post the move of a return, if there is anything to move"
    pool = Pool()
    Move = pool.get('account.move')
    Posting = pool.get('tibillet.boxoffice.return.posting')
    move = get_move(boxoffice_return, rows)
    if move:
        Move.save([move])
        Posting.create([{
                    'boxoffice_return': boxoffice_return.id,
                    'move': move.id,
                    }])
        Move.post([move])


def get_move(boxoffice_return, rows):
    pool = Pool()
    Account = pool.get('account.account')
    Move = pool.get('account.move')
    Period = pool.get('account.period')
    Point = pool.get('sale.point')
    deferred, lines = Counter(), []
    for (account, revenue, rate), amount in get_transfers(
            boxoffice_return, rows).items():
        deferred[account] += amount
        lines.append(get_line(revenue, amount, gettext(
                    'tibillet_event.msg_boxoffice_return_rate',
                    rate=f'{(rate * 100).normalize():f}')))
    if not lines:
        return
    lines = [
        get_line(Account(account), -amount)
        for account, amount in deferred.items() if amount] + lines
    company = boxoffice_return.company
    return Move(
        company=company,
        journal=Point(min(row.point for row in rows)).journal,
        period=Period.find(company, date=boxoffice_return.date),
        date=boxoffice_return.date,
        origin=boxoffice_return,
        description=boxoffice_return.rec_name,
        lines=lines)


def get_line(account, amount, description=None, party=None):
    "Return a line that credits the amount"
    pool = Pool()
    Line = pool.get('account.move.line')
    return Line(
        account=account,
        party=party if account.party_required else None,
        description=description,
        debit=max(-amount, ZERO),
        credit=max(amount, ZERO))
