from sql import Null
from tibillet_base.append_only import refuse_changes

from trytond.i18n import gettext
from trytond.model import Exclude, Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.sql.functions import DateRange, NumRange
from trytond.sql.operators import RangeOverlap

from . import calendars
from .exceptions import PeriodAccessError, PeriodValidationError


class MembershipPeriod(ModelSQL, ModelView):
    __name__ = 'tibillet.membership.period'
    __string__ = "Membership Period"

    # What never changes, and what is written when it is cancelled, once.
    _paid_fields = frozenset({
            'membership', 'start', 'end', 'grace_end', 'amount', 'paid_on'})
    _cancelled_fields = frozenset({'cancelled_on'})

    membership = fields.Many2One(
        'tibillet.membership', "Membership", required=True,
        ondelete='RESTRICT')
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    start = fields.Date("From", required=True)
    end = fields.Date(
        "To",
        domain=['OR',
            ('end', '=', None),
            ('end', '>=', Eval('start', None)),
            ],
        help="The last day; empty for life.")
    grace_end = fields.Date(
        "End of Grace", readonly=True,
        help="Until then a payment follows on from the period, "
        "as was promised when it was paid.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        domain=[
            ('amount', '>=', 0),
            ])
    paid_on = fields.Date("Paid on", required=True)
    cancelled_on = fields.Date(
        "Cancelled on", readonly=True,
        states={
            'invisible': ~Eval('cancelled_on'),
            },
        help="From then on the period counts no more.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('membership')
        table = cls.__table__()
        cls._sql_constraints += [
            ('dates_overlap',
                Exclude(
                    table,
                    # A range of one, so that PostgreSQL needs no extension.
                    (NumRange(table.membership, table.membership, '[]'),
                        RangeOverlap),
                    (DateRange(table.start, table.end, '[]'), RangeOverlap),
                    where=table.cancelled_on == Null),
                'tibillet_membership.msg_period_overlap'),
            ]
        cls._sql_indexes.update({
                Index(
                    table,
                    (table.membership, Index.Equality()),
                    (table.start, Index.Range(order='DESC'))),
                Index(table, (table.paid_on, Index.Range())),
                Index(table, (table.end, Index.Range())),
                })
        cls._order = [
            ('membership', 'DESC'), ('start', 'DESC'), ('id', 'DESC')]
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
        refuse_changes(cls._table, sorted(cls._paid_fields))

    @classmethod
    def counts(cls, table, date):
        "Return the expression that a period counts on a date"
        return (table.paid_on <= date) & (
            (table.cancelled_on == Null) | (table.cancelled_on > date))

    @fields.depends('membership', '_parent_membership.company')
    def on_change_with_company(self, name=None):
        if self.membership and self.membership.company:
            return self.membership.company.id

    @classmethod
    def search_company(cls, name, clause):
        return [('membership.' + clause[0], *clause[1:])]

    @fields.depends('membership', '_parent_membership.company')
    def on_change_with_currency(self, name=None):
        if self.membership and self.membership.company:
            return self.membership.company.currency.id

    def get_rec_name(self, name):
        return f'{self.membership.rec_name} ({self._get_dates()})'

    def get_label(self):
        "Return what a sale says of it, without the name of the member"
        membership = self.membership
        return (
            f'{membership.plan.rec_name}, {membership.number}, '
            f'{self._get_dates()}')

    def get_receipt_mode(self):
        "Return how a tax receipt says it was paid, None if nobody knows"
        return None

    def _get_dates(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        dates = [lang.strftime(self.start)]
        if self.end:
            dates.append(lang.strftime(self.end))
        return ' – '.join(dates)

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('membership.rec_name', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Bool(Eval('cancelled_on')), 'muted', '')),
            ]

    @classmethod
    def preprocess_values(cls, mode, values):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        values = super().preprocess_values(mode, values)
        if (mode == 'create' and values.get('membership')
                and values.get('end') and not values.get('grace_end')):
            plan = Membership(values['membership']).plan
            values['grace_end'] = calendars.grace_end(
                values['end'], plan.grace_days)
        return values

    @classmethod
    def validate_fields(cls, periods, field_names):
        super().validate_fields(periods, field_names)
        if 'paid_on' in field_names:
            for period in periods:
                if period.paid_on < period.membership.since:
                    raise PeriodValidationError(gettext(
                            'tibillet_membership.msg_period_since',
                            period=period.rec_name))

    @classmethod
    def check_modification(
            cls, mode, periods, values=None, external=False):
        super().check_modification(
            mode, periods, values=values, external=external)
        # What was paid is a fact: it may be cancelled, once.
        if mode == 'delete' or (
                mode == 'write'
                and (external
                    or values.keys() - cls._cancelled_fields
                    or any(p.cancelled_on for p in periods))):
            for period in periods:
                raise PeriodAccessError(gettext(
                        'tibillet_membership.msg_period_immutable',
                        period=period.rec_name))

    @classmethod
    @ModelView.button
    def cancel(cls, periods):
        pool = Pool()
        Date = pool.get('ir.date')
        cls.cancel_on(periods, Date.today())

    @classmethod
    def cancel_on(cls, periods, date):
        "Cancel on a date periods that were not paid after all"
        cls.write([p for p in periods if not p.cancelled_on], {
                'cancelled_on': date,
                })
