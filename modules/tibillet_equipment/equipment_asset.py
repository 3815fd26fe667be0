from collections import defaultdict
from decimal import Decimal

from tibillet_base.tools import sliced

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction

from .configuration import DEPRECIATION_METHODS
from .exceptions import EquipmentAssetError
from .low_value import EXPENSE, treatment
from .schedule import last_day

# A century: beyond, it is a typing error.
DURATION_MONTHS_MAX = 1200


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    duration_months = fields.Integer(
        "Duration",
        states={
            'readonly': Eval('state') != 'draft',
            },
        help="How many months the unit depreciates.\n"
        "Leave empty to use the duration of the product.")
    depreciation_method = fields.Selection(
        DEPRECIATION_METHODS, "Depreciation Method", required=True,
        states={
            'readonly': Eval('state') != 'draft',
            }, sort=False)
    residual_value = Monetary(
        "Residual Value", currency='currency', digits='currency',
        required=True,
        states={
            'readonly': Eval('state') != 'draft',
            },
        help="What the unit should still be worth at the end, "
        "it does not depreciate.")
    assets = fields.One2Many(
        'account.asset', 'equipment', "Assets", readonly=True,
        help="What the owners that keep their books here have in them.")
    assets_to_create = fields.Function(
        fields.Boolean("Assets to Create"), 'get_assets_to_create')
    assets_to_run = fields.Function(
        fields.Boolean("Assets to Run"), 'get_assets_to_run')
    treatment = fields.Function(
        fields.Selection([
                ('asset', "Asset"),
                ('expense', "Expense"),
                ], "Treatment",
            help="What the unit is in the books of the company."),
        'get_treatment')
    treatment_reason = fields.Function(
        fields.Char("Treatment Reason"), 'get_treatment')
    net_value = fields.Function(Monetary(
            "Posted Net Value", currency='currency', digits='currency',
            help="What the unit is still worth in the books kept in its "
            "currency: its cost less the depreciation that is posted.\n"
            "The depreciation table counts it to the day, posted or not."),
        'get_net_value')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'create_assets': {
                    'invisible': (
                        Eval('state').in_(['draft', 'retired'])
                        | (Eval('assets', [])
                            & ~Eval('assets_to_create', False))),
                    'depends': ['state', 'assets', 'assets_to_create'],
                    },
                'run_assets': {
                    'invisible': ~Eval('assets_to_run', False),
                    'depends': ['assets_to_run'],
                    },
                })

    @classmethod
    def default_residual_value(cls):
        return Decimal(0)

    @classmethod
    def default_depreciation_method(cls, **pattern):
        pool = Pool()
        Configuration = pool.get('tibillet.equipment.configuration')
        return Configuration(1).get_multivalue(
            'depreciation_method', **pattern)

    @fields.depends('company')
    def on_change_company(self):
        self.depreciation_method = self.default_depreciation_method(
            company=self.company.id if self.company else None)

    @fields.depends(
        'product', 'duration_months', methods=['on_change_in_service_date'])
    def on_change_product(self):
        super().on_change_product()
        if self.product and not self.duration_months:
            self.duration_months = self.product.depreciation_duration
            self.on_change_in_service_date()

    @fields.depends('in_service_date', 'end_of_life', 'duration_months')
    def on_change_in_service_date(self):
        if (self.in_service_date and self.duration_months
                and not self.end_of_life):
            try:
                self.end_of_life = last_day(
                    self.in_service_date, self.duration_months)
            except (OverflowError, ValueError):
                # What is being typed is no date of the calendar.
                pass

    @property
    def duration_months_used(self):
        return self.duration_months or self.product.depreciation_duration

    @classmethod
    def get_treatment(cls, units, names):
        thresholds = cls._get_thresholds({u.company for u in units})
        result = {n: {} for n in names}
        for unit in units:
            values = unit._treat(unit.company, thresholds[unit.company])
            for name, value in zip(['treatment', 'treatment_reason'], values):
                if name in names:
                    result[name][unit.id] = value
        return result

    @classmethod
    def _get_thresholds(cls, companies):
        "Return the low value threshold of each company"
        pool = Pool()
        Configuration = pool.get('tibillet.equipment.configuration')
        config = Configuration(1)
        return {
            c: config.get_multivalue('low_value_threshold', company=c.id)
            for c in companies}

    def treat(self, company):
        "Return what the unit is in the books of the company and why"
        return self._treat(
            company, self._get_thresholds({company})[company])

    def _treat(self, company, threshold):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        kind, reason = treatment(
            self.unit_cost, threshold, self.product.object_of_activity)
        return kind, gettext(
            'tibillet_equipment.msg_equipment_treatment_%s' % reason,
            cost=lang.currency(self.unit_cost, self.currency),
            threshold=(
                lang.currency(threshold, company.currency)
                if threshold is not None else None),
            product=self.product.rec_name)

    @classmethod
    def get_assets_to_create(cls, units, name):
        pool = Pool()
        Asset = pool.get('account.asset')
        # Who looks for the asset that was closed is told why there is none.
        taken = {
            a.equipment_owner for a in Asset.search([
                    ('equipment', 'in', [u.id for u in units]),
                    ('state', '!=', 'closed'),
                    ])}
        owners = {
            u.id: [o for o in u.owners if o.books and o not in taken]
            for u in units}
        thresholds = cls._get_thresholds({
                o.books for sub_owners in owners.values()
                for o in sub_owners})
        return {
            u.id: any(
                u._treat(o.books, thresholds[o.books])[0] != EXPENSE
                for o in owners[u.id])
            for u in units}

    @classmethod
    def get_assets_to_run(cls, units, name):
        pool = Pool()
        Asset = pool.get('account.asset')
        drafts = {
            a.equipment for a in Asset.search([
                    ('equipment', 'in', [u.id for u in units]),
                    ('state', '=', 'draft'),
                    ])}
        return {u.id: u in drafts for u in units}

    @classmethod
    def get_net_value(cls, units, name):
        pool = Pool()
        Asset = pool.get('account.asset')
        values = defaultdict(Decimal)
        for asset in Asset.search([
                    ('equipment', 'in', [u.id for u in units]),
                    ('state', '!=', 'draft'),
                    ]):
            if asset.currency == asset.equipment.currency:
                values[asset.equipment.id] += asset.net_value
        return {u.id: values[u.id] for u in units}

    @classmethod
    def get_invoiced(cls, units):
        "Return the units that an invoice has taken out of the books"
        pool = Pool()
        InvoiceLine = pool.get('account.invoice.line')
        assets = [a.id for u in units for a in u.assets]
        sold = {
            line.asset.equipment for some in sliced(assets)
            for line in InvoiceLine.search([
                    ('asset', 'in', list(some)),
                    ('asset.state', '=', 'closed'),
                    ])}
        return [
            u for u in units
            if u in sold and not any(a.state == 'running' for a in u.assets)]

    def get_net_value_on(self, date):
        "Return what the unit is worth at the end of the day, posted or not"
        pool = Pool()
        Asset = pool.get('account.asset')
        return sum((
                a.get_net_value_on(date) for a in Asset.search([
                        ('equipment', '=', self.id),
                        ('state', '!=', 'draft'),
                        ])
                if a.currency == self.currency), Decimal(0))

    @classmethod
    def copy(cls, units, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('assets')
        return super().copy(units, default=default)

    @classmethod
    def _frozen_fields(cls):
        return super()._frozen_fields() | {
            'duration_months', 'depreciation_method', 'residual_value'}

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if ('duration_months' in field_names
                and self.duration_months is not None
                and not 0 < self.duration_months <= DURATION_MONTHS_MAX):
            return 'duration_months'
        if ({'residual_value', 'unit_cost'} & field_names
                and not 0 <= self.residual_value <= self.unit_cost):
            return 'residual_value'

    def is_bound(self):
        return super().is_bound() or self.is_asset_bound

    @property
    def is_asset_bound(self):
        "Whether books depend on the unit as it is described"
        return bool(self.assets)

    @classmethod
    @ModelView.button
    def create_assets(cls, units):
        """Create the asset of each owner that keeps its books here

        It is the owner's quota of the cost, in draft. An owner that has or
        had one, or for which the unit is an expense, gets none.
        """
        pool = Pool()
        Asset = pool.get('account.asset')
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        owners = defaultdict(list)
        reasons = []
        # Two clicks at once would each find no asset.
        cls.lock(units)
        for unit in units:
            unit.check_asset()
            taken = {a.equipment_owner for a in unit.assets}
            closed = {
                a.equipment_owner: a for a in unit.assets
                if a.state == 'closed'}
            for owner in unit.owners:
                if not owner.books:
                    reasons.append(gettext(
                            'tibillet_equipment.msg_equipment_asset_books',
                            party=owner.party.rec_name))
                elif owner in closed:
                    reasons.append(gettext(
                            'tibillet_equipment.msg_equipment_asset_closed',
                            party=owner.party.rec_name,
                            asset=closed[owner].rec_name,
                            date=lang.strftime(closed[owner].move.date)))
                elif owner in taken:
                    reasons.append(gettext(
                            'tibillet_equipment.msg_equipment_asset_exists',
                            party=owner.party.rec_name))
                else:
                    kind, reason = unit.treat(owner.books)
                    if kind == EXPENSE:
                        reasons.append(reason)
                    else:
                        owners[owner.books].append(owner)
        if units and not owners:
            raise EquipmentAssetError(gettext(
                    'tibillet_equipment.msg_equipment_asset_none',
                    equipment=units[0].rec_name,
                    reason=reasons[0]))
        for company in sorted(owners, key=lambda c: c.id):
            with Transaction().set_context(company=company.id):
                Asset.save([
                        cls(o.equipment.id).get_asset(o)
                        for o in owners[company]])

    def check_asset(self):
        if not self.product.depreciable:
            raise EquipmentAssetError(gettext(
                    'tibillet_equipment.msg_equipment_asset_depreciable',
                    equipment=self.rec_name,
                    product=self.product.rec_name))
        if not self.in_service_date or not self.duration_months_used:
            raise EquipmentAssetError(gettext(
                    'tibillet_equipment.msg_equipment_asset_duration',
                    equipment=self.rec_name))
        if (self.depreciation_method == 'units'
                and not self.event_days_to_come):
            raise EquipmentAssetError(gettext(
                    'tibillet_equipment.msg_equipment_asset_event_days',
                    equipment=self.rec_name))

    def get_asset(self, owner):
        "Return the asset of the owner, in the books of its company"
        pool = Pool()
        Asset = pool.get('account.asset')
        Currency = pool.get('currency.currency')
        Owner = pool.get('tibillet.equipment.owner')
        company = owner.books
        residuals = dict(zip(self.owners, Owner.split_amounts(
                    self.owners, self.residual_value, Decimal(0),
                    self.currency.rounding)))
        with Transaction().set_context(date=self.acquisition_date):
            value, residual = [
                Currency.compute(self.currency, amount, company.currency)
                for amount in [
                    self.split_cost()[owner.id], residuals[owner]]]
        return Asset(
            company=company,
            product=self.product,
            quantity=1,
            unit=self.product.default_uom,
            value=value,
            depreciated_amount=Decimal(0),
            residual_value=residual,
            purchase_date=self.acquisition_date,
            start_date=self.in_service_date,
            end_date=last_day(
                self.in_service_date, self.duration_months_used),
            depreciation_method=self.depreciation_method,
            frequency=Asset.default_frequency(company=company.id),
            expected_units=(
                self.event_days_to_come
                if self.depreciation_method == 'units' else None),
            equipment=self,
            equipment_owner=owner)

    @classmethod
    @ModelView.button
    def run_assets(cls, units):
        "Run the assets of the units that are still drafts"
        cls._each_company(
            units, 'draft', lambda Asset, assets: Asset.run(assets))

    @classmethod
    def _each_company(cls, units, state, function):
        "Call the function with the assets of each company, in order"
        pool = Pool()
        Asset = pool.get('account.asset')
        assets = Asset.search([
                ('equipment', 'in', [u.id for u in units]),
                ('state', '=', state),
                ])
        for company, grouped in Asset._by_company(assets):
            with Transaction().set_context(company=company.id):
                function(Asset, Asset.browse(list(grouped)))
