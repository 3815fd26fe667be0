"""What was spent on the project of what a surplus has reinvested."""
from decimal import Decimal

from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.report import Report

from .exceptions import SurplusUseError

ZERO = Decimal(0)


class SurplusUse(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.surplus.use'
    __string__ = "Surplus Use"
    _fact_message = 'tibillet_membership.msg_surplus_use_immutable'

    surplus = fields.Many2One(
        'tibillet.surplus', "Surplus", required=True, ondelete='RESTRICT')
    date = fields.Date("Date", required=True)
    description = fields.Char(
        "Spent On", required=True,
        help="Such as a piece of equipment, months of development, works.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        domain=[
            ('amount', '!=', 0),
            ],
        help="Negative to take back what was mistyped.")
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('surplus')
        table = cls.__table__()
        cls._sql_indexes.add(Index(table, (table.surplus, Index.Equality())))
        cls._order = [('date', 'ASC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['surplus', 'date', 'description', 'amount'])

    @fields.depends('surplus', '_parent_surplus.company')
    def on_change_with_currency(self, name=None):
        if self.surplus and self.surplus.company:
            return self.surplus.company.currency

    def get_rec_name(self, name):
        return self.description

    @classmethod
    def check_modification(cls, mode, uses, values=None, external=False):
        # People type it, once.
        super().check_modification(
            mode, uses, values=values,
            external=external and mode != 'create')

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == 'create' and values.get('surplus') is not None:
            # Two at once may not spend the same money.
            tools.take_turn(
                Pool().get('tibillet.surplus'), [values['surplus']],
                'create_uid')
        return values

    @classmethod
    def validate_fields(cls, uses, field_names):
        super().validate_fields(uses, field_names)
        for surplus in {u.surplus for u in uses}:
            if surplus.state != 'allocated':
                raise SurplusUseError(gettext(
                        'tibillet_membership.msg_surplus_use_state',
                        surplus=surplus.rec_name))
            if not ZERO <= surplus.spent <= surplus.reinvested:
                raise SurplusUseError(gettext(
                        'tibillet_membership.msg_surplus_use_amount',
                        surplus=surplus.rec_name,
                        reinvested=Report.format_currency(
                            surplus.reinvested, None, surplus.currency)))
        for use in uses:
            if use.date > tools.today(use.surplus.company):
                raise SurplusUseError(gettext(
                        'tibillet_membership.msg_surplus_use_future',
                        use=use.rec_name))


class Surplus(metaclass=PoolMeta):
    __name__ = 'tibillet.surplus'

    uses = fields.One2Many(
        'tibillet.surplus.use', 'surplus', "Spent on the Project",
        states={
            'invisible': Eval('state') != 'allocated',
            })
    spent = fields.Function(Monetary(
            "Spent", currency='currency', digits='currency',
            states={
                'invisible': Eval('state') != 'allocated',
                }),
        'get_spent')
    left = fields.Function(Monetary(
            "Left to Spend", currency='currency', digits='currency',
            states={
                'invisible': Eval('state') != 'allocated',
                }),
        'get_left')

    def get_spent(self, name):
        return sum((u.amount for u in self.uses), ZERO)

    def get_left(self, name):
        if self.state == 'allocated':
            return self.reinvested - self.spent

    @classmethod
    def copy(cls, surpluses, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('uses')
        return super().copy(surpluses, default=default)
