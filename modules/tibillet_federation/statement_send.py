"""A statement is sent, contested, answered and approved."""
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from . import statement_mail
from .exceptions import StatementDueWarning, StatementSendError
from .kept_content import check, fingerprint
from .statement_export import get_shown

# Who approves a statement.
APPROVING_ROLES = {'provider', 'operator', 'contributor'}


class Statement(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    sent_hash = fields.Char(
        "Sent Fingerprint", readonly=True,
        help="The SHA-256 of what was sent to be approved.")

    sent_content = fields.Text("Sent Content", readonly=True)

    # A partner only reads a statement, and contests it.
    _reader_buttons = ['open_disputes']

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._computed_fields = {
            *cls._computed_fields, 'sent_hash', 'sent_content'}
        cls._transitions |= {
            ('computed', 'sent'),
            ('sent', 'contested'),
            ('contested', 'answered'),
            ('answered', 'contested'),
            ('sent', 'approved'),
            ('answered', 'approved'),
            }
        cls._buttons.update({
                'send': {
                    'invisible': Eval('state') != 'computed',
                    'icon': 'tryton-email',
                    'depends': ['state'],
                    },
                'open_disputes': {
                    'invisible': ~Eval('state').in_(
                        ['sent', 'contested', 'answered']),
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button
    @Workflow.transition('sent')
    def send(cls, statements):
        pool = Pool()
        Approval = pool.get('tibillet.convention.statement.approval')
        approvals = []
        for statement in statements:
            statement._check_over()
            statement.check_current()
            for party in statement.signing_parties:
                if not statement_mail.get_address(party):
                    raise StatementSendError(gettext(
                            'tibillet_federation.msg_statement_no_email',
                            statement=statement.rec_name,
                            party=party.rec_name))
                approvals.append(Approval(statement=statement, party=party))
            statement.sent_on = today(statement.convention.company)
            statement._warn_due()
        cls.save(statements)
        for statement in statements:
            shown = get_shown(statement)
            statement.sent_content = shown.decode()
            statement.sent_hash = fingerprint(shown)
        cls.save(statements)
        Approval.save(approvals)
        # The PDF is made and sent once the statement is stored.
        cls.__queue__.mail(statements)

    def get_sent_content(self):
        """Return the bytes that were sent, None where none were kept

        Raise KeptContentError when they are not what was sent.
        """
        if self.sent_content:
            return check(self, self.sent_content, self.sent_hash)

    def _check_over(self):
        "Check that nothing more may happen in the period"
        convention = self.convention
        day = today(convention.company)
        if self.end_date > day:
            raise StatementSendError(gettext(
                    'tibillet_federation.msg_statement_unfinished',
                    statement=self.rec_name,
                    date=convention.format_date(self.end_date)))
        if self.date > day:
            raise StatementSendError(gettext(
                    'tibillet_federation.msg_statement_date_future',
                    statement=self.rec_name,
                    date=convention.format_date(self.date)))

    def _warn_due(self):
        "Ask when it would be to pay before it may no longer be contested"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        convention = self.convention
        due, until = self.due_date, self.on_change_with_contest_until()
        # Another date of the statement could not change it.
        if not due or due >= until or self.date >= self.sent_on:
            return
        key = Warning.format('statement_due', [self])
        if Warning.check(key):
            raise StatementDueWarning(key, gettext(
                    'tibillet_federation.msg_statement_due_early',
                    statement=self.rec_name,
                    date=convention.format_date(self.date),
                    due=convention.format_date(due),
                    until=convention.format_date(until),
                    today_due=convention.format_date(
                        self._get_due_date(self.sent_on))))

    @classmethod
    def mail(cls, statements):
        "Send the PDF and a link to all parties"
        for statement in statements:
            for party in statement.convention.parties:
                if statement_mail.get_address(party.party):
                    statement_mail.send(statement, party.party)

    @classmethod
    @ModelView.button_action('tibillet_federation.act_dispute_statement')
    def open_disputes(cls, statements):
        pass

    @property
    def signing_parties(self):
        "The parties that approve the statement"
        return [
            p.party for p in self.convention.parties
            if APPROVING_ROLES & set(p.roles)]

    @classmethod
    @Workflow.transition('contested')
    def contest(cls, statements):
        pass

    @classmethod
    @Workflow.transition('answered')
    def answer(cls, statements):
        pass

    @classmethod
    @Workflow.transition('approved')
    def approve(cls, statements):
        pass

    @classmethod
    def follow(cls, statements):
        "Move on by what the disputes and the approvals say"
        contested, answered, approved = [], [], []
        for statement in cls.browse(statements):
            if any(d.state == 'open' for d in statement.disputes):
                contested.append(statement)
            elif statement.state == 'contested':
                answered.append(statement)
            elif statement.approvals and all(
                    a.date for a in statement.approvals):
                approved.append(statement)
        cls.contest(contested)
        cls.answer(answered)
        cls.approve(approved)
