"""What a donor shows to the tax office: numbered, and never edited.

Forms CERFA 11580 (persons) and 16216 (companies): number, organisation with
its SIREN or RNA, address and purpose, donor with its address (a company with
its SIREN and legal form), amount in figures between asterisks and in words,
dates, form, nature and mode of the gifts, articles, signature. A receipt is
never edited: it is cancelled by the opposite one, and another is made.
A copy is kept for six years (Livre des procédures fiscales, article L102 E).
"""
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.whole_report import WholeReport

from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If

from . import receipt_rules
from .gift import DEEDS, MODES, NATURES
from .tax_receipt_basis import CATEGORIES

FORMS = [
    ('11580', "11580 (Person)"),
    ('16216', "16216 (Company)"),
    ]
KEPT = [
    'company', 'year', 'number', 'date', 'kind', 'form', 'party_name',
    'party_address', 'party_identifier', 'legal_form', 'organisation',
    'organisation_address', 'identifier', 'purpose', 'category',
    'category_text', 'decree', 'article_200', 'article_238bis',
    'article_978', 'amount', 'amount_words', 'counterpart', 'signatory',
    'capacity', 'basis', 'cancels', 'replaces', 'reason']
KEPT_LINE = [
    'receipt', 'date', 'amount', 'counterpart', 'nature', 'mode', 'deed',
    'description', 'period', 'gift']


def _text(name, **options):
    return fields.Char(name, readonly=True, strip=False, **options)


def _long(name, **options):
    return fields.Text(name, readonly=True, strip=False, **options)


def _amount(name, **options):
    return Monetary(
        name, currency='currency', digits='currency', required=True,
        readonly=True, **options)


class TaxReceipt(FactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.tax.receipt'
    __string__ = "Tax Receipt"
    _fact_message = 'tibillet_membership.msg_tax_receipt_immutable'

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    year = fields.Integer(
        "Year", required=True, readonly=True,
        help="The civil year of the gifts.")
    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="Within the year and the company, without holes.")
    date = fields.Date("Date", required=True, readonly=True)
    kind = fields.Selection([
            ('receipt', "Receipt"),
            ('cancellation', "Cancellation"),
            ], "Kind", required=True, readonly=True, sort=False)
    form = fields.Selection(
        FORMS, "Form", required=True, readonly=True, sort=False)
    party = fields.Many2One(
        'party.party', "Donor", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    party_name = _text("Name of the Donor", required=True)
    party_address = _long("Address of the Donor", required=True)
    party_identifier = _text(
        "SIREN of the Donor",
        states={
            'invisible': Eval('form') != '16216',
            })
    legal_form = _text(
        "Legal Form",
        states={
            'invisible': Eval('form') != '16216',
            })
    organisation = _text("Organisation", required=True)
    organisation_address = _long("Address of the Organisation", required=True)
    identifier = _text("SIREN or RNA", required=True)
    purpose = _long("Purpose", required=True)
    category = fields.Selection(
        CATEGORIES, "Kind of Organisation", required=True, readonly=True,
        sort=False)
    category_text = _text("Which Kind")
    decree = _text("Decree")
    article_200 = fields.Boolean("Article 200 of the CGI", readonly=True)
    article_238bis = fields.Boolean(
        "Article 238 bis of the CGI", readonly=True)
    article_978 = fields.Boolean("Article 978 of the CGI", readonly=True)
    amount = _amount("Amount", help="Negative when it cancels.")
    amount_words = _text("Amount in Words", required=True)
    counterpart = _amount("Value of What the Donor Got")
    signatory = _text("Signatory", required=True)
    capacity = _text("Capacity", required=True)
    basis = fields.Many2One(
        'tibillet.tax.receipt.basis', "Legal Basis", required=True,
        readonly=True, ondelete='RESTRICT')
    lines = fields.One2Many(
        'tibillet.tax.receipt.line', 'receipt', "Gifts", readonly=True)
    cancels = fields.Many2One(
        'tibillet.tax.receipt', "Cancels", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('cancels'),
            })
    replaces = fields.Many2One(
        'tibillet.tax.receipt', "Replaces", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('replaces'),
            })
    reason = _text(
        "Reason",
        states={
            'invisible': ~Eval('cancels'),
            })
    cancellations = fields.One2Many(
        'tibillet.tax.receipt', 'cancels', "Cancelled by", readonly=True,
        states={
            'invisible': ~Eval('cancellations'),
            })
    is_standing = fields.Function(
        fields.Boolean(
            "Standing", help="It is a receipt that nothing has cancelled."),
        'get_is_standing')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique',
                Unique(table, table.company, table.year, table.number),
                'tibillet_membership.msg_tax_receipt_unique'),
            ('cancels_unique', Unique(table, table.cancels),
                'tibillet_membership.msg_tax_receipt_unique'),
            ('replaces_unique', Unique(table, table.replaces),
                'tibillet_membership.msg_tax_receipt_unique'),
            ]
        cls._sql_indexes.add(Index(table, (table.party, Index.Equality())))
        cls._order = [
            ('year', 'DESC'), ('number', 'DESC'), ('id', 'DESC')]
        cls._buttons.update({
                'cancel_wizard': {
                    'invisible': ~Eval('is_standing'),
                    'icon': 'tryton-cancel',
                    'depends': ['is_standing'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, KEPT, ['party'])

    def get_is_standing(self, name):
        return self.kind == 'receipt' and not self.cancellations

    @property
    def label(self):
        return receipt_rules.label(self.year, self.number)

    def get_rec_name(self, name):
        return self.label

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party_name', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    ~Bool(Eval('is_standing')), 'muted', '')),
            ]

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_tax_receipt_cancel')
    def cancel_wizard(cls, receipts):
        pass


class TaxReceiptLine(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.tax.receipt.line'
    __string__ = "Tax Receipt Line"
    _fact_message = 'tibillet_membership.msg_tax_receipt_immutable'

    receipt = fields.Many2One(
        'tibillet.tax.receipt', "Receipt", required=True, readonly=True,
        ondelete='RESTRICT')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    date = fields.Date("Date", required=True, readonly=True)
    amount = _amount("Amount")
    counterpart = _amount("Value of What the Donor Got")
    nature = fields.Selection(
        NATURES, "Nature", required=True, readonly=True, sort=False)
    mode = fields.Selection(
        [(None, ""), *MODES], "Given by", readonly=True, sort=False)
    deed = fields.Selection(
        DEEDS, "Form", required=True, readonly=True, sort=False)
    description = _text("What was Given")
    period = fields.Many2One(
        'tibillet.membership.period', "Membership", readonly=True,
        ondelete='RESTRICT')
    gift = fields.Many2One(
        'tibillet.gift', "Gift", readonly=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('receipt')
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.receipt, Index.Equality())),
                Index(table, (table.period, Index.Equality())),
                Index(table, (table.gift, Index.Equality())),
                })
        cls._order = [('date', 'ASC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, KEPT_LINE)

    @fields.depends('receipt', '_parent_receipt.company')
    def on_change_with_currency(self, name=None):
        if self.receipt and self.receipt.company:
            return self.receipt.company.currency

    def get_rec_name(self, name):
        return self.receipt.rec_name

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('receipt.rec_name', *clause[1:])]

    def get_fact_names(self):
        return {'record': self.receipt.rec_name}


class TaxReceiptReport(WholeReport):
    "The form is French, whatever the language of who prints it"
    __name__ = 'tibillet.tax.receipt'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Lang = pool.get('ir.lang')
        Receipt = pool.get('tibillet.tax.receipt')
        context = super().get_context(records, header, data)
        french = Lang.get('fr')
        context.update(
            receipts=Receipt.browse([int(r) for r in records]),
            day=lambda date: french.strftime(date, '%d/%m/%Y'),
            figures=lambda amount, currency: '***' + french.currency(
                abs(amount), currency) + '***',
            money=lambda amount, currency: french.currency(amount, currency))
        return context
