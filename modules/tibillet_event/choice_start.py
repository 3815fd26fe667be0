"""Record at the counter what holders choose, and do it."""
import uuid as uuids

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from .exceptions import ChoiceSeveralError

# Clients do not send back what is readonly by itself.
_SHOWN = {'readonly': True}
_PAID = Eval('answer').in_(['refund', 'give'])


class ChoiceStart(ModelView):
    __name__ = 'tibillet.performance.choice.start'
    __string__ = "Performance Choice Start"

    uuid = fields.Char("Identifier", states=_SHOWN)
    company = fields.Many2One('company.company', "Company", states=_SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=_SHOWN)
    offers = fields.Char("Offers", states=_SHOWN)
    several = fields.Boolean("Several Holders", states=_SHOWN)
    valid = fields.Many2Many(
        'tibillet.ticket', None, None, "Valid Tickets", states=_SHOWN)
    tickets = fields.Many2Many(
        'tibillet.ticket', None, None, "Tickets", required=True,
        domain=[
            ('id', 'in', Eval('valid', [])),
            ],
        states={
            'readonly': Bool(Eval('several')),
            },
        help="Take out those that the holder does not choose for.")
    answer = fields.Selection(
        'get_answers', "Choice", required=True, sort=False)
    amount = fields.Function(Monetary(
            "Paid", currency='currency', digits='currency'),
        'on_change_with_amount')
    point = fields.Many2One(
        'sale.point', "Till",
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'open'),
            ],
        states={
            'invisible': ~_PAID,
            'required': _PAID,
            })
    method = fields.Many2One(
        'sale.point.payment.method', "Paid Back by",
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        states={
            'invisible': Eval('answer') != 'refund',
            'required': Eval('answer') == 'refund',
            })

    @fields.depends('offers')
    def get_answers(self):
        pool = Pool()
        Change = pool.get('tibillet.performance.change')
        names = Change.fields_get(['offers'])['offers']['selection']
        offers = (self.offers or '').split(',')
        return [(None, ""), *(
                (value, name) for value, name in names if value in offers)]

    @fields.depends('tickets')
    def on_change_with_amount(self, name=None):
        with without_check_access():
            return sum(t.paid for t in self.tickets or [])


class PerformanceChoose(Wizard):
    __name__ = 'tibillet.performance.choose'

    start = StateView(
        'tibillet.performance.choice.start',
        'tibillet_event.performance_choice_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Record the Choice", 'choose', 'tryton-ok', default=True),
            ])
    choose = StateTransition()

    def default_start(self, fields):
        pool = Pool()
        Method = pool.get('sale.point.payment.method')
        Point = pool.get('sale.point')
        choices = [c for c in self.records if c.choice == 'waiting']
        if not choices:
            self.records[0].refuse_again()
        changes = {c.change for c in choices}
        companies = {c.company for c in choices}
        if len(changes) != 1 or len(companies) != 1:
            raise ChoiceSeveralError(gettext(
                    'tibillet_event.msg_performance_choice_several'))
        change, company = changes.pop(), companies.pop()
        point = Point.get_opened(company)
        cash = Method.get_by_tender(company, 'cash')
        tickets = [t.id for c in choices for t in c.valid_tickets]
        return {
            'uuid': str(uuids.uuid4()),
            'company': company.id,
            'currency': company.currency.id,
            'offers': ','.join(change.offers),
            'several': len(choices) > 1,
            'valid': tickets,
            'tickets': tickets,
            'answer': 'refund' if 'refund' in change.offers else None,
            'point': point.id if point else None,
            'method': cash.id if cash else None,
            }

    def transition_choose(self):
        pool = Pool()
        Choice = pool.get('tibillet.performance.choice')
        start = self.start
        some = {t.id for t in start.tickets}
        for choice in self.records:
            tickets = some & {t.id for t in choice.tickets}
            if not tickets:
                continue
            Choice.choose(
                choice, start.answer,
                str(uuids.uuid5(uuids.UUID(start.uuid), str(choice.id))),
                tickets, start.point, start.method)
        return 'end'

    def end(self):
        return 'reload'
