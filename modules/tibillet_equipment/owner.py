from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from tibillet.shares import split

from .exceptions import EquipmentModificationError, OwnerQuotaValidationError

# Three equal owners have 0.333333, 0.333333 and 0.333334.
QUOTA_DIGITS = 6


class Owner(ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.owner'
    __string__ = "Unit Owner"

    equipment = fields.Many2One(
        'tibillet.equipment', "Unit", required=True, ondelete='CASCADE')
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    quota = fields.Numeric(
        "Quota", digits=(16, QUOTA_DIGITS), required=True,
        help="The part of the unit that the party owns.\n"
        "The quotas of a unit sum to one.")
    tax_recoverable = fields.Boolean(
        "Tax Recoverable",
        help="Uncheck if the owner does not recover the tax: "
        "its cost includes it.")
    cost = fields.Function(Monetary(
            "Cost", currency='currency', digits='currency',
            help="The part of the cost borne by the owner."),
        'get_cost')
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    books = fields.Function(
        fields.Many2One(
            'company.company', "Books",
            help="The company of the party, when it keeps its books here."),
        'get_books', searcher='search_books')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('equipment')
        table = cls.__table__()
        cls._sql_constraints += [
            ('equipment_party_unique',
                Unique(table, table.equipment, table.party),
                'tibillet_equipment.msg_owner_party_unique'),
            ]
        cls._order = [
            ('equipment', 'ASC'),
            ('quota', 'DESC'),
            ('id', 'ASC'),
            ]

    @classmethod
    def default_tax_recoverable(cls):
        return True

    @fields.depends('equipment', '_parent_equipment.company')
    def on_change_with_company(self, name=None):
        return self.equipment.company if self.equipment else None

    @fields.depends('equipment', '_parent_equipment.currency')
    def on_change_with_currency(self, name=None):
        return self.equipment.currency if self.equipment else None

    @classmethod
    def get_cost(cls, owners, name):
        costs = dict.fromkeys([o.id for o in owners])
        for unit in {o.equipment for o in owners}:
            # Fields may be read before their values are refused.
            if all(o.quota > 0 for o in unit.owners):
                costs.update(unit.split_cost())
        return {o.id: costs[o.id] for o in owners}

    @classmethod
    def split_amounts(cls, owners, amount, tax, quantum):
        """Return the amount of each owner, in order

        The tax goes on top for those who do not recover it.
        """
        quotas = [o.quota for o in owners]
        amounts = split(amount, quotas, quantum)
        taxes = split(tax, quotas, quantum)
        return [
            amount + (Decimal(0) if owner.tax_recoverable else tax)
            for owner, amount, tax in zip(owners, amounts, taxes)]

    @classmethod
    def get_books(cls, owners, name):
        pool = Pool()
        Company = pool.get('company.company')
        companies = defaultdict(lambda: None)
        for company in Company.search([
                    ('party', 'in', list({o.party.id for o in owners})),
                    ]):
            companies[company.party.id] = company.id
        return {o.id: companies[o.party.id] for o in owners}

    @classmethod
    def search_books(cls, name, clause):
        pool = Pool()
        Company = pool.get('company.company')
        _, operator, value = clause[:3]
        nested = clause[0][len(name) + 1:]
        if not nested:
            if value is None:
                companies = Company.search([])
                operator = {'=': 'not in', '!=': 'in'}[operator]
                return [('party', operator, [c.party.id for c in companies])]
            nested = 'rec_name' if isinstance(value, str) else 'id'
        companies = Company.search([(nested, operator, value)])
        return [('party', 'in', [c.party.id for c in companies])]

    def get_rec_name(self, name):
        return self.party.rec_name

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party.rec_name', *clause[1:])]

    @classmethod
    def validate_fields(cls, owners, field_names):
        super().validate_fields(owners, field_names)
        if 'quota' in field_names:
            for owner in owners:
                if not 0 < owner.quota <= 1:
                    raise OwnerQuotaValidationError(gettext(
                            'tibillet_equipment.msg_owner_quota',
                            equipment=owner.equipment.rec_name,
                            party=owner.party.rec_name))

    @classmethod
    def check_modification(cls, mode, owners, values=None, external=False):
        super().check_modification(
            mode, owners, values=values, external=external)
        # Quotas are what each company has in its books: they change in
        # draft only, and are checked again when the unit leaves it.
        for owner in owners:
            if owner.equipment.state != 'draft':
                raise EquipmentModificationError(gettext(
                        'tibillet_equipment.msg_owner_modify',
                        equipment=owner.equipment.rec_name))


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    owners = fields.One2Many(
        'tibillet.equipment.owner', 'equipment', "Owners",
        states={
            'readonly': Eval('state') != 'draft',
            })

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

    def split_cost(self):
        "Return the cost of each owner by the id of the owner"
        pool = Pool()
        Owner = pool.get('tibillet.equipment.owner')
        costs = Owner.split_amounts(
            self.owners, self.unit_cost, self.unit_tax,
            self.currency.rounding)
        return {o.id: cost for o, cost in zip(self.owners, costs)}

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
    def _frozen_fields(cls):
        return super()._frozen_fields() | {'owners'}

    @classmethod
    @ModelView.button
    @Workflow.transition('available')
    def put_in_service(cls, units):
        cls.check_quotas(units)
        super().put_in_service(units)
