"""Cancel or postpone a performance: see, offer, tell, confirm."""
import datetime as dt
import json
import uuid

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, PYSONEncoder
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from . import change_mail, change_making, change_text, schedule
from .change_making import HOURS, Asked
from .performance_change import KINDS
from .return_making import Making

# How long holders have to answer, unless another day is chosen.
DAYS = {'cancelled': 30, 'postponed': 14}
# Clients do not send back what is readonly by itself.
_SHOWN = {'readonly': True}
_POSTPONED = {'invisible': Eval('kind') != 'postponed'}
_BY_OTHERS = {**_SHOWN, 'invisible': ~Eval('others')}
# Whether there is a message to write before it is done.
_TOLD = {'invisible': ~Eval('addressed')}
_NOT_TOLD = {'invisible': Bool(Eval('addressed'))}


def _new(required=True):
    "Return the states of an hour of the new date"
    return {
        'invisible': (Eval('kind') != 'postponed') | ~Eval('date'),
        'required': bool(required) & (Eval('kind') == 'postponed')
        & Eval('date', None),
        }


class ChangeStart(ModelView):
    __name__ = 'tibillet.performance.change.start'
    __string__ = "Performance Change Start"

    uuid = fields.Char("Identifier", states=_SHOWN)
    kind = fields.Selection(KINDS, "Kind", states=_SHOWN)
    performance = fields.Many2One(
        'tibillet.performance', "Performance", states=_SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=_SHOWN)
    tickets = fields.Integer(
        "Tickets", states=_SHOWN, help="That are valid, free ones too.")
    amount = Monetary(
        "Paid", currency='currency', digits='currency', states=_SHOWN,
        help="With tax and fee.")
    holders = fields.Integer("Holders", states=_SHOWN)
    addressed = fields.Integer(
        "With an E-mail", states=_SHOWN, help="They get the message.")
    unaddressed = fields.Integer(
        "Tickets without E-mail", states=_SHOWN,
        help="Sold to somebody whose address is not known.")
    others = fields.Integer(
        "Sold by Others", states=_BY_OTHERS,
        help="Tickets that other companies have sold, which pay them back.")
    others_amount = Monetary(
        "Paid to Others", currency='currency', digits='currency',
        states=_BY_OTHERS)
    tenders = fields.Text("Paid to You By", states=_SHOWN)
    date = fields.Date(
        "New Date", states=_POSTPONED,
        help="Leave empty as long as it is not known.")
    time = fields.Time("Start", format='%H:%M', states=_new())
    end_date = fields.Date("End Date", states=_new())
    end_time = fields.Time("End", format='%H:%M', states=_new())
    doors_time = fields.Time("Doors", format='%H:%M', states=_new(False))
    refund = fields.Boolean(
        "Be Paid Back",
        states={
            'readonly': Eval('kind') == 'cancelled',
            },
        help="With the service fee.")
    give = fields.Boolean(
        "Give the Price",
        help="The holder leaves the price to the organiser.")
    deadline = fields.Date(
        "Until", required=True,
        help="The last day on which holders choose.")

    @fields.depends('date', 'time', 'end_date', 'end_time')
    def on_change_date(self):
        self.end_date = self.date
        if self.date and self.time and self.end_time:
            self.end_date = schedule.end_date(
                self.date, self.time, self.end_time)

    @fields.depends(methods=['on_change_date'])
    def on_change_time(self):
        self.on_change_date()

    @fields.depends(methods=['on_change_date'])
    def on_change_end_time(self):
        self.on_change_date()

    def get_offers(self):
        "Return what holders may choose"
        return tuple(
            name for name, chosen in [
                ('keep', self.kind == 'postponed'),
                ('refund', self.refund or self.kind == 'cancelled'),
                ('give', self.give)]
            if chosen)

    def get_hours(self):
        "Return the hours of the new date, None if it is not known"
        if self.kind == 'postponed' and self.date:
            return {name: getattr(self, name, None) for name in HOURS}

    def get_start(self):
        "Return the new start, None if it is not known"
        if self.get_hours():
            try:
                return schedule.to_utc(
                    self.date, self.time, self.performance.timezone)
            except ValueError:
                # The performance refuses it with a sentence.
                return None

    def get_asked(self, messages):
        return Asked(
            self.uuid, self.kind, self.get_offers(), self.deadline, messages,
            self.get_hours())


class ChangeText(ModelView):
    __name__ = 'tibillet.performance.change.text'
    __string__ = "Performance Change Text"

    addressed = fields.Integer("Messages to Send", states=_SHOWN)
    fields_known = fields.Char(
        "Fields", states=_SHOWN,
        help="What you may write between braces: each holder gets his own.")
    lines = fields.One2Many(
        'tibillet.performance.change.text.line', None, "Messages")


class ChangeTextLine(ModelView):
    __name__ = 'tibillet.performance.change.text.line'
    __string__ = "Performance Change Text Line"

    language = fields.Many2One('ir.lang', "Language", states=_SHOWN)
    subject = fields.Char("Subject", required=True)
    body = fields.Text("Message", required=True)
    sample = fields.Text("Values", states=_SHOWN)
    preview = fields.Function(
        fields.Text("What a Holder Reads"), 'on_change_with_preview')

    @fields.depends('subject', 'body', 'sample')
    def on_change_with_preview(self, name=None):
        values = json.loads(self.sample or '{}')
        return '\n\n'.join(
            change_text.fill(text, values)
            for text in [self.subject or '', self.body or ''])


class _Change(Wizard):
    _kind = None

    make = StateTransition()
    open_ = StateAction('tibillet_event.act_performance_choice')

    def default_start(self, fields):
        performance = self.record
        company = performance.event.company
        with without_check_access():
            return {
                'uuid': str(uuid.uuid4()),
                'kind': self._kind,
                'performance': performance.id,
                'currency': company.currency.id,
                'time': performance.time,
                'end_time': performance.end_time,
                'doors_time': performance.doors_time,
                'refund': True,
                'give': self._kind == 'cancelled' and self._has_gifts(),
                'deadline': change_making.today(company) + dt.timedelta(
                    days=DAYS[self._kind]),
                **_get_figures(performance, company),
                }

    def _has_gifts(self):
        "Return whether gifts have an account, so that they can be offered"
        pool = Pool()
        Configuration = pool.get('tibillet.ticket.configuration')
        return bool(Configuration(1).get_multivalue(
                'gifts_account',
                company=self.record.event.company.id))

    def default_message(self, fields):
        lines = getattr(self.message, 'lines', None)
        texts = {
            line.language.id: (line.subject, line.body)
            for line in lines or []}
        with without_check_access():
            return {
                'addressed': self.start.addressed,
                'fields_known': ' '.join(
                    f'{{{name}}}' for name in change_text.FIELDS),
                'lines': _get_lines(self.start, texts),
                }

    def transition_make(self):
        pool = Pool()
        Change = pool.get('tibillet.performance.change')
        lines = getattr(self.message, 'lines', None) or []
        Change.make(self.record, self.start.get_asked(tuple(
                    (line.language.id, line.subject, line.body)
                    for line in lines)))
        return 'open_'

    def do_open_(self, action):
        action['pyson_domain'] = PYSONEncoder().encode(
            [('change.request', '=', self.start.uuid)])
        return action, {}

    def end(self):
        return 'reload'


def _get_views(keep, change):
    "Return the views, with the names of the buttons that stop and that do it"
    return (
        StateView(
            'tibillet.performance.change.start',
            'tibillet_event.performance_change_start_view_form', [
                Button(keep, 'end', 'tryton-cancel'),
                Button(change, 'make', 'tryton-ok', states=_NOT_TOLD),
                Button("Go On", 'message', 'tryton-forward', default=True,
                    states=_TOLD),
                ]),
        StateView(
            'tibillet.performance.change.text',
            'tibillet_event.performance_change_text_view_form', [
                Button("Back", 'start', 'tryton-back'),
                Button(change, 'make', 'tryton-ok', default=True),
                ]))


class PerformanceCancel(_Change):
    __name__ = 'tibillet.performance.cancel'
    _kind = 'cancelled'

    start, message = _get_views(
        "Keep the Performance", "Cancel the Performance")


class PerformancePostpone(_Change):
    __name__ = 'tibillet.performance.postpone'
    _kind = 'postponed'

    start, message = _get_views("Keep the Date", "Postpone the Performance")


def _get_figures(performance, company):
    "Return what was sold, by whom, and how it was paid"
    holders = change_making.get_holders(performance)
    others = [h for h in holders if h.company != company.id]
    return {
        'tickets': sum(len(h.tickets) for h in holders),
        'amount': sum(h.amount for h in holders),
        'holders': len(holders),
        'addressed': sum(bool(h.address) for h in holders),
        'unaddressed': sum(
            len(h.tickets) for h in holders if not h.address),
        'others': sum(len(h.tickets) for h in others),
        'others_amount': sum(h.amount for h in others),
        'tenders': '\n'.join(_get_tenders(performance, company)),
        }


def _get_tenders(performance, company):
    "Yield what was paid in each way, less what was paid back"
    pool = Pool()
    Lang = pool.get('ir.lang')
    Line = pool.get('tibillet.boxoffice.return.line')
    names = dict(Line.fields_get(['tender'])['tender']['selection'])
    for line in Making(performance, company).get_tenders():
        yield gettext(
            'tibillet_event.msg_change_tender',
            tender=names.get(line['tender'], ''),
            amount=Lang.get().currency(line['amount'], company.currency))


def _get_lines(start, texts):
    """Return a message in each language of those who get one

    texts: subject and body that were written before, by language.
    """
    pool = Pool()
    Lang = pool.get('ir.lang')
    performance = start.performance
    company = performance.event.company
    told = [
        h for h in change_making.get_holders(performance) if h.address]
    own = [h for h in told if h.company == company.id]
    # That of who is told without a language comes first.
    default = (
        company.party.lang.code if company.party.lang
        else Transaction().language)
    codes = dict.fromkeys([default, *(h.language or default for h in told)])
    lines = []
    for lang in sorted(
            Lang.search([('code', 'in', list(codes))]),
            key=lambda lang: list(codes).index(lang.code)):
        holder = next((
                h for h in own if (h.language or default) == lang.code),
            own[0] if own else None)
        with Transaction().set_context(language=lang.code):
            subject, body = texts.get(lang.id) or (
                gettext(f'tibillet_event.msg_change_{part}_{start.kind}')
                for part in ['subject', 'body'])
            values = change_mail.get_values(
                performance, start.kind, start.get_offers(), start.deadline,
                performance.start, start.get_start(), company,
                holder.name if holder else None,
                len(holder.tickets) if holder else 1,
                holder.amount if holder else 0)
        line = {
            'language': lang.id,
            'subject': subject,
            'body': body,
            'sample': json.dumps(values),
            }
        lines.append(line)
    return lines
