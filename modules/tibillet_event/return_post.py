"""Put a return in the books: what was sold in advance becomes revenue."""
from collections import Counter
from decimal import Decimal

from trytond.i18n import gettext
from trytond.pool import Pool

from . import ticket_offer
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


def get_transfers(boxoffice_return, making):
    """Return (account, other account, rate) with the amounts to move

    What the company has sold for itself becomes revenue. What was sold for a
    performance that is cancelled is owed to who has paid it: without its VAT,
    which is due until it is paid back (CGI, art. 272-1).
    """
    transfers = Counter()
    if making.is_cancelled:
        _add_owed(transfers, boxoffice_return.company, making)
    else:
        _add_revenue(transfers, boxoffice_return.company, making.rows)
    return {
        key: amount for key, amount in sorted(
            transfers.items(), key=lambda item: (
                item[0][0], item[0][1].id, item[0][2]))
        if amount and key[0] != key[1].id}


def _add_revenue(transfers, company, rows):
    pool = Pool()
    Product = pool.get('product.product')
    bases = Counter()
    for row in rows:
        if row.place and row.organiser == company.id:
            bases[row.place.account, row.place.product, row.vat_rate] += (
                row.base)
    for (account, product, rate), amount in bases.items():
        transfers[account, _get_revenue(Product(product)), rate] += amount


def _add_owed(transfers, company, making):
    pool = Pool()
    Account = pool.get('account.account')
    owed = Account(ticket_offer.get_account('refunds_account', company))
    for row in making.rows:
        if row.place:
            is_own = row.organiser == company.id
            transfers[row.place.account, owed, row.vat_rate] += (
                row.base if is_own else row.admission)
    for (_, rate, account), (_, amount, vat) in making.fees.items():
        transfers[account, owed, rate] += amount - vat


def _get_revenue(product):
    account = product.account_revenue_used
    if not account:
        raise ReturnRevenueError(gettext(
                'tibillet_event.msg_boxoffice_return_revenue',
                product=product.rec_name))
    return account


def post(boxoffice_return, making):
    "Post the move of a return, if there is anything to move"
    pool = Pool()
    Move = pool.get('account.move')
    Posting = pool.get('tibillet.boxoffice.return.posting')
    move = get_move(boxoffice_return, making)
    if move:
        Move.save([move])
        Posting.create([{
                    'boxoffice_return': boxoffice_return.id,
                    'move': move.id,
                    }])
        Move.post([move])


def get_move(boxoffice_return, making):
    pool = Pool()
    Account = pool.get('account.account')
    Move = pool.get('account.move')
    Period = pool.get('account.period')
    Point = pool.get('sale.point')
    deferred, lines = Counter(), []
    for (account, revenue, rate), amount in get_transfers(
            boxoffice_return, making).items():
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
        journal=Point(min(row.point for row in making.rows)).journal,
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
