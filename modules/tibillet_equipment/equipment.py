from decimal import Decimal

from tibillet_base.names import search_names
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from .exceptions import (
    EquipmentModificationError, EquipmentServiceError,
    EquipmentValidationError)

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


class Equipment(ProblemMixin, OfCompanyMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.equipment'
    __string__ = "Unit"
    _problem_error = EquipmentValidationError
    _problem_message = 'tibillet_equipment.msg_equipment'

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
        help="What the unit cost, excluding tax.")
    unit_tax = Monetary(
        "Unit Tax", currency='currency', digits='currency', required=True,
        states=_states,
        help="The tax paid on top of the unit cost.")
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
    location = fields.Many2One(
        'stock.location', "Location",
        domain=[
            ('type', '=', 'storage'),
            ],
        help="Where the unit is kept when it is not out.")
    notes = fields.Text("Notes")
    end_of_life = fields.Date(
        "End of Life",
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
            ('missing', 'out'),
            ('lost', 'out'),
            ('stolen', 'out'),
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
    def default_state(cls):
        return 'draft'

    def get_rec_name(self, name):
        return f'{self.code} - {self.product.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(clause, 'code', 'lot.number', 'product.rec_name')

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state').in_(['lost', 'stolen']), 'danger',
                    If(Eval('state').in_(['missing', 'in_repair', 'to_check']),
                        'warning',
                        If(Eval('state').in_(['draft', 'retired']),
                            'muted', '')))),
            ]

    @classmethod
    def copy(cls, units, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('code')
        default.setdefault('lot')
        default.setdefault('in_service_date')
        default.setdefault('end_of_life')
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

    def _get_problem(self, field_names):
        for name in ['unit_cost', 'unit_tax']:
            if name in field_names and getattr(self, name) < 0:
                return name
        for name in ['in_service_date', 'end_of_life']:
            date = getattr(self, name)
            if ({name, 'acquisition_date'} & field_names
                    and date and date < self.acquisition_date):
                return f'{name}_before'

    def _get_problem_names(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return {
            'equipment': self.rec_name,
            'date': Lang.get().strftime(self.acquisition_date),
            }

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
                for name in ['retirement_date', 'retirement_reason']:
                    before = None if mode == 'create' else getattr(unit, name)
                    after = getattr(unit, name)
                    if (values or {}).get(name, after) != before:
                        raise EquipmentModificationError(gettext(
                                'tibillet_equipment.msg_equipment_retirement',
                                equipment=unit.rec_name))

    @classmethod
    def _frozen_fields(cls):
        "Return what cannot change once the unit is in service"
        return {
            'company', 'product', 'lot', 'acquisition_date', 'unit_cost',
            'unit_tax', 'in_service_date'}

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
