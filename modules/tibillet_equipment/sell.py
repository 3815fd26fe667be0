"A sold unit is invoiced and retired: its asset leaves the books"
from collections import defaultdict

from tibillet_base import reach

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access

from tibillet.shares import split

from .exceptions import EquipmentRetireError

_states = {
    'invisible': (Eval('reason') != 'sold') | Bool(Eval('invoiced')),
    'required': (Eval('reason') == 'sold') & ~Bool(Eval('invoiced')),
    }


def _is_price(price, currency):
    "Tell whether a price can be asked, in whole cents"
    return (
        price is not None and price.is_finite() and price > 0
        and price == currency.round(price))


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    @classmethod
    def sell(cls, units, date, party, price):
        """Invoice the units to the party on the date, and retire them

        price: what each is sold for, excluding tax; each owner that keeps
        its books here invoices its quota of it, the others invoice theirs.
        Posting the invoice takes the asset of the owner out of its books.
        """
        pool = Pool()
        Invoice = pool.get('account.invoice')
        lines = defaultdict(list)
        for unit in units:
            parts = split(
                price, [o.quota for o in unit.owners],
                unit.currency.rounding)
            for owner, part in zip(unit.owners, parts):
                if owner.books:
                    lines[(owner.books, unit.currency)].append((owner, part))
        # To post an invoice is to act in the books of each of them.
        reach.check_companies({
                'company.company': {c.id for c, _ in lines}})
        cls.check_leaving(units, date)
        for (company, currency), parts in sorted(
                lines.items(), key=lambda i: [r.id for r in i[0]]):
            with Transaction().set_context(company=company.id):
                invoice = cls._get_sale_invoice(
                    company, currency, party, date, parts)
                invoice.save()
                Invoice.post([invoice])
        cls.retire(cls.browse(units), date, 'sold')

    @classmethod
    @without_check_access
    def get_sold_elsewhere(cls, units):
        """Return the units that nobody here has to invoice

        They are invoiced, or none of their owners keeps its books here.
        """
        invoiced = cls.get_invoiced(units)
        return [
            u for u in cls.browse(units)
            if u in invoiced or not any(o.books for o in u.owners)]

    @classmethod
    def _get_sale_invoice(cls, company, currency, party, date, parts):
        pool = Pool()
        Invoice = pool.get('account.invoice')
        Party = pool.get('party.party')
        # Read again for the company, which has its own accounts.
        invoice = Invoice(
            type='out', company=company, currency=currency,
            party=Party(party.id), invoice_date=date)
        invoice.on_change_type()
        invoice.on_change_party()
        invoice.lines = [
            owner.equipment.get_sale_line(invoice, owner, part)
            for owner, part in parts]
        return invoice

    def get_sale_line(self, invoice, owner, price):
        "Return the line by which the owner sells its quota for the price"
        pool = Pool()
        InvoiceLine = pool.get('account.invoice.line')
        Product = pool.get('product.product')
        line = InvoiceLine(
            type='line', invoice=invoice, invoice_type='out',
            company=invoice.company, currency=invoice.currency,
            party=invoice.party, product=Product(self.product.id),
            description=self.rec_name, origin=self)
        line.on_change_product()
        line.quantity = 1
        line.unit_price = price
        line.asset = next((
                a for a in self.assets
                if a.equipment_owner == owner and a.state == 'running'),
            None)
        line.on_change_asset()
        return line


class Retire(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment.retire'

    def default_start(self, field_names):
        if not self.records:
            return {}
        return {
            'currency': self.record.currency.id,
            'invoiced': (
                len(self.model.get_sold_elsewhere(self.records))
                == len(self.records)),
            }

    def transition_retire(self):
        start = self.start
        if start.reason != 'sold':
            return super().transition_retire()
        elsewhere = self.model.get_sold_elsewhere(self.records)
        if len(elsewhere) == len(self.records):
            return super().transition_retire()
        self.check_records()
        if elsewhere:
            raise EquipmentRetireError(gettext(
                    'tibillet_equipment.msg_equipment_sell_elsewhere',
                    equipment=elsewhere[0].rec_name))
        currencies = dict.fromkeys(u.currency for u in self.records)
        if len(currencies) > 1:
            raise EquipmentRetireError(gettext(
                    'tibillet_equipment.msg_equipment_sell_currency',
                    currencies=', '.join(c.code for c in currencies)))
        for unit in self.records:
            if not start.party or not _is_price(start.price, unit.currency):
                raise EquipmentRetireError(gettext(
                        'tibillet_equipment.msg_equipment_sell',
                        equipment=unit.rec_name,
                        cent=unit.currency.rounding))
            if start.party in [o.party for o in unit.owners]:
                raise EquipmentRetireError(gettext(
                        'tibillet_equipment.msg_equipment_sell_owner',
                        equipment=unit.rec_name,
                        owner=start.party.rec_name))
        with without_check_access():
            self.model.sell(
                self.model.browse(self.records), start.date, start.party,
                start.price)
        return 'end'


class RetireStart(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment.retire.start'

    invoiced = fields.Boolean(
        "Invoiced", readonly=True,
        states={
            'invisible': True,
            })
    party = fields.Many2One('party.party', "Buyer", states=_states)
    currency = fields.Many2One(
        'currency.currency', "Currency", readonly=True,
        states={
            'invisible': True,
            })
    price = Monetary(
        "Price, Excluding Tax", currency='currency', digits='currency',
        states=_states,
        help="Of each unit.\n"
        "Each owner that keeps its books here invoices its quota.")


del _states
