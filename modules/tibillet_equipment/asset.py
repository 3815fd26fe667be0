from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from sql.aggregate import Sum

from trytond import backend
from trytond.model import fields
from trytond.model.fields.selection import TranslatedSelection
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.tools import sqlite_apply_types
from trytond.transaction import Transaction

from .schedule import (
    ONE_DAY, by_units, closings, linear_360, next_closing, period_ends)

# The methods whose plan is computed here, not by the standard module.
OUR_METHODS = {'linear_360', 'units'}

_states = {
    'readonly': Eval('lines', [0]) | (Eval('state') != 'draft'),
    }


class Asset(metaclass=PoolMeta):
    __name__ = 'account.asset'

    equipment = fields.Many2One(
        'tibillet.equipment', "Equipment", ondelete='RESTRICT',
        states=_states,
        domain=[
            ('product', '=', Eval('product', -1)),
            ],
        help="The unit that the asset is, or is a part of.")
    equipment_owner = fields.Many2One(
        'tibillet.equipment.owner', "Owner", ondelete='RESTRICT',
        states={
            'readonly': _states['readonly'],
            'invisible': ~Eval('equipment'),
            },
        domain=[
            ('equipment', '=', Eval('equipment', -1)),
            ])
    quota = fields.Function(
        fields.Numeric(
            "Quota", digits=(1, 6),
            states={
                'invisible': ~Eval('equipment'),
                },
            help="The part of the unit that is in these books."),
        'on_change_with_quota')
    expected_units = fields.Integer(
        "Expected Event-Days",
        states={
            'readonly': _states['readonly'],
            'required': Eval('depreciation_method') == 'units',
            'invisible': Eval('depreciation_method') != 'units',
            },
        domain=['OR',
            ('expected_units', '=', None),
            ('expected_units', '>', 0),
            ],
        help="How many days of event the value depreciates over.")
    depreciation_method_string = TranslatedSelection('depreciation_method')
    net_value = fields.Function(Monetary(
            "Posted Net Value", currency='currency', digits='currency',
            help="The value less what is posted as depreciated."),
        'get_net_value')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.depreciation_method.selection += [
            ('linear_360', "Linear, Year of 360 Days"),
            ('units', "Days of Use"),
            ]
        cls.equipment.states = {
            **cls.equipment.states,
            'required': Eval('depreciation_method') == 'units',
            }

    @fields.depends('equipment_owner', '_parent_equipment_owner.quota')
    def on_change_with_quota(self, name=None):
        return self.equipment_owner.quota if self.equipment_owner else None

    @classmethod
    def get_net_value(cls, assets, name):
        pool = Pool()
        Line = pool.get('account.asset.line')
        Move = pool.get('account.move')
        line, move = Line.__table__(), Move.__table__()
        values = {
            a.id: (
                a.value - a.depreciated_amount if a.state != 'closed'
                else Decimal(0))
            for a in assets}
        running = [a.id for a in assets if a.state == 'running']
        query = (line
            .join(move, condition=line.move == move.id)
            .select(
                line.asset, Sum(line.depreciation).as_('depreciation'),
                where=(move.state == 'posted')
                & fields.SQL_OPERATORS['in'](line.asset, running),
                group_by=[line.asset]))
        if backend.name == 'sqlite':
            sqlite_apply_types(query, [None, 'NUMERIC'])
        cursor = Transaction().connection.cursor()
        if running:
            cursor.execute(*query)
            for asset, depreciation in cursor:
                values[asset] -= depreciation
        # SQLite adds up in floating point.
        return {
            a.id: a.company.currency.round(values[a.id]) for a in assets}

    def get_net_value_on(self, date):
        "Return the net value at the end of the day, posted or not"
        if self.state == 'closed' and self.move.date <= date:
            return Decimal(0)
        return self.value - self.get_depreciated_on(date)

    def get_depreciated_on(self, date):
        """Return what is depreciated at the end of the day, posted or not

        The standard method only counts the lines until the day, the others
        also the days since the last one.
        """
        depreciated = self.depreciated_amount
        asset = self.__class__(self.id)
        asset.lines = [l for l in self.lines if l.date <= date]
        if (self.depreciation_method in OUR_METHODS
                and self.state == 'running'):
            with Transaction().set_context(asset_closing_date=date):
                depreciated += sum(
                    (l.depreciation for l in asset.depreciate().values()),
                    Decimal(0))
        return depreciated + sum(
            (l.depreciation for l in asset.lines), Decimal(0))

    def depreciate(self):
        if self.depreciation_method == 'linear_360':
            return self._get_asset_lines(self._plan_linear_360())
        elif self.depreciation_method == 'units':
            return self._get_asset_lines(self._plan_units())
        return super().depreciate()

    @property
    def _amount_to_plan(self):
        "The amount that no line depreciates yet"
        return (self.depreciating_value - self.residual_value
            - sum((l.depreciation for l in self.lines), Decimal(0)))

    @property
    def _date_to_plan(self):
        "The first day that no line depreciates yet"
        return max([self.start_date] + [l.date + ONE_DAY for l in self.lines])

    @property
    def _closing_days(self):
        "The arguments that say on which days depreciation is booked"
        pool = Pool()
        Configuration = pool.get('account.configuration')
        config = Configuration(1)
        return {
            'frequency': self.frequency,
            'month': int(config.get_multivalue(
                    'asset_bymonth', company=self.company.id)),
            'day': int(config.get_multivalue(
                    'asset_bymonthday', company=self.company.id)),
            }

    def _plan_linear_360(self):
        amount, start = self._amount_to_plan, self._date_to_plan
        # When the asset is closed, the plan stops on this date.
        stop = Transaction().context.get('asset_closing_date')
        if amount <= 0 or (stop and stop < start):
            return []
        # Revised after its end: the rest is due at once.
        end = max(self.end_date, start)
        dates = period_ends(
            start, min(stop or end, end), **self._closing_days)
        return [
            (date, None, amount) for date, amount in linear_360(
                amount, start, end, dates, self.company.currency.rounding,
                since=self.start_date)]

    def _plan_units(self):
        pool = Pool()
        Date = pool.get('ir.date')
        context = Transaction().context
        amount, start = self._amount_to_plan, self._date_to_plan
        stop = context.get('asset_closing_date')
        until = stop or context.get('asset_units_until')
        with Transaction().set_context(company=self.company.id):
            last = until or Date.today()
        days = sorted(
            d for d in self.equipment.get_event_days(
                [self.equipment], last)[self.equipment]
            if d >= self.start_date)
        if amount <= 0 or not days:
            return []
        if stop:
            dates = period_ends(start, stop, **self._closing_days)
        else:
            # The period of the last day of use counts before it is over.
            until = until or next_closing(days[-1], **self._closing_days)
            dates = closings(start, until, **self._closing_days)
        counted = sum(l.units or 0 for l in self.lines)
        # Used more than expected: the rest is due at once.
        expected = max(self.expected_units - counted, 1)
        used = []
        for date in dates:
            # A day declared late goes to the first period still open.
            units = sum(1 for d in days if d <= date) - counted
            used.append((date, units))
            counted += units
        return by_units(
            amount, expected, used, self.company.currency.rounding)

    def _get_asset_lines(self, plan):
        "Return the lines of a plan of (date, units, amount), by date"
        pool = Pool()
        Line = pool.get('account.asset.line')
        basis = self._amount_to_plan
        accumulated = self.depreciated_amount + sum(
            (l.depreciation for l in self.lines), Decimal(0))
        lines = {}
        for date, units, amount in plan:
            accumulated += amount
            lines[date] = Line(
                acquired_value=self.value,
                depreciable_basis=basis,
                depreciation=amount,
                accumulated_depreciation=accumulated,
                actual_value=self.value - accumulated,
                units=units)
        return lines

    @classmethod
    def create_moves(cls, assets, date):
        # Companies in order: each one's numbers are locked.
        for company, grouped in cls._by_company(assets):
            with Transaction().set_context(
                    company=company.id, asset_units_until=date):
                records = cls.browse(grouped)
                # Use is known better than when the lines were made.
                cls.clear_lines([
                        a for a in records
                        if a.depreciation_method == 'units'])
                super().create_moves(records, date)

    @classmethod
    def _by_company(cls, assets):
        key = attrgetter('company')
        return groupby(
            sorted(assets, key=lambda a: a.company.id), key=key)

    @classmethod
    def copy(cls, assets, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('equipment')
        default.setdefault('equipment_owner')
        return super().copy(assets, default=default)


del _states


class AssetLine(metaclass=PoolMeta):
    __name__ = 'account.asset.line'

    units = fields.Integer("Event-Days", readonly=True)


class AssetRevision(metaclass=PoolMeta):
    __name__ = 'account.asset.revision'

    depreciation_method = fields.Function(
        fields.Selection('get_depreciation_methods', "Depreciation Method"),
        'on_change_with_depreciation_method')
    expected_units = fields.Integer(
        "Expected Event-Days",
        states={
            'required': Eval('depreciation_method') == 'units',
            'invisible': Eval('depreciation_method') != 'units',
            },
        domain=['OR',
            ('expected_units', '=', None),
            ('expected_units', '>', 0),
            ])

    @classmethod
    def get_depreciation_methods(cls):
        pool = Pool()
        Asset = pool.get('account.asset')
        return Asset.fields_get(
            ['depreciation_method'])['depreciation_method']['selection']

    @fields.depends('asset', '_parent_asset.depreciation_method')
    def on_change_with_depreciation_method(self, name=None):
        return self.asset.depreciation_method if self.asset else None


class UpdateAsset(metaclass=PoolMeta):
    __name__ = 'account.asset.update'

    def default_start(self, fields):
        default = super().default_start(fields)
        default['expected_units'] = self.record.expected_units
        default['depreciation_method'] = self.record.depreciation_method
        return default

    def transition_create_lines(self):
        if self.record.depreciation_method == 'units':
            self.model.write([self.record], {
                    'expected_units': self.start.expected_units,
                    })
        return super().transition_create_lines()
