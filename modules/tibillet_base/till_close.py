from decimal import Decimal

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import PYSONEncoder
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from . import till_finish
from .till_closing import Closing

# The coins and notes of the euro.
EURO = [
    '200', '100', '50', '20', '10', '5', '2', '1', '0.50', '0.20', '0.10',
    '0.05', '0.02', '0.01']


class CloseStart(ModelView):
    __name__ = 'tibillet.till.close.start'
    __string__ = "Till Close Start"

    point = fields.Many2One('sale.point', "Till", readonly=True)
    currency = fields.Many2One('currency.currency', "Currency", readonly=True)
    counts = fields.One2Many(
        'tibillet.till.close.count', None, "Coins and Notes",
        help="What is in the drawer, the float included.")
    total = fields.Function(Monetary(
            "Counted", currency='currency', digits='currency'),
        'on_change_with_total')

    @fields.depends('counts')
    def on_change_with_total(self, name=None):
        return sum((
                (c.value or Decimal(0)) * (c.quantity or 0)
                for c in self.counts or []), Decimal(0))


class CloseCount(ModelView):
    __name__ = 'tibillet.till.close.count'
    __string__ = "Till Close Count"

    currency = fields.Many2One('currency.currency', "Currency")
    value = Monetary(
        "Coin or Note", currency='currency', digits='currency', required=True)
    quantity = fields.Integer(
        "Quantity", domain=['OR',
            ('quantity', '>=', 0),
            ('quantity', '=', None),
            ])


class CloseDifference(ModelView):
    __name__ = 'tibillet.till.close.difference'
    __string__ = "Till Close Difference"

    point = fields.Many2One('sale.point', "Till", readonly=True)
    currency = fields.Many2One('currency.currency', "Currency", readonly=True)
    expected = Monetary(
        "Expected", currency='currency', digits='currency', readonly=True)
    counted = Monetary(
        "Counted", currency='currency', digits='currency', readonly=True)
    difference = Monetary(
        "Difference", currency='currency', digits='currency', readonly=True)
    reason = fields.Text(
        "Reason", required=True,
        help="What is known of it; written for good in the closure.")


class Close(Wizard):
    __name__ = 'tibillet.till.close'

    start = StateView(
        'tibillet.till.close.start',
        'tibillet_base.till_close_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Close the Till", 'check', 'tryton-ok', default=True),
            ])
    check = StateTransition()
    difference = StateView(
        'tibillet.till.close.difference',
        'tibillet_base.till_close_difference_view_form', [
            Button("Count Again", 'start', 'tryton-back'),
            Button("Close the Till", 'close', 'tryton-ok', default=True),
            ])
    close = StateAction('tibillet_base.act_till_closure')

    def default_start(self, fields):
        point = self.record
        till_finish.get_session(point)
        currency = point.company.currency
        counts = getattr(self.start, 'counts', None)
        if not counts:
            values = EURO if currency.code == 'EUR' else ['1', '0.01']
            rows = [(Decimal(value), None) for value in values]
        else:
            rows = [(c.value, c.quantity) for c in counts]
        return {
            'point': point.id,
            'currency': currency.id,
            'counts': [{
                    'currency': currency.id,
                    'value': value,
                    'quantity': quantity,
                    } for value, quantity in rows],
            }

    def _get_cash(self):
        return Closing(self.record, lock=False).get_cash(
            self.start.on_change_with_total())

    def transition_check(self):
        return 'difference' if self._get_cash()['cash_difference'] else 'close'

    def default_difference(self, fields):
        cash = self._get_cash()
        return {
            'point': self.record.id,
            'currency': self.record.company.currency.id,
            'expected': cash['cash_expected'],
            'counted': cash['cash_counted'],
            'difference': cash['cash_difference'],
            }

    def do_close(self, action):
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        counted = {}
        for count in self.start.counts:
            counted[count.value] = (
                counted.get(count.value, 0) + (count.quantity or 0))
        closure = Closure.close_till(
            self.record, counted, getattr(self.difference, 'reason', None))
        action['views'].reverse()
        action['pyson_domain'] = PYSONEncoder().encode(
            [('id', '=', closure.id)])
        return action, {'res_id': closure.id}
