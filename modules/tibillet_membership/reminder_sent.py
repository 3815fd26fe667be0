"""What was written to a member: once for a person, a rule and an end."""
from sql.operators import Exists
from tibillet_base import mail
from tibillet_base.tools import cursor, forget, sliced, table, today
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval, If, PYSONEncoder
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from .exceptions import ReminderAccessError

CHANNELS = [
    ('email', "E-mail"),
    ('letter', "Letter"),
    ]
# How many the preview shows.
SHOWN = 200
# What is emptied when a person is forgotten, and what is left of it.
TEXTS = ['address', 'subject', 'body']
NO_TEXTS = [None, '-', '-']


class ReminderSent(ModelSQL, ModelView):
    __name__ = 'tibillet.membership.reminder.sent'
    __string__ = "Membership Reminder Sent"

    reminder = fields.Many2One(
        'tibillet.membership.reminder', "Reminder", required=True,
        readonly=True, ondelete='RESTRICT')
    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True)
    membership = fields.Many2One(
        'tibillet.membership', "Membership", required=True, readonly=True,
        ondelete='RESTRICT')
    party = fields.Many2One(
        'party.party', "Member", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    due_date = fields.Date("End", required=True, readonly=True)
    sent_on = fields.Date("Written on", required=True, readonly=True)
    channel = fields.Selection(
        CHANNELS, "By", required=True, readonly=True, sort=False)
    address = fields.Char(
        "E-mail Address", readonly=True,
        states={
            'invisible': Eval('channel') != 'email',
            })
    subject = fields.Char("Subject", required=True, readonly=True)
    body = fields.Text("Text", required=True, readonly=True)
    printed_on = fields.Date(
        "Printed on", readonly=True,
        states={
            'invisible': Eval('channel') != 'letter',
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('party_unique',
                Unique(table, table.reminder, table.party, table.due_date),
                'tibillet_membership.msg_reminder_sent_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.membership, Index.Equality())),
                Index(
                    table,
                    (table.company, Index.Equality()),
                    (table.sent_on, Index.Range())),
                })
        cls._order = [('sent_on', 'DESC'), ('id', 'DESC')]

    def get_rec_name(self, name):
        return f'{self.reminder.rec_name}, {self.party.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('reminder.rec_name', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    (Eval('channel') == 'letter') & ~Bool(Eval('printed_on')),
                    'warning', '')),
            ]

    @classmethod
    def check_modification(cls, mode, sent, values=None, external=False):
        super().check_modification(
            mode, sent, values=values, external=external)
        if mode == 'delete' or external or (
                mode == 'write' and values.keys() - {'printed_on'}):
            for record in sent:
                raise ReminderAccessError(gettext(
                        'tibillet_membership.msg_reminder_sent_immutable',
                        sent=record.rec_name))

    def send_email(self):
        message, body = mail.compose(
            self.company, self.address, self.party.name, self.subject,
            self.body)
        mail.send(message, body, self)

    @classmethod
    def print_letters(cls, sent):
        "Keep on which day letters were printed first"
        for record in sent:
            if not record.printed_on:
                cls.write([record], {'printed_on': today(record.company)})

    @classmethod
    def forget(cls, sent):
        "Forget where it was sent and what it said; that it was sent stays"
        own = cls.__table__()
        for some in sliced(sent):
            ids = [s.id for s in some]
            cursor().execute(*own.update(
                    [getattr(own, name) for name in TEXTS], NO_TEXTS,
                    where=fields.SQL_OPERATORS['in'](own.id, ids)))
            forget(cls, ids)
        mail.forget(sent)


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.membership.reminder.sent', 'party'),
            ]

    def transition_replace(self):
        # What was written to both for the same end was written to one.
        sent = table('tibillet.membership.reminder.sent')
        other = table('tibillet.membership.reminder.sent')
        cursor().execute(*sent.delete(
                where=(sent.party == self.ask.source.id)
                & Exists(other.select(other.id, where=(
                            (other.party == self.ask.destination.id)
                            & (other.reminder == sent.reminder)
                            & (other.due_date == sent.due_date))))))
        return super().transition_replace()


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def to_erase(self, party_id):
        pool = Pool()
        Sent = pool.get('tibillet.membership.reminder.sent')
        return super().to_erase(party_id) + [
            (Sent, [('party', '=', party_id)], True,
                TEXTS, NO_TEXTS),
            ]

    @without_check_access
    def transition_erase(self):
        pool = Pool()
        Sent = pool.get('tibillet.membership.reminder.sent')
        transition = super().transition_erase()
        mail.forget(Sent.search([('party', '=', self.ask.party.id)]))
        return transition


class LetterReport(WholeReport):
    __name__ = 'tibillet.membership.reminder.letter'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Sent = pool.get('tibillet.membership.reminder.sent')
        context = super().get_context(records, header, data)
        # Nothing is left to be written to who was forgotten.
        letters = [
            s for s in Sent.browse([int(r) for r in records])
            if s.body != NO_TEXTS[-1]]
        context['letters'] = [{
                'sender': letter.company.party,
                'sender_address': letter.company.party.address_get(),
                'party': letter.party,
                'address': letter.party.address_get(),
                'date': letter.sent_on,
                'subject': letter.subject,
                'paragraphs': letter.body.split('\n\n'),
                } for letter in letters]
        Sent.print_letters(letters)
        return context


class RemindStart(ModelView):
    __name__ = 'tibillet.membership.remind.start'
    __string__ = "Membership Remind Start"

    company = fields.Many2One(
        'company.company', "Company", states={'readonly': True})
    emails = fields.Integer("E-mails", states={'readonly': True})
    letters = fields.Integer(
        "Letters", states={'readonly': True},
        help="For those who have no e-mail address.")
    lines = fields.One2Many(
        'tibillet.membership.remind.line', None, "To Write",
        states={'readonly': True},
        help="The first ones if there are many.")


class RemindLine(ModelView):
    __name__ = 'tibillet.membership.remind.line'
    __string__ = "Membership Remind Line"

    reminder = fields.Many2One(
        'tibillet.membership.reminder', "Reminder", readonly=True)
    membership = fields.Many2One(
        'tibillet.membership', "Membership", readonly=True)
    due_date = fields.Date("End", readonly=True)
    channel = fields.Selection(CHANNELS, "By", readonly=True, sort=False)
    address = fields.Char("E-mail Address", readonly=True)


class Remind(Wizard):
    __name__ = 'tibillet.membership.remind'

    start = StateView(
        'tibillet.membership.remind.start',
        'tibillet_membership.membership_remind_start_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Send", 'send', 'tryton-ok', default=True,
                states={
                    'readonly': ~Eval('lines'),
                    }),
            ])
    send = StateAction('tibillet_membership.act_reminder_sent')

    def _get_due(self, company):
        pool = Pool()
        Reminder = pool.get('tibillet.membership.reminder')
        with without_check_access():
            return Reminder.get_all_due(company, today(company))

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Membership = pool.get('tibillet.membership')
        company = Company(Transaction().context['company'])
        due = self._get_due(company)
        with without_check_access():
            memberships = Membership.browse([id_ for _, id_, _ in due])
            addresses = [mail.get_address(m.party) for m in memberships]
        emails = sum(1 for a in addresses if a)
        return {
            'company': company.id,
            'emails': emails,
            'letters': len(due) - emails,
            'lines': [{
                    'reminder': reminder.id,
                    'membership': id_,
                    'due_date': end,
                    'channel': 'email' if address else 'letter',
                    'address': address,
                    } for (reminder, id_, end), address
                in list(zip(due, addresses, strict=True))[:SHOWN]],
            }

    def do_send(self, action):
        sent = []
        by_reminder = {}
        for reminder, id_, end in self._get_due(self.start.company):
            by_reminder.setdefault(reminder, []).append((id_, end))
        for reminder, due in by_reminder.items():
            sent += reminder.send(due)
        action['pyson_domain'] = PYSONEncoder().encode(
            [('id', 'in', [s.id for s in sent])])
        return action, {}
