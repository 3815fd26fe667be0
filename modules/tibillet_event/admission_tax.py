"""The taxes of a company that are the rates of the law on admissions."""
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from .admission_vat import NONE, admission_rate
from .exceptions import AdmissionTaxError, TicketVATError
from .performance_vat import CATEGORIES
from .venue import TERRITORIES


class AdmissionTax(ModelSQL, ModelView):
    __name__ = 'tibillet.admission.tax'
    __string__ = "Admission Tax"

    company = fields.Many2One('company.company', "Company", required=True)
    territory = fields.Selection(
        [t for t in TERRITORIES if t[0] not in {None, 'overseas_exempt'}],
        "Territory", required=True, sort=False,
        help="Where the venue is.")
    category = fields.Selection(
        [c for c in CATEGORIES if c[0] != NONE],
        "VAT", required=True, sort=False)
    rate = fields.Function(fields.Numeric(
            "Rate", digits=(16, 4),
            help="That of the law; empty when the venue is abroad."),
        'on_change_with_rate')
    tax = fields.Many2One(
        'account.tax', "Tax", required=True, ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('parent', '=', None),
            ('type', '=', 'percentage'),
            ],
        help="The tax of the chart that has this rate.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('category_unique',
                Unique(table, table.company, table.territory, table.category),
                'tibillet_event.msg_admission_tax_unique'),
            ]
        cls._order = [
            ('company', 'ASC'), ('territory', 'ASC'), ('category', 'ASC'),
            ('id', 'ASC')]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_territory(cls):
        return 'mainland'

    @fields.depends('territory', 'category')
    def on_change_with_rate(self, name=None):
        if self.territory and self.category:
            return admission_rate(self.category, self.territory)

    def get_rec_name(self, name):
        return self.tax.rec_name

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('tax.rec_name', *clause[1:])]

    @classmethod
    def validate_fields(cls, records, field_names):
        super().validate_fields(records, field_names)
        for record in records:
            rate = record.on_change_with_rate()
            if rate is not None and record.tax.rate != rate:
                raise AdmissionTaxError(gettext(
                        'tibillet_event.msg_admission_tax_rate',
                        tax=record.tax.rec_name,
                        rate=_percent(rate), found=_percent(record.tax.rate)))

    @classmethod
    @without_check_access
    def get_tax(cls, company, performance):
        """Return the id and the rate of the VAT of a place

        The id is None where nothing is taxed.
        Raise TicketVATError if the company has said no tax for it.
        """
        category = performance.vat_category
        territory = performance.venue.territory or 'mainland'
        if category == NONE or territory == 'overseas_exempt':
            return None, Decimal(0)
        found = cls.search([
                ('company', '=', company),
                ('territory', '=', territory),
                ('category', '=', category),
                ])
        if not found:
            raise TicketVATError(gettext(
                    'tibillet_event.msg_ticket_vat',
                    performance=performance.rec_name,
                    category=performance.vat_category_string))
        tax = found[0].tax
        return tax.id, tax.rate


def _percent(rate):
    return f'{(rate * 100).normalize():f} %'
