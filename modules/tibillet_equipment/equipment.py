from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from .configuration import DEPRECIATION_METHODS
from .exceptions import (
    EquipmentModificationError, EquipmentServiceError,
    OwnerQuotaValidationError)
from .schedule import last_day

RETIREMENT_REASONS = [
    ('sold', "Sold"),
    ('bought_back', "Bought Back"),
    ('returned', "Returned to Owner"),
    ('recycled', "Recycled"),
    ('broken', "Broken Beyond Repair"),
    ('lost', "Lost or Stolen"),
    ]
_states = {
    'readonly': Eval('state') != 'draft',
    }


class Equipment(Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.equipment'

    company = fields.Many2One(
        'company.company', "Company", required=True,
        states={
            'readonly': _states['readonly'] | (Eval('id', -1) >= 0),
            },
        help="The company that keeps the unit and lends it.")
    code = fields.Char(
        "Code",
        states={
            'required': Eval('id', -1) >= 0,
            },
        help="Written on the label of the unit.\n"
        "Leave empty to use the next number.")
    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='RESTRICT',
        states=_states,
        domain=[
            ('type', '=', 'assets'),
            ],
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    lot = fields.Many2One(
        'stock.lot', "Serial Number", ondelete='RESTRICT',
        states={
            'readonly': _states['readonly'],
            'required': Eval('state') != 'draft',
            },
        domain=[
            ('product', '=', Eval('product', -1)),
            ],
        help="The serial lot of this one unit.\n"
        "Leave empty to create it from the code.")
    condition = fields.Selection([
            ('new', "New"),
            ('refurbished', "Refurbished"),
            ('second_hand', "Second-hand"),
            ('diy', "Do-it-yourself"),
            ], "Condition at Purchase", required=True, sort=False)
    acquisition_date = fields.Date(
        "Acquisition Date", required=True, states=_states)
    unit_cost = Monetary(
        "Unit Cost", currency='currency', digits='currency', required=True,
        states=_states,
        domain=[
            ('unit_cost', '>=', 0),
            ],
        help="What the unit cost, excluding tax.")
    unit_tax = Monetary(
        "Unit Tax", currency='currency', digits='currency', required=True,
        states=_states,
        domain=[
            ('unit_tax', '>=', 0),
            ],
        help="The tax paid on top of the unit cost.")
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    supplier_invoice_line = fields.Many2One(
        'account.invoice.line', "Supplier Invoice Line",
        ondelete='RESTRICT',
        domain=[
            ('invoice.type', '=', 'in'),
            ('invoice.company', '=', Eval('company', -1)),
            ('product', '=', Eval('product', -1)),
            ],
        help="The evidence of the cost; one line may buy many units.")
    in_service_date = fields.Date(
        "In-Service Date",
        states={
            'readonly': _states['readonly'],
            'required': Eval('state') != 'draft',
            },
        domain=['OR',
            ('in_service_date', '=', None),
            ('in_service_date', '>=', Eval('acquisition_date', None)),
            ],
        help="The day the unit is ready for use: it depreciates from then.")
    state = fields.Selection([
            ('draft', "Draft"),
            ('available', "Available"),
            ('out', "Out"),
            ('to_check', "To Check"),
            ('in_repair', "In Repair"),
            ('missing', "Missing"),
            ('lost', "Lost"),
            ('stolen', "Stolen"),
            ('retired', "Retired"),
            ], "State", required=True, readonly=True, sort=False)
    state_string = state.translated('state')
    owners = fields.One2Many(
        'tibillet.equipment.owner', 'equipment', "Owners", states=_states)
    location = fields.Many2One(
        'stock.location', "Location",
        domain=[
            ('type', '=', 'storage'),
            ],
        help="Where the unit is kept when it is not out.")
    notes = fields.Text("Notes")
    duration_months = fields.Integer(
        "Duration", states=_states,
        domain=['OR',
            ('duration_months', '=', None),
            ('duration_months', '>', 0),
            ],
        help="How many months the unit depreciates.\n"
        "Leave empty to use the duration of the product.")
    expected_event_days = fields.Integer(
        "Expected Event-Days",
        domain=['OR',
            ('expected_event_days', '=', None),
            ('expected_event_days', '>', 0),
            ],
        help="How many days of event the unit should last.\n"
        "Leave empty to use the number of the product.")
    opening_event_days = fields.Integer(
        "Opening Event-Days", required=True,
        domain=[
            ('opening_event_days', '>=', 0),
            ],
        help="Days of event of the unit before it was followed here.")
    depreciation_method = fields.Selection(
        DEPRECIATION_METHODS, "Depreciation Method", required=True,
        states=_states, sort=False)
    residual_value = Monetary(
        "Residual Value", currency='currency', digits='currency',
        required=True, states=_states,
        domain=[
            ('residual_value', '>=', 0),
            If(Eval('unit_cost'),
                ('residual_value', '<=', Eval('unit_cost', 0)), ()),
            ],
        help="What the unit should still be worth at the end, "
        "it does not depreciate.")
    end_of_life = fields.Date(
        "End of Life",
        domain=['OR',
            ('end_of_life', '=', None),
            ('end_of_life', '>=', Eval('acquisition_date', None)),
            ],
        help="When the unit is expected to be replaced.")
    retirement_date = fields.Date(
        "Retirement Date", readonly=True,
        states={
            'invisible': ~Eval('retirement_date'),
            })
    retirement_reason = fields.Selection(
        [(None, "")] + RETIREMENT_REASONS, "Retirement Reason",
        readonly=True, sort=False,
        states={
            'invisible': ~Eval('retirement_reason'),
            })

    @classmethod
    def __setup__(cls):
        cls.code.search_unaccented = False
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.company, table.code),
                'tibillet_equipment.msg_equipment_code_unique'),
            ('lot_unique', Unique(table, table.lot),
                'tibillet_equipment.msg_equipment_lot_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.company, Index.Range()),
                    (table.code, Index.Similarity(begin=True))),
                Index(table, (table.product, Index.Range()),
                    (table.state, Index.Equality(cardinality='low'))),
                })
        cls._order.insert(0, ('code', 'ASC'))
        cls._transitions |= {
            ('draft', 'available'),
            ('available', 'draft'),
            ('available', 'out'),
            ('out', 'to_check'),
            ('to_check', 'available'),
            ('available', 'in_repair'),
            ('to_check', 'in_repair'),
            ('in_repair', 'available'),
            ('available', 'missing'),
            ('out', 'missing'),
            ('to_check', 'missing'),
            ('in_repair', 'missing'),
            ('missing', 'lost'),
            ('available', 'stolen'),
            ('out', 'stolen'),
            ('to_check', 'stolen'),
            ('in_repair', 'stolen'),
            ('missing', 'stolen'),
            ('missing', 'to_check'),
            ('lost', 'to_check'),
            ('stolen', 'to_check'),
            ('available', 'retired'),
            ('out', 'retired'),
            ('to_check', 'retired'),
            ('in_repair', 'retired'),
            ('missing', 'retired'),
            ('lost', 'retired'),
            ('stolen', 'retired'),
            }
        cls._buttons.update({
                'draft': {
                    'invisible': Eval('state') != 'available',
                    'depends': ['state'],
                    },
                'put_in_service': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                'make_available': {
                    'invisible': ~Eval('state').in_(
                        ['to_check', 'in_repair']),
                    'depends': ['state'],
                    },
                'repair': {
                    'invisible': ~Eval('state').in_(
                        ['available', 'to_check']),
                    'depends': ['state'],
                    },
                'report_missing': {
                    'invisible': ~Eval('state').in_(
                        ['available', 'out', 'to_check', 'in_repair']),
                    'depends': ['state'],
                    },
                'find': {
                    'invisible': ~Eval('state').in_(
                        ['missing', 'lost', 'stolen']),
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_condition(cls):
        return 'new'

    @classmethod
    def default_acquisition_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()

    @classmethod
    def default_unit_tax(cls):
        return Decimal(0)

    @classmethod
    def default_residual_value(cls):
        return Decimal(0)

    @classmethod
    def default_opening_event_days(cls):
        return 0

    @classmethod
    def default_state(cls):
        return 'draft'

    @classmethod
    def default_depreciation_method(cls, **pattern):
        pool = Pool()
        Configuration = pool.get('tibillet.equipment.configuration')
        return Configuration(1).get_multivalue(
            'depreciation_method', **pattern)

    @classmethod
    def default_owners(cls):
        pool = Pool()
        Company = pool.get('company.company')
        company_id = cls.default_company()
        if company_id is not None and company_id >= 0:
            return [{
                    'party': Company(company_id).party.id,
                    'quota': Decimal(1),
                    'tax_recoverable': True,
                    }]
        return []

    @fields.depends('company')
    def on_change_company(self):
        self.depreciation_method = self.default_depreciation_method(
            company=self.company.id if self.company else None)

    @fields.depends('company')
    def on_change_with_currency(self, name=None):
        return self.company.currency if self.company else None

    @fields.depends(
        'product', 'duration_months', 'expected_event_days',
        methods=['on_change_in_service_date'])
    def on_change_product(self):
        if self.product:
            if not self.duration_months:
                self.duration_months = self.product.depreciation_duration
            if not self.expected_event_days:
                self.expected_event_days = self.product.expected_event_days
            self.on_change_in_service_date()

    @fields.depends('in_service_date', 'end_of_life', 'duration_months')
    def on_change_in_service_date(self):
        if (self.in_service_date and self.duration_months
                and not self.end_of_life):
            self.end_of_life = last_day(
                self.in_service_date, self.duration_months)

    @property
    def duration_months_used(self):
        return self.duration_months or self.product.depreciation_duration

    @property
    def expected_event_days_used(self):
        return self.expected_event_days or self.product.expected_event_days

    def split_cost(self):
        "Return the cost of each owner by the id of the owner"
        pool = Pool()
        Owner = pool.get('tibillet.equipment.owner')
        costs = Owner.split_amounts(
            self.owners, self.unit_cost, self.unit_tax,
            self.currency.rounding)
        return {o.id: cost for o, cost in zip(self.owners, costs)}

    def get_rec_name(self, name):
        return f'{self.code} - {self.product.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        _, operator, value = clause
        if operator.startswith('!') or operator.startswith('not '):
            bool_op = 'AND'
        else:
            bool_op = 'OR'
        return [bool_op,
            ('code', operator, value),
            ('lot.number', operator, value),
            ('product.rec_name', operator, value),
            ]

    @classmethod
    def copy(cls, units, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('code')
        default.setdefault('lot')
        default.setdefault('in_service_date')
        default.setdefault('end_of_life')
        default.setdefault('opening_event_days', 0)
        default.setdefault('retirement_date')
        default.setdefault('retirement_reason')
        return super().copy(units, default=default)

    @classmethod
    def preprocess_values(cls, mode, values):
        pool = Pool()
        Configuration = pool.get('tibillet.equipment.configuration')
        values = super().preprocess_values(mode, values)
        if mode == 'create' and not values.get('code'):
            company_id = values.get('company', cls.default_company())
            if company_id is not None:
                sequence = Configuration(1).get_multivalue(
                    'equipment_sequence', company=company_id)
                if sequence:
                    values['code'] = sequence.get()
        return values

    @classmethod
    def validate_fields(cls, units, field_names):
        super().validate_fields(units, field_names)
        if field_names & {'owners', 'state'}:
            cls.check_quotas(units)

    @classmethod
    def check_quotas(cls, units):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        for unit in units:
            total = sum((o.quota for o in unit.owners), Decimal(0))
            if total != 1:
                raise OwnerQuotaValidationError(gettext(
                        'tibillet_equipment.msg_equipment_quotas',
                        equipment=unit.rec_name,
                        total=lang.format_number(total * 100)))

    @classmethod
    def check_modification(cls, mode, units, values=None, external=False):
        super().check_modification(
            mode, units, values=values, external=external)
        if mode == 'delete':
            for unit in units:
                if unit.state != 'draft':
                    raise EquipmentModificationError(gettext(
                            'tibillet_equipment.msg_equipment_delete',
                            equipment=unit.rec_name))
        elif mode == 'write':
            frozen = cls._frozen_fields() & values.keys()
            for unit in units:
                if frozen and unit.state != 'draft':
                    field, *_ = sorted(frozen)
                    raise EquipmentModificationError(gettext(
                            'tibillet_equipment.msg_equipment_modify',
                            equipment=unit.rec_name,
                            **cls.__names__(field)))
        if external and mode in {'create', 'write'}:
            for unit in units:
                before = 'draft' if mode == 'create' else unit.state
                if (values or {}).get('state', unit.state) != before:
                    raise EquipmentModificationError(gettext(
                            'tibillet_equipment.msg_equipment_state',
                            equipment=unit.rec_name))

    @classmethod
    def _frozen_fields(cls):
        "Return what cannot change once the unit is in service"
        return {
            'company', 'product', 'lot', 'acquisition_date', 'unit_cost',
            'unit_tax', 'in_service_date', 'owners', 'duration_months',
            'depreciation_method', 'residual_value'}

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, units):
        for unit in units:
            if unit.is_bound():
                raise EquipmentServiceError(gettext(
                        'tibillet_equipment.msg_equipment_draft',
                        equipment=unit.rec_name))

    def is_bound(self):
        "Return whether facts depend on the unit as it is described"
        return False

    @classmethod
    @ModelView.button
    @Workflow.transition('available')
    def put_in_service(cls, units):
        pool = Pool()
        Lot = pool.get('stock.lot')
        cls.check_quotas(units)
        for unit in units:
            if not unit.in_service_date:
                raise EquipmentServiceError(gettext(
                        'tibillet_equipment.msg_equipment_in_service_date',
                        equipment=unit.rec_name))
        without_lot = [u for u in units if not u.lot]
        # A keeper of equipment has no access to the stock.
        with without_check_access():
            lots = [u.get_lot() for u in without_lot]
            Lot.save(lots)
            for unit, lot in zip(without_lot, lots):
                unit.lot = lot
            cls.save(without_lot)

    def get_lot(self):
        pool = Pool()
        Lot = pool.get('stock.lot')
        return Lot(number=self.code, product=self.product)

    @classmethod
    @ModelView.button
    @Workflow.transition('available')
    def make_available(cls, units):
        pass

    @classmethod
    @Workflow.transition('out')
    def hand_over(cls, units):
        pass

    @classmethod
    @Workflow.transition('to_check')
    def take_back(cls, units):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('in_repair')
    def repair(cls, units):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('missing')
    def report_missing(cls, units):
        pass

    @classmethod
    @Workflow.transition('lost')
    def lose(cls, units):
        pass

    @classmethod
    @Workflow.transition('stolen')
    def steal(cls, units):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('to_check')
    def find(cls, units):
        pass

    @classmethod
    @Workflow.transition('retired')
    def retire(cls, units, date, reason):
        """Retire the units on the date

        reason: a key of RETIREMENT_REASONS.
        """
        cls.write(units, {
                'retirement_date': date,
                'retirement_reason': reason,
                })


del _states
