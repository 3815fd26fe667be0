"""Write to members before and after the end of what they have paid."""
import datetime as dt

from sql import Null
from sql.aggregate import Min
from sql.operators import Exists
from tibillet_base import mail
from tibillet_base.tools import cursor, each_company, sliced, today

from trytond.i18n import gettext
from trytond.model import DeactivableMixin, ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from tibillet import named_fields

from .exceptions import ReminderFieldError

# What a text may hold between braces.
FIELDS = ['member', 'number', 'plan', 'end', 'amount', 'organisation']
# A rule that was made, or a server that stood still, makes up for so much.
LATE_DAYS = 30
# How many are written to in one transaction.
BATCH = 100


class Reminder(DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.membership.reminder'
    __string__ = "Membership Reminder"

    name = fields.Char("Name", required=True)
    company = fields.Many2One('company.company', "Company", required=True)
    plan = fields.Many2One(
        'tibillet.membership.plan', "Plan", ondelete='CASCADE',
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        help="Empty for the members of all plans.")
    days = fields.Integer(
        "Days", required=True,
        domain=[
            ('days', '>=', 0),
            ])
    when = fields.Selection([
            ('before', "Before the End"),
            ('after', "After the End"),
            ], "When", required=True, sort=False)
    subject = fields.Char("Subject", required=True, translate=True)
    body = fields.Text(
        "Text", required=True, translate=True,
        help="{member}, {number}, {plan}, {end}, {amount} and {organisation} "
        "are filled in.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('when', 'DESC'), ('days', 'ASC'), ('id', 'ASC')]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_days(cls):
        return 30

    @classmethod
    def default_when(cls):
        return 'before'

    @classmethod
    def default_subject(cls):
        return gettext('tibillet_membership.msg_reminder_subject')

    @classmethod
    def default_body(cls):
        return gettext('tibillet_membership.msg_reminder_body')

    @classmethod
    def validate_fields(cls, reminders, field_names):
        super().validate_fields(reminders, field_names)
        if field_names & {'subject', 'body'}:
            for reminder in reminders:
                unknown = named_fields.unknown(
                    f'{reminder.subject} {reminder.body}', FIELDS)
                if unknown:
                    raise ReminderFieldError(gettext(
                            'tibillet_membership.msg_reminder_field',
                            reminder=reminder.rec_name,
                            unknown=', '.join(
                                f'{{{name}}}' for name in unknown),
                            names=', '.join(
                                f'{{{name}}}' for name in FIELDS)))

    def get_due(self, date):
        """Return (membership, end) of those to write to on a date, by ids

        Who has renewed, has left or was written to already is not among
        them; a person with two memberships that end together is once.
        """
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Period = pool.get('tibillet.membership.period')
        Sent = pool.get('tibillet.membership.reminder.sent')
        period, later = Period.__table__(), Period.__table__()
        membership, sent = Membership.__table__(), Sent.__table__()
        days = dt.timedelta(days=self.days)
        if self.when == 'before':
            first, last = date, date + days
        else:
            first = date - days - dt.timedelta(days=LATE_DAYS)
            last = date - days
        where = (
            (membership.company == self.company.id)
            & (membership.accepted_on != Null)
            & (membership.cancelled_on == Null)
            & (period.cancelled_on == Null)
            & (period.end >= first) & (period.end <= last)
            & ~Exists(later.select(later.id, where=(
                        (later.membership == period.membership)
                        & (later.cancelled_on == Null)
                        & (later.start > period.start))))
            & ~Exists(sent.select(sent.id, where=(
                        (sent.reminder == self.id)
                        & (sent.party == membership.party)
                        & (sent.due_date == period.end)))))
        if self.plan:
            where &= membership.plan == self.plan.id
        statement = cursor()
        statement.execute(*period.join(
                membership, condition=period.membership == membership.id)
            .select(
                Min(membership.id).as_('membership'), period.end,
                where=where, group_by=[membership.party, period.end],
                order_by=[period.end, Min(membership.id)]))
        return statement.fetchall()

    @classmethod
    def get_all_due(cls, company, date):
        "Return (reminder, membership, end) of all that is to be written"
        return [
            (reminder, membership, end)
            for reminder in cls.search([('company', '=', company.id)])
            for membership, end in reminder.get_due(date)]

    @classmethod
    def remind(cls):
        "Write to those who are due, a batch in a transaction"
        for company in each_company():
            for reminder in cls.search([('company', '=', company.id)]):
                due = reminder.get_due(today(company))
                for some in sliced(due, BATCH):
                    cls.__queue__.send_due(
                        [reminder], [[id_, str(end)] for id_, end in some])

    @classmethod
    def send_due(cls, reminders, due):
        "Write to memberships by [id, end as ISO text], as remind gives them"
        for reminder in reminders:
            reminder.send([
                    (id_, dt.date.fromisoformat(end)) for id_, end in due])

    def send(self, due):
        """Write to memberships by (id, end), to each person once

        By e-mail, or by a letter that waits to be printed for those who have
        no address. Return what was sent.
        """
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Sent = pool.get('tibillet.membership.reminder.sent')
        with without_check_access():
            memberships = Membership.browse([id_ for id_, _ in due])
            known = {
                (s.party, s.due_date) for s in Sent.search([
                        ('reminder', '=', self.id),
                        ('party', 'in', [m.party.id for m in memberships]),
                        ])}
            to_save = []
            for membership, (_, end) in zip(memberships, due, strict=True):
                if (membership.party, end) not in known:
                    known.add((membership.party, end))
                    to_save.append(self._get_sent(membership, end))
            # First, so that a second one at the same time is refused.
            Sent.save(to_save)
            for sent in to_save:
                if sent.channel == 'email':
                    sent.send_email()
        return to_save

    def _get_sent(self, membership, end):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Reminder = pool.get('tibillet.membership.reminder')
        Sent = pool.get('tibillet.membership.reminder.sent')
        Configuration = pool.get('ir.configuration')
        party = membership.party
        address = mail.get_address(party)
        lang = party.lang or self.company.party.lang
        language = lang.code if lang else Configuration.get_language()
        with Transaction().set_context(language=language):
            reminder = Reminder(self.id)
            values = Membership(membership.id).get_reminder_values(end)
            subject = named_fields.fill(reminder.subject, values)
            body = named_fields.fill(reminder.body, values)
        return Sent(
            reminder=self, company=self.company, membership=membership,
            party=party, due_date=end, sent_on=today(self.company),
            channel='email' if address else 'letter', address=address,
            subject=subject, body=body)


class Membership(metaclass=PoolMeta):
    __name__ = 'tibillet.membership'

    def get_reminder_values(self, end):
        "Return the named fields of a text, in the language of the context"
        pool = Pool()
        Lang = pool.get('ir.lang')
        amount = self.get_proposed_amount()
        return {
            'member': self.party.name or '',
            'number': self.number or '',
            'plan': self.plan.rec_name,
            'end': Lang.get().strftime(end),
            'amount': (
                self.plan.format_amount(amount) if amount is not None
                else gettext('tibillet_membership.msg_reminder_amount')),
            'organisation': self.company.party.name or '',
            }


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.method.selection.append((
                'tibillet.membership.reminder|remind',
                "Remind Members"))
