"""Receive the deposit of a group, give it back or keep it."""
import uuid

from tibillet_base import tools
from tibillet_base.tools import SHOWN

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard

_BY_BANK = Eval('way') == 'bank'
_AT_TILL = Eval('way') == 'till'


class DepositStart(ModelView):
    __name__ = 'tibillet.sale.deposit.start'
    __string__ = "Sale Deposit Start"

    uuid = fields.Char("Identifier", states=SHOWN)
    company = fields.Many2One('company.company', "Company", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    asked = Monetary(
        "Asked", currency='currency', digits='currency', states=SHOWN)
    held = Monetary(
        "Held", currency='currency', digits='currency', states=SHOWN)
    kind = fields.Selection([
            ('received', "Receive"),
            ('returned', "Give Back"),
            ('kept', "Keep"),
            ], "What", required=True, sort=False)
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True)
    way = fields.Selection([
            ('till', "At the Till"),
            ('bank', "By Bank"),
            ('books', "In the Books"),
            ], "How", sort=False, required=True, states={
            'readonly': Eval('kind') == 'kept',
            })
    point = fields.Many2One(
        'sale.point', "Till",
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'open'),
            ],
        states={
            'invisible': ~_AT_TILL,
            'required': _AT_TILL,
            })
    method = fields.Many2One(
        'sale.point.payment.method', "Paid by",
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        states={
            'invisible': ~_AT_TILL,
            'required': _AT_TILL,
            })
    date = fields.Date(
        "Date", states={
            'invisible': _AT_TILL,
            'required': ~_AT_TILL,
            })
    journal = fields.Many2One(
        'account.journal', "Journal",
        domain=[
            ('type', 'in', ['cash', 'general']),
            ],
        context={
            'company': Eval('company', -1),
            },
        depends=['company'],
        states={
            'invisible': _AT_TILL,
            'required': ~_AT_TILL,
            })
    account = fields.Many2One(
        'account.account', "Account of the Bank",
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type', '!=', None),
            ('closed', '!=', True),
            ],
        states={
            'invisible': ~_BY_BANK,
            'required': _BY_BANK,
            },
        help="Such as 512.")

    @fields.depends('kind', 'asked', 'held', 'way')
    def on_change_kind(self):
        received = self.kind == 'received'
        asked, held = self.asked or 0, self.held or 0
        self.amount = max(asked - held, 0) if received else held
        if self.kind == 'kept':
            self.way = 'books'
        elif self.way == 'books':
            self.way = 'till'


class DepositMove(Wizard):
    __name__ = 'tibillet.sale.deposit.move'

    start = StateView(
        'tibillet.sale.deposit.start',
        'tibillet_event.sale_deposit_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Register", 'register', 'tryton-ok', default=True),
            ])
    register = StateTransition()

    def default_start(self, fields):
        pool = Pool()
        Journal = pool.get('account.journal')
        Point = pool.get('sale.point')
        sale = self.record
        missing = sale.deposit_missing
        receive = sale.state == 'quotation' and missing
        journals = Journal.search([('type', '=', 'cash')], limit=1)
        points = Point.search([
                ('company', '=', sale.company.id),
                ('state', '=', 'open'),
                ], limit=2)
        return {
            'uuid': str(uuid.uuid4()),
            'company': sale.company.id,
            'currency': sale.currency.id,
            'asked': sale.deposit_asked,
            'held': sale.deposit_held,
            'kind': 'received' if receive else 'returned',
            'amount': missing if receive else sale.deposit_held,
            'way': 'till' if points else 'bank',
            'point': points[0].id if len(points) == 1 else None,
            'date': tools.today(sale.company),
            'journal': journals[0].id if journals else None,
            }

    def transition_register(self):
        start = self.start
        values = {'point': start.point, 'method': start.method}
        if start.way != 'till':
            values = {
                'date': start.date,
                'journal': start.journal,
                'account': start.account,
                }
        self.record.move_deposit(
            start.kind, start.amount, start.uuid, **values)
        return 'end'

    def end(self):
        return 'reload'
