from decimal import ROUND_HALF_UP, Decimal

from sql.aggregate import Sum
from tibillet_base.append_only import refuse_changes
from tibillet_base.names import search_names
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.problem import ProblemMixin
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction

from .exceptions import ConsumableModificationError, ConsumableQuantityError

# The average keeps the total of a delivery to the cent: 1 750.00 for 6 000
# cards is 0.29166667 a card, where four decimals make 1 750.20 of it.
UNIT_COST_DIGITS = (16, 8)
_states = {
    'readonly': Bool(Eval('uses', [0])),
    }


def average(cost, quantity):
    "Return what one costs, of which the quantity costs as much, half up"
    _, decimals = UNIT_COST_DIGITS
    return (cost / quantity).quantize(
        Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


class Consumable(ProblemMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.consumable'
    __string__ = "Equipment Consumable"
    _problem_error = ConsumableQuantityError
    _problem_message = 'tibillet_equipment.msg_consumable'

    company = fields.Many2One(
        'company.company', "Company", required=True, states=_states)
    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='RESTRICT',
        states=_states,
        domain=[
            ('type', '=', 'goods'),
            ],
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    date = fields.Date("Date", required=True, states=_states)
    owner = fields.Many2One(
        'party.party', "Owner", required=True, ondelete='RESTRICT',
        states=_states,
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    quantity = fields.Integer(
        "Quantity", required=True, states=_states)
    unit_cost = Monetary(
        "Unit Cost", currency='currency', digits=UNIT_COST_DIGITS,
        required=True, states=_states,
        help="What one costs on average, excluding tax.")
    cost = fields.Function(Monetary(
            "Cost", currency='currency', digits='currency', states=_states,
            help="What the delivery cost, excluding tax.\n"
            "The unit cost is the average of it."),
        'on_change_with_cost', setter='set_cost')
    description = fields.Char("Description")
    uses = fields.One2Many(
        'tibillet.equipment.consumable.use', 'consumable', "Uses")
    quantity_left = fields.Function(
        fields.Integer("Quantity Left"), 'get_quantity_left')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [
            ('date', 'DESC'),
            ('id', 'DESC'),
            ]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()

    @classmethod
    def default_owner(cls):
        pool = Pool()
        Company = pool.get('company.company')
        company_id = cls.default_company()
        if company_id is not None and company_id >= 0:
            return Company(company_id).party.id

    @fields.depends('quantity', 'unit_cost', 'currency')
    def on_change_with_cost(self, name=None):
        cost = (self.quantity or 0) * (self.unit_cost or Decimal(0))
        return self.currency.round(cost) if self.currency else cost

    @fields.depends('quantity', 'cost')
    def on_change_cost(self):
        if self.quantity and self.quantity > 0 and self.cost is not None:
            self.unit_cost = average(self.cost, self.quantity)

    @classmethod
    def set_cost(cls, consumables, name, value):
        for consumable in consumables:
            if (value is not None and consumable.quantity > 0
                    and value != consumable.cost):
                consumable.unit_cost = average(value, consumable.quantity)
        cls.save(consumables)

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        cost, quantity = values.get('cost'), values.get('quantity')
        if (mode == 'create' and values.get('unit_cost') is None
                and cost is not None and quantity and quantity > 0):
            values['unit_cost'] = average(cost, quantity)
        return values

    @classmethod
    def get_quantity_left(cls, consumables, name):
        pool = Pool()
        Use = pool.get('tibillet.equipment.consumable.use')
        left = {c.id: c.quantity for c in consumables}
        use = Use.__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*use.select(
                use.consumable, Sum(use.quantity),
                where=fields.SQL_OPERATORS['in'](
                    use.consumable, list(left)),
                group_by=[use.consumable]))
        for consumable, quantity in cursor:
            left[consumable] -= quantity
        return left

    def get_rec_name(self, name):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return f'{self.product.rec_name} - {Lang.get().strftime(self.date)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(clause, 'product.rec_name', 'description')

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('quantity_left', 0) == 0, 'muted', '')),
            ]

    @classmethod
    def copy(cls, consumables, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('uses')
        return super().copy(consumables, default=default)

    def _get_problem(self, field_names):
        if 'quantity' in field_names and self.quantity <= 0:
            return 'none'
        if 'unit_cost' in field_names and self.unit_cost < 0:
            return 'unit_cost'
        if 'date' in field_names and self.date > today(self.company):
            return 'future'

    def _get_problem_names(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return {
            'consumable': self.rec_name,
            'date': Lang.get().strftime(self.date),
            }

    @classmethod
    def check_modification(
            cls, mode, consumables, values=None, external=False):
        super().check_modification(
            mode, consumables, values=values, external=external)
        if mode == 'delete' or (
                mode == 'write'
                and values.keys() - {'description', 'uses'}):
            for consumable in consumables:
                if consumable.uses:
                    raise ConsumableModificationError(gettext(
                            'tibillet_equipment.msg_consumable_modify',
                            consumable=consumable.rec_name))


del _states


class Use(ProblemMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.consumable.use'
    __string__ = "Equipment Consumable Use"
    _problem_error = ConsumableQuantityError
    _problem_message = 'tibillet_equipment.msg_consumable_use'

    consumable = fields.Many2One(
        'tibillet.equipment.consumable', "Consumable", required=True,
        ondelete='RESTRICT')
    date = fields.Date("Date", required=True)
    quantity = fields.Integer(
        "Quantity", required=True,
        help="How many were used, negative to correct a use.")
    party = fields.Many2One(
        'party.party', "Party", ondelete='RESTRICT',
        help="Who used them, or received them.")
    purpose = fields.Char("Purpose")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('consumable')
        cls._order = [
            ('date', 'DESC'),
            ('id', 'DESC'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['consumable', 'date', 'quantity', 'purpose'],
            party_columns=['party'])

    @classmethod
    def default_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()

    def get_rec_name(self, name):
        return f'{self.quantity} × {self.consumable.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('consumable.rec_name', *clause[1:])]

    @classmethod
    def check_modification(cls, mode, uses, values=None, external=False):
        super().check_modification(
            mode, uses, values=values, external=external)
        # A use is a fact: a mistake is corrected by the opposite use.
        if mode in {'write', 'delete'}:
            for use in uses:
                raise ConsumableModificationError(gettext(
                        'tibillet_equipment.msg_consumable_use_modify',
                        use=use.rec_name))

    @classmethod
    def validate_fields(cls, uses, field_names):
        super().validate_fields(uses, field_names)
        if field_names & {'consumable', 'quantity'}:
            cls.check_quantity(uses)

    def _get_problem(self, field_names):
        if 'quantity' in field_names and not self.quantity:
            return 'none'
        if {'date', 'consumable'} & field_names:
            if self.date > today(self.consumable.company):
                return 'future'
            if self.date < self.consumable.date:
                return 'before'

    def _get_problem_names(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        return {
            'consumable': self.consumable.rec_name,
            'date': lang.strftime(self.date),
            'delivered': lang.strftime(self.consumable.date),
            }

    @classmethod
    def check_quantity(cls, uses):
        pool = Pool()
        Consumable = pool.get('tibillet.equipment.consumable')
        consumables = Consumable.browse(
            list({u.consumable for u in uses}))
        Consumable.lock(consumables)
        for consumable in consumables:
            if not 0 <= consumable.quantity_left <= consumable.quantity:
                raise ConsumableQuantityError(gettext(
                        'tibillet_equipment.msg_consumable_quantity',
                        consumable=consumable.rec_name,
                        quantity=consumable.quantity,
                        left=consumable.quantity_left))
