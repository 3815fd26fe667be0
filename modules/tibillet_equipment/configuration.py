import datetime as dt
from decimal import Decimal

from tibillet_base.problem import ProblemMixin

from trytond.model import ModelSingleton, ModelSQL, ModelView, fields
from trytond.modules.company.model import (
    CompanyMultiValueMixin, CompanyValueMixin)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, Id
from trytond.transaction import Transaction

from .exceptions import ConfigurationValidationError

DEPRECIATION_METHODS = [
    ('linear_360', "Linear, Year of 360 Days"),
    ('units', "Days of Use"),
    ('linear', "Linear, Year of 365 Days"),
    ]
# Longer buffers would hide a booking behind another of the year before.
BUFFER_DAYS_MAX = 365


def _sequence(string, help, name, company):
    return fields.Many2One(
        'ir.sequence', string, required=True,
        domain=[
            ('company', 'in', [company, None]),
            ('sequence_type', '=',
                Id('tibillet_equipment', 'sequence_type_%s' % name)),
            ],
        help=help)


def _equipment_sequence(company):
    return _sequence(
        "Equipment Sequence", "Used to give units their code.",
        'equipment', company)


def _booking_sequence(company):
    return _sequence(
        "Booking Sequence", "Used to number bookings.", 'booking', company)


def _custody_sequence(company):
    return _sequence(
        "Custody Note Sequence", "Used to number custody notes.",
        'custody', company)


def _incident_sequence(company):
    return _sequence(
        "Incident Sequence", "Used to number incidents.",
        'incident', company)


def _account_disposal_expense(company):
    return fields.Many2One(
        'account.account', "Disposal Expense Account",
        domain=[
            ('closed', '!=', True),
            ('type.expense', '=', True),
            ('company', '=', company),
            ],
        help="Where the net book value of a unit goes that leaves the books: "
        "657 in the French chart.\n"
        "No unit is sold, retired or written off without it.")


def _account_disposal_income(company):
    return fields.Many2One(
        'account.account', "Disposal Income Account",
        domain=[
            ('closed', '!=', True),
            ('type.revenue', '=', True),
            ('company', '=', company),
            ],
        help="Where the price of a sold unit goes: 757 in the French "
        "chart.\n"
        "No unit is sold without it.")


low_value_threshold = Monetary(
    "Low Value Threshold", currency='currency', digits='currency',
    help="A unit that costs no more, excluding tax, is an expense unless "
    "its use is the object of the activity.\n"
    "Leave empty to make an asset of every unit.")
depreciation_method = fields.Selection(
    DEPRECIATION_METHODS, "Depreciation Method", required=True, sort=False,
    help="The default method for new units.")
buffer_days = fields.Integer(
    "Buffer Days", required=True,
    help="The default number of days kept free after a booking.")
loss_delay = fields.TimeDelta(
    "Loss Delay", required=True,
    help="How long a unit is missing before it may be decided lost.")


class Configuration(
        ModelSingleton, ModelSQL, ModelView, CompanyMultiValueMixin):
    __name__ = 'tibillet.equipment.configuration'
    __string__ = "Equipment Configuration"

    equipment_sequence = fields.MultiValue(
        _equipment_sequence(Eval('context', {}).get('company', -1)))
    booking_sequence = fields.MultiValue(
        _booking_sequence(Eval('context', {}).get('company', -1)))
    custody_sequence = fields.MultiValue(
        _custody_sequence(Eval('context', {}).get('company', -1)))
    incident_sequence = fields.MultiValue(
        _incident_sequence(Eval('context', {}).get('company', -1)))
    buffer_days = fields.MultiValue(buffer_days)
    loss_delay = fields.MultiValue(loss_delay)
    depreciation_method = fields.MultiValue(depreciation_method)
    low_value_threshold = fields.MultiValue(low_value_threshold)
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    account_disposal_expense = fields.MultiValue(
        _account_disposal_expense(Eval('context', {}).get('company', -1)))
    account_disposal_income = fields.MultiValue(
        _account_disposal_income(Eval('context', {}).get('company', -1)))

    @classmethod
    def default_currency(cls):
        pool = Pool()
        Company = pool.get('company.company')
        company = Transaction().context.get('company')
        if company is not None and company >= 0:
            return Company(company).currency.id

    def on_change_with_currency(self, name=None):
        return self.default_currency()

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in {
                'equipment_sequence', 'booking_sequence', 'custody_sequence',
                'incident_sequence'}:
            return pool.get('tibillet.equipment.configuration.sequence')
        elif field in {'buffer_days', 'loss_delay'}:
            return pool.get('tibillet.equipment.configuration.booking')
        elif field in {
                'depreciation_method', 'low_value_threshold',
                'account_disposal_expense', 'account_disposal_income'}:
            return pool.get('tibillet.equipment.configuration.accounting')
        return super().multivalue_model(field)

    @classmethod
    def default_equipment_sequence(cls, **pattern):
        return cls.multivalue_model(
            'equipment_sequence').default_equipment_sequence()

    @classmethod
    def default_booking_sequence(cls, **pattern):
        return cls.multivalue_model(
            'booking_sequence').default_booking_sequence()

    @classmethod
    def default_custody_sequence(cls, **pattern):
        return cls.multivalue_model(
            'custody_sequence').default_custody_sequence()

    @classmethod
    def default_incident_sequence(cls, **pattern):
        return cls.multivalue_model(
            'incident_sequence').default_incident_sequence()

    @classmethod
    def default_buffer_days(cls, **pattern):
        return cls.multivalue_model('buffer_days').default_buffer_days()

    @classmethod
    def default_loss_delay(cls, **pattern):
        return cls.multivalue_model('loss_delay').default_loss_delay()

    @classmethod
    def default_depreciation_method(cls, **pattern):
        return cls.multivalue_model(
            'depreciation_method').default_depreciation_method()

    @classmethod
    def default_low_value_threshold(cls, **pattern):
        return cls.multivalue_model(
            'low_value_threshold').default_low_value_threshold()


def _default_sequence(name):
    @classmethod
    def default(cls):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        return ModelData.get_id('tibillet_equipment', name)
    return default


class ConfigurationSequence(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.equipment.configuration.sequence'
    __string__ = "Equipment Configuration Sequence"

    equipment_sequence = _equipment_sequence(Eval('company', -1))
    booking_sequence = _booking_sequence(Eval('company', -1))
    custody_sequence = _custody_sequence(Eval('company', -1))
    incident_sequence = _incident_sequence(Eval('company', -1))

    default_equipment_sequence = _default_sequence('sequence_equipment')
    default_booking_sequence = _default_sequence('sequence_booking')
    default_custody_sequence = _default_sequence('sequence_custody')
    default_incident_sequence = _default_sequence('sequence_incident')


class ConfigurationBooking(ProblemMixin, ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.equipment.configuration.booking'
    __string__ = "Equipment Configuration Booking"
    _problem_error = ConfigurationValidationError
    _problem_message = 'tibillet_equipment.msg_configuration'

    buffer_days = buffer_days
    loss_delay = loss_delay

    @classmethod
    def default_buffer_days(cls):
        return 1

    @classmethod
    def default_loss_delay(cls):
        return dt.timedelta(days=30)

    def _get_problem(self, field_names):
        if ('buffer_days' in field_names and self.buffer_days is not None
                and not 0 <= self.buffer_days <= BUFFER_DAYS_MAX):
            return 'buffer_days'
        if ('loss_delay' in field_names and self.loss_delay is not None
                and self.loss_delay < dt.timedelta()):
            return 'loss_delay'

    def _get_problem_names(self):
        return {'days_max': BUFFER_DAYS_MAX}


class ConfigurationAccounting(ProblemMixin, ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.equipment.configuration.accounting'
    __string__ = "Equipment Configuration Accounting"
    _problem_error = ConfigurationValidationError
    _problem_message = 'tibillet_equipment.msg_configuration'

    depreciation_method = depreciation_method
    low_value_threshold = low_value_threshold
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    account_disposal_expense = _account_disposal_expense(Eval('company', -1))
    account_disposal_income = _account_disposal_income(Eval('company', -1))

    @classmethod
    def default_depreciation_method(cls):
        return 'linear_360'

    @classmethod
    def default_low_value_threshold(cls):
        # BOI-BIC-CHG-20-30-10: 500 euros excluding tax.
        return Decimal('500')

    @fields.depends('company')
    def on_change_with_currency(self, name=None):
        return self.company.currency if self.company else None

    def _get_problem(self, field_names):
        if ('low_value_threshold' in field_names
                and (self.low_value_threshold or 0) < 0):
            return 'low_value_threshold'
