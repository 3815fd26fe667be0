from decimal import Decimal

from tibillet_base.of_company import OfCompanyMixin

from trytond.i18n import gettext
from trytond.model import DeactivableMixin, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.transaction import Transaction

from . import capital
from .exceptions import ShareClassError, ShareHolderError

# Rates of the statutes are shown as percentages.
RATE_DIGITS = (3, 4)


class ShareClass(OfCompanyMixin, DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.share.class'
    __string__ = "Share Class"

    name = fields.Char("Name", required=True, translate=True)
    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT')
    nominal = Monetary(
        "Nominal Value", currency='currency', digits='currency',
        required=True,
        domain=[
            ('nominal', '>', 0),
            ],
        help="Of one share, the same for all classes.")
    minimum = fields.Integer(
        "Minimum", required=True,
        domain=[
            ('minimum', '>=', 1),
            ],
        help="How many shares a member holds at least.")
    holders = fields.Selection([
            ('anyone', "Anyone"),
            ('person', "Persons"),
            ('organisation', "Organisations"),
            ], "Holders", required=True, sort=False,
        help="Who may hold shares of the class.")
    paid_rate = fields.Numeric(
        "Paid at Once", digits=RATE_DIGITS, required=True,
        domain=[
            ('paid_rate', '>=', Decimal('0.25')),
            ('paid_rate', '<=', 1),
            ],
        help="What is paid at least on subscription: a quarter by law, or "
        "more if the statutes ask for it.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_minimum(cls):
        return 1

    @classmethod
    def default_holders(cls):
        return 'anyone'

    @classmethod
    def default_paid_rate(cls):
        return Decimal('0.25')

    @classmethod
    def check_modification(cls, mode, classes, values=None, external=False):
        pool = Pool()
        Entry = pool.get('tibillet.share.entry')
        super().check_modification(
            mode, classes, values=values, external=external)
        if mode == 'delete' or (
                mode == 'write' and values.keys() & {'company', 'nominal'}):
            entries = Entry.search([
                    ('share_class', 'in', [c.id for c in classes]),
                    ], limit=1)
            for entry in entries:
                raise ShareClassError(gettext(
                        'tibillet_membership.msg_share_class_held',
                        share_class=entry.share_class.rec_name))

    @classmethod
    def on_modification(cls, mode, classes, field_names=None):
        pool = Pool()
        Capital = pool.get('tibillet.share.capital')
        super().on_modification(mode, classes, field_names=field_names)
        if mode in {'create', 'write'}:
            Capital.make({c.company for c in classes})

    @classmethod
    def validate_fields(cls, classes, field_names):
        super().validate_fields(classes, field_names)
        if field_names & {'company', 'nominal'}:
            others = cls.__with_others(classes)
            for share_class in classes:
                for other in others:
                    if (other.company == share_class.company
                            and other.nominal != share_class.nominal):
                        raise ShareClassError(gettext(
                                'tibillet_membership.msg_share_class_nominal',
                                share_class=share_class.rec_name,
                                other=other.rec_name))

    @classmethod
    def __with_others(cls, classes):
        with Transaction().set_context(active_test=False):
            return cls.search([
                    ('company', 'in', list({c.company.id for c in classes})),
                    ])

    def get_first_payment(self, shares):
        "Return the least that is paid when shares are subscribed"
        return capital.to_pay_first(
            shares * self.nominal, self.paid_rate,
            self.company.currency.rounding)

    def check_holder(self, party):
        "Refuse who may not hold shares of the class"
        if self.holders not in {'anyone', party.legal_kind}:
            raise ShareHolderError(gettext(
                    f'tibillet_membership.msg_share_holder_{self.holders}',
                    party=party.rec_name,
                    share_class=self.rec_name))

    def check_minimum(self, party, shares):
        "Refuse that a party holds so many shares, unless it holds none"
        if 0 < shares < self.minimum:
            raise ShareHolderError(gettext(
                    'tibillet_membership.msg_share_minimum',
                    party=party.rec_name,
                    shares=shares,
                    minimum=self.minimum,
                    share_class=self.rec_name))
