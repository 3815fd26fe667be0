from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction

from .exceptions import (
    StatementApprovalError, StatementChangedWarning,
    StatementModificationError)


class StatementApproval(ModelSQL, ModelView):
    __name__ = 'tibillet.convention.statement.approval'
    __string__ = "Convention Statement Approval"

    statement = fields.Many2One(
        'tibillet.convention.statement', "Statement",
        required=True, readonly=True, ondelete='CASCADE')
    statement_state = fields.Function(
        fields.Selection('get_statement_states', "Statement State"),
        'on_change_with_statement_state')
    party = fields.Many2One(
        'party.party', "Party", required=True, readonly=True,
        ondelete='RESTRICT')
    note = fields.Char(
        "Note",
        states={
            'readonly': Bool(Eval('date')),
            },
        help="How it was approved: a message, a meeting, a signature.\n"
        "Needed when the party does not approve by its own login.")
    date = fields.Date("Approved On", readonly=True)
    recorded_by = fields.Char("Recorded by", readonly=True)

    # A partner may not write a statement, and approves for itself.
    _reader_buttons = ['approve']

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('statement')
        table = cls.__table__()
        cls._sql_constraints += [
            ('party_unique', Unique(table, table.statement, table.party),
                'tibillet_federation.msg_statement_approval_unique'),
            ]
        cls._order = [
            ('statement', 'DESC'),
            ('id', 'ASC'),
            ]
        cls._buttons.update({
                'approve': {
                    'invisible': (
                        Bool(Eval('date'))
                        | ~Eval('statement_state').in_(
                            ['sent', 'answered'])),
                    'icon': 'tryton-ok',
                    'depends': ['date', 'statement_state'],
                    },
                })

    @classmethod
    def get_statement_states(cls):
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        return Statement.fields_get(['state'])['state']['selection']

    @fields.depends('statement', '_parent_statement.state')
    def on_change_with_statement_state(self, name=None):
        return self.statement.state if self.statement else None

    def get_rec_name(self, name):
        return f'{self.statement.rec_name} - {self.party.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party.rec_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, approvals, values=None, external=False):
        super().check_modification(
            mode, approvals, values=values, external=external)
        for approval in approvals:
            if approval.statement.is_locked or (
                    external and (mode != 'write' or set(values) - {'note'}
                        or approval.date)):
                raise StatementModificationError(gettext(
                        'tibillet_federation.msg_statement_modification',
                        statement=approval.statement.rec_name))

    @classmethod
    @ModelView.button
    def approve(cls, approvals):
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        User = pool.get('res.user')
        name = User(Transaction().user).rec_name
        for approval in approvals:
            approval._check_approver()
            if approval.statement.state not in {'sent', 'answered'}:
                raise StatementApprovalError(gettext(
                        'tibillet_federation.msg_statement_approval_state',
                        statement=approval.statement.rec_name,
                        party=approval.party.rec_name))
            approval._warn_changed()
            if not approval.date:
                company = approval.statement.convention.company
                approval.date = today(company)
                approval.recorded_by = name
        cls.save(approvals)
        Statement.follow(
            list(dict.fromkeys(a.statement for a in approvals)))

    def _warn_changed(self):
        "Ask when what was sent could not be locked any more"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        key = Warning.format('statement_changed', [self])
        if not self.statement.is_current and Warning.check(key):
            raise StatementChangedWarning(key, gettext(
                    'tibillet_federation.msg_statement_changed',
                    statement=self.statement.rec_name))

    def _check_approver(self):
        """Check that the user may speak for the party

        A partner approves for itself, whoever keeps its books here too; what
        another party said is recorded with how it said it.
        """
        pool = Pool()
        Company = pool.get('company.company')
        User = pool.get('res.user')
        partner_of = User.get_partner_parties()
        if partner_of:
            if self.party.id not in partner_of:
                raise StatementApprovalError(gettext(
                        'tibillet_federation.msg_statement_approval_party',
                        statement=self.statement.rec_name,
                        party=self.party.rec_name))
            return
        own = {c.party for c in Company.browse(User.get_companies())}
        if self.party not in own and not self.note:
            raise StatementApprovalError(gettext(
                    'tibillet_federation.msg_statement_approval_note',
                    statement=self.statement.rec_name,
                    party=self.party.rec_name))
