"""The forms of deposit slips: make one, say that the bank has it, undo it."""
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from . import reach, till_remitted, tools
from .till_remittance import KINDS
from .till_remitted import ZERO
from .tools import SHOWN


def _choices(name, kind):
    return fields.One2Many(
        'tibillet.till.remittance.choice', None, name,
        states={
            'invisible': Eval('kind') != kind,
            },
        help="What is on no deposit slip yet. Take away what stays here.")


class RemittanceStart(ModelView):
    __name__ = 'tibillet.till.remittance.start'
    __string__ = "Deposit Slip Start"

    company = fields.Many2One('company.company', "Company", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    kind = fields.Selection(KINDS, "What", required=True, sort=False)
    date = fields.Date(
        "Date", required=True,
        help="The day on which it leaves for the bank.")
    account = fields.Many2One(
        'account.account', "Bank", required=True,
        domain=[
            ('type', '!=', None),
            ('closed', '!=', True),
            ('company', '=', Eval('company', -1)),
            ],
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    cash = _choices("Cash", 'cash')
    cheques = _choices("Cheques", 'cheque')
    amount = fields.Function(Monetary(
            "Amount", currency='currency', digits='currency'),
        'on_change_with_amount')

    def get_chosen(self):
        choices = self.cash if self.kind == 'cash' else self.cheques
        return [c for c in choices or [] if c.chosen]

    @fields.depends('kind', 'cash', 'cheques')
    def on_change_with_amount(self, name=None):
        return sum((c.amount or ZERO for c in self.get_chosen()), ZERO)


class RemittanceChoice(ModelView):
    __name__ = 'tibillet.till.remittance.choice'
    __string__ = "Deposit Slip Choice"

    waiting = fields.Integer("Identifier", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    date = fields.Date("Date", states=SHOWN)
    label = fields.Char("What", states=SHOWN)
    amount = Monetary(
        "Amount", currency='currency', digits='currency', states=SHOWN)
    chosen = fields.Boolean("Brought")


class Make(Wizard):
    __name__ = 'tibillet.till.remittance.make'

    start = StateView(
        'tibillet.till.remittance.start',
        'tibillet_base.till_remittance_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Make the Slip", 'make', 'tryton-ok', default=True),
            ])
    make = StateAction('tibillet_base.act_till_remittance')

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Configuration = pool.get('tibillet.till.configuration')
        company = Company(Transaction().context['company'])
        reach.check_companies({'company.company': {company.id}})
        with without_check_access():
            account = Configuration(1).get_multivalue(
                'remittance_account', company=company.id)
            cash, cheques = [[{
                        'waiting': w.id,
                        'currency': company.currency.id,
                        'date': w.date,
                        'label': w.label,
                        'amount': w.amount,
                        'chosen': True,
                        } for w in till_remitted.waiting(company, kind)]
                for kind in till_remitted.FIELDS]
        return {
            'company': company.id,
            'currency': company.currency.id,
            'kind': 'cheque' if cheques and not cash else 'cash',
            'date': tools.today(company),
            'account': account.id if account else None,
            'cash': cash,
            'cheques': cheques,
            }

    def do_make(self, action):
        pool = Pool()
        Remittance = pool.get('tibillet.till.remittance')
        start = self.start
        remittance = Remittance.make(
            start.company, start.kind, start.date, start.account,
            [c.waiting for c in start.get_chosen()])
        action['views'].reverse()
        return action, {'res_id': [remittance.id]}


class _OfRemittanceMixin:
    "What is asked about a slip"
    __slots__ = ()

    remittance = fields.Many2One(
        'tibillet.till.remittance', "Deposit Slip", readonly=True)
    currency = fields.Many2One('currency.currency', "Currency", readonly=True)
    amount = Monetary(
        "Amount", currency='currency', digits='currency', readonly=True)
    date = fields.Date("Date", required=True)


class RemittanceBank(_OfRemittanceMixin, ModelView):
    __name__ = 'tibillet.till.remittance.bank.start'
    __string__ = "Deposit Slip Bank Start"


class RemittanceUndo(_OfRemittanceMixin, ModelView):
    __name__ = 'tibillet.till.remittance.undo.start'
    __string__ = "Deposit Slip Undo Start"

    reason = fields.Char("Reason", required=True)


class _OnRemittanceMixin:
    __slots__ = ()

    def default_start(self, fields):
        remittance = self.record
        return {
            'remittance': remittance.id,
            'currency': remittance.currency.id,
            'amount': remittance.amount,
            'date': tools.today(remittance.company),
            }


class Bank(_OnRemittanceMixin, Wizard):
    __name__ = 'tibillet.till.remittance.bank'

    start = StateView(
        'tibillet.till.remittance.bank.start',
        'tibillet_base.till_remittance_bank_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("The Bank Has It", 'bank', 'tryton-ok', default=True),
            ])
    bank = StateTransition()

    def transition_bank(self):
        self.record.bank(self.start.date)
        return 'end'


class Undo(_OnRemittanceMixin, Wizard):
    __name__ = 'tibillet.till.remittance.undo'

    start = StateView(
        'tibillet.till.remittance.undo.start',
        'tibillet_base.till_remittance_undo_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Undo", 'undo', 'tryton-ok', default=True),
            ])
    undo = StateTransition()

    def transition_undo(self):
        self.record.undo(self.start.date, self.start.reason)
        return 'end'
