"""A period that was paid at a till."""
import uuid

from trytond.i18n import gettext
from trytond.model import Index, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import membership_writer
from .exceptions import PeriodAccessError

# How a tax receipt names what was tendered.
TENDERS = {'cash': 'cash', 'cheque': 'cheque', 'card': 'transfer'}


class Period(metaclass=PoolMeta):
    __name__ = 'tibillet.membership.period'

    request = fields.Char(
        "Request", readonly=True, strip=False,
        help="The identifier made by who asked, so that it counts once.")
    sale_line = fields.Many2One(
        'sale.point.sale.line', "Sale Line", readonly=True,
        ondelete='RESTRICT')
    refund_line = fields.Many2One(
        'sale.point.sale.line', "Refund Line", readonly=True,
        ondelete='RESTRICT')
    sale = fields.Function(fields.Many2One(
            'sale.point.sale', "Sale",
            states={
                'invisible': ~Eval('sale_line'),
                }),
        'on_change_with_sale')
    refund = fields.Function(fields.Many2One(
            'sale.point.sale', "Refund",
            states={
                'invisible': ~Eval('refund_line'),
                }),
        'on_change_with_refund')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._paid_fields |= {'request', 'sale_line'}
        cls._cancelled_fields |= {'refund_line'}
        table = cls.__table__()
        cls._sql_constraints += [
            ('sale_line_unique', Unique(table, table.sale_line),
                'tibillet_membership.msg_period_sale_line_unique'),
            ('refund_line_unique', Unique(table, table.refund_line),
                'tibillet_membership.msg_period_sale_line_unique'),
            ]
        cls._sql_indexes.add(Index(table, (table.request, Index.Equality())))
        cls._buttons['cancel']['invisible'] |= Bool(Eval('sale_line'))
        cls._buttons['cancel']['depends'].append('sale_line')
        cls._buttons['refund_wizard'] = {
            'invisible': Eval('cancelled_on') | ~Eval('sale_line'),
            'icon': 'tryton-back',
            'depends': ['cancelled_on', 'sale_line'],
            }

    @fields.depends('sale_line', '_parent_sale_line.sale')
    def on_change_with_sale(self, name=None):
        return self.sale_line.sale if self.sale_line else None

    @fields.depends('refund_line', '_parent_refund_line.sale')
    def on_change_with_refund(self, name=None):
        return self.refund_line.sale if self.refund_line else None

    def get_receipt_mode(self):
        mode = super().get_receipt_mode()
        if mode or not self.sale:
            return mode
        modes = {
            TENDERS.get(p.method.tender)
            for p in self.sale.payments if p.amount > 0}
        return modes.pop() if len(modes) == 1 else None

    @classmethod
    def check_modification(cls, mode, periods, values=None, external=False):
        super().check_modification(
            mode, periods, values=values, external=external)
        # Only the till tells what it has sold.
        if mode == 'create' and external:
            for period in periods:
                if period.request or period.sale_line or period.refund_line:
                    raise PeriodAccessError(gettext(
                            'tibillet_membership.msg_period_immutable',
                            period=period.rec_name))

    @classmethod
    def cancel_on(cls, periods, date):
        for period in periods:
            if period.sale_line and not period.cancelled_on:
                raise PeriodAccessError(gettext(
                        'tibillet_membership.msg_period_cancel_sold',
                        period=period.rec_name,
                        sale=period.sale.rec_name))
        super().cancel_on(periods, date)

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_period_refund')
    def refund_wizard(cls, periods):
        pass


class PeriodRefundStart(ModelView):
    __name__ = 'tibillet.membership.period.refund.start'
    __string__ = "Membership Period Refund Start"

    uuid = fields.Char("Identifier", states={'readonly': True})
    company = fields.Many2One(
        'company.company', "Company", states={'readonly': True})
    currency = fields.Many2One(
        'currency.currency', "Currency", states={'readonly': True})
    period = fields.Many2One(
        'tibillet.membership.period', "Period", states={'readonly': True})
    amount = Monetary(
        "To Give Back", currency='currency', digits='currency',
        states={'readonly': True})
    point = fields.Many2One(
        'sale.point', "Till", required=True,
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'open'),
            ])
    method = fields.Many2One(
        'sale.point.payment.method', "Given Back by", required=True,
        domain=[
            ('company', '=', Eval('company', -1)),
            ])


class PeriodRefund(Wizard):
    __name__ = 'tibillet.membership.period.refund'

    start = StateView(
        'tibillet.membership.period.refund.start',
        'tibillet_membership.period_refund_start_view_form', [
            Button("Keep the Period", 'end', 'tryton-cancel'),
            Button("Give Back", 'refund', 'tryton-ok', default=True),
            ])
    refund = StateTransition()

    def default_start(self, fields):
        pool = Pool()
        Point = pool.get('sale.point')
        period = self.record
        company = period.company
        point = Point.get_opened(company)
        methods = [
            p.method.id for p in (period.sale.payments if period.sale else [])
            if p.amount > 0]
        return {
            'uuid': str(uuid.uuid4()),
            'company': company.id,
            'currency': period.currency.id,
            'period': period.id,
            'amount': period.amount,
            'point': point.id if point else None,
            'method': methods[0] if methods else None,
            }

    def transition_refund(self):
        start = self.start
        membership_writer.refund(
            start.point, start.uuid, self.record, start.method)
        return 'end'

    def end(self):
        return 'reload'
