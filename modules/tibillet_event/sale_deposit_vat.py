"""Post the VAT of deposits: due when they are paid, taken back after.

The account of deposits holds what was paid, VAT included; the VAT is on an
account of its own until the invoice bears it.
"""
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta

from .deposit_vat import ZERO, get_due
from .return_post import get_line


class Sale(metaclass=PoolMeta):
    __name__ = 'sale.sale'

    def _get_deposit_vat(self, held):
        "Return {tax: (base, VAT)} to post once so much is held"
        sale = self.__class__(self.id)
        taxes = {}
        for line in sale._get_taxes().values():
            if line.tax and line.amount:
                base, vat = taxes.get(line.tax, (ZERO, ZERO))
                taxes[line.tax] = (base + line.base, vat + line.amount)
        due = get_due(
            held, sale.total_amount, taxes, sale._get_deposit_vat_posted(),
            sale.currency.rounding)
        if any(vat for _, vat in due.values()):
            self._get_deposit_account('deposit_vat')
        return due

    def _get_deposit_vat_posted(self):
        "Return {tax: (base, VAT)} that deposits of the sale have posted"
        pool = Pool()
        Deposit = pool.get('tibillet.sale.deposit')
        TaxLine = pool.get('account.tax.line')
        moves = [
            deposit.vat_move.id for deposit in Deposit.search([
                    ('sale', '=', self.id),
                    ('vat_move', '!=', None),
                    ])]
        posted = {}
        for line in TaxLine.search([('move_line.move', 'in', moves)]):
            base, vat = posted.get(line.tax, (ZERO, ZERO))
            if line.type == 'base':
                base += line.amount
            else:
                vat += line.amount
            posted[line.tax] = (base, vat)
        return posted

    def _post_deposit_vat(self, due, date, journal):
        "Post the VAT and return the values of the fact"
        pool = Pool()
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        TaxLine = pool.get('account.tax.line')
        due = {
            tax: amounts for tax, amounts in due.items()
            if tax.invoice_account}
        total = sum((vat for _, vat in due.values()), ZERO)
        if not any(vat for _, vat in due.values()):
            return {'vat': ZERO}
        waiting = self._get_deposit_account('deposit_vat')
        title = gettext(
            'tibillet_event.msg_deposit_vat_move', sale=self.rec_name)
        lines = []
        for tax, (base, vat) in due.items():
            line = get_line(tax.invoice_account, vat, title, self.party)
            line.tax_lines = [
                TaxLine(amount=amount, type=type_, tax=tax)
                for type_, amount in [('tax', vat), ('base', base)]]
            lines.append(line)
        if total:
            lines.append(get_line(waiting, -total, title, self.party))
        move = Move(
            company=self.company, journal=journal, date=date, origin=self,
            period=Period.find(self.company, date=date), description=title,
            lines=lines)
        Move.save([move])
        Move.post([move])
        return {'vat': total, 'vat_move': move.id}
