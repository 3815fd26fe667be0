"""What is given to an organisation, other than for a membership."""
from decimal import Decimal

from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.of_company import OfCompanyMixin

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Bool, Eval, If
from trytond.report import Report
from trytond.transaction import Transaction

from . import amount_words
from .exceptions import GiftAccessError, GiftDateError

# As the form of receipts names them.
NATURES = [
    ('money', "Money"),
    ('securities', "Listed Securities"),
    ('kind', "In Kind"),
    ('revenue', "Revenue Waived"),
    ('costs', "Costs of Volunteers Waived"),
    ('skills', "Staff Put at Disposal"),
    ]
MODES = [
    ('cash', "Cash"),
    ('cheque', "Cheque"),
    ('transfer', "Transfer, Direct Debit or Card"),
    ]
DEEDS = [
    ('hand', "Gift from Hand to Hand"),
    ('authentic', "Notarial Deed"),
    ('private', "Private Deed"),
    ('other', "Other"),
    ]
GIVEN = [
    'company', 'party', 'date', 'amount', 'counterpart', 'nature', 'mode',
    'deed', 'description', 'evidence']


class Gift(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.gift'
    __string__ = "Gift"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT')
    party = fields.Many2One(
        'party.party', "Donor", required=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    date = fields.Date("Date", required=True)
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        domain=[
            ('amount', '>', 0),
            ('amount', '<=', amount_words.MOST),
            ],
        help="What was given, or the value of what was.")
    counterpart = Monetary(
        "Value of What the Donor Got", currency='currency',
        digits='currency', required=True,
        domain=[
            ('counterpart', '>=', 0),
            ])
    nature = fields.Selection(
        NATURES, "Nature", required=True, sort=False)
    mode = fields.Selection(
        [(None, ""), *MODES], "Given by", sort=False,
        domain=[
            If(Eval('nature') == 'money',
                ('mode', '!=', None), ('mode', '=', None)),
            ],
        states={
            'required': Eval('nature') == 'money',
            'invisible': Eval('nature') != 'money',
            })
    deed = fields.Selection(DEEDS, "Form", required=True, sort=False)
    description = fields.Char(
        "What was Given",
        states={
            'required': Eval('nature') != 'money',
            },
        help="Which goods, which costs, who worked how long: it is printed "
        "on the receipt.")
    evidence = fields.Char(
        "Evidence",
        states={
            'required': Eval('nature') != 'money',
            'invisible': Eval('nature') == 'money',
            },
        help="Where the value is proved, and that the donor has waived what "
        "was owed.")
    cancelled_on = fields.Date(
        "Cancelled on", readonly=True,
        states={
            'invisible': ~Eval('cancelled_on'),
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.party, Index.Equality())),
                Index(
                    table,
                    (table.company, Index.Equality()),
                    (table.date, Index.Range())),
                })
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._buttons.update({
                'cancel': {
                    'invisible': Bool(Eval('cancelled_on')),
                    'icon': 'tryton-cancel',
                    'depends': ['cancelled_on'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, [n for n in GIVEN if n != 'party'], ['party'])

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_counterpart(cls):
        return Decimal(0)

    @classmethod
    def default_nature(cls):
        return 'money'

    @classmethod
    def default_deed(cls):
        return 'hand'

    @fields.depends('nature')
    def on_change_nature(self):
        if self.nature != 'money':
            self.mode = None

    def get_rec_name(self, name):
        return f'{self.party.rec_name}, {Report.format_date(self.date)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party.rec_name', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Bool(Eval('cancelled_on')), 'muted', '')),
            ]

    @classmethod
    def copy(cls, gifts, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('cancelled_on', None)
        return super().copy(gifts, default=default)

    @classmethod
    def validate_fields(cls, gifts, field_names):
        super().validate_fields(gifts, field_names)
        if 'date' in field_names:
            for gift in gifts:
                if gift.date > tools.today(gift.company):
                    raise GiftDateError(gettext(
                            'tibillet_membership.msg_gift_future',
                            gift=gift.rec_name))

    @classmethod
    def check_modification(cls, mode, gifts, values=None, external=False):
        super().check_modification(
            mode, gifts, values=values, external=external)
        if mode == 'delete' or (
                mode == 'write'
                and (external or values.keys() - {'cancelled_on'}
                    or any(g.cancelled_on for g in gifts))):
            for gift in gifts:
                raise GiftAccessError(gettext(
                        'tibillet_membership.msg_gift_immutable',
                        gift=gift.rec_name))

    @classmethod
    @ModelView.button
    def cancel(cls, gifts):
        for gift in gifts:
            if not gift.cancelled_on:
                cls.write([gift], {
                        'cancelled_on': tools.today(gift.company),
                        })
