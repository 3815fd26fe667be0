from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from .exceptions import DisputeAnswerError, DisputeModificationError

CONTESTABLE = ['sent', 'contested', 'answered']
# All that is contested is read and answered one by one.
TEXT_MAX = 4000
OPEN_MAX = 20

_states = {
    'readonly': Eval('id', -1) >= 0,
    }
# What a client proposes; the server checks a new dispute by _check_new.
_new = Eval('id', -1) < 0


class StatementDispute(ModelSQL, ModelView):
    __name__ = 'tibillet.convention.statement.dispute'
    __string__ = "Convention Statement Dispute"

    statement = fields.Many2One(
        'tibillet.convention.statement', "Statement",
        required=True, ondelete='CASCADE',
        domain=[
            If(_new, ('state', 'in', CONTESTABLE), ()),
            ],
        states=_states)
    services = fields.Function(
        fields.Many2Many(
            'tibillet.convention.service', None, None, "Services"),
        'on_change_with_services')
    service = fields.Many2One(
        'tibillet.convention.service', "Service", ondelete='RESTRICT',
        domain=[
            If(_new, ('id', 'in', Eval('services', [])), ()),
            ],
        states=_states,
        help="The service whose line is contested.\n"
        "Leave empty to contest the whole statement.")
    parties = fields.Function(
        fields.Many2Many('party.party', None, None, "Parties"),
        'on_change_with_parties')
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='RESTRICT',
        domain=[
            If(_new, ('id', 'in', Eval('parties', [])), ()),
            ],
        states=_states,
        help="The party that contests.")
    text = fields.Text(
        "What Is Contested", required=True, strip=True, states=_states)
    opened_by = fields.Char("Opened by", readonly=True)
    opened_on = fields.Date("Opened On", readonly=True)
    answer_text = fields.Text(
        "Answer", strip=True,
        states={
            'readonly': Eval('state') != 'open',
            'invisible': _new,
            })
    answered_by = fields.Char("Answered by", readonly=True)
    answered_on = fields.Date("Answered On", readonly=True)
    state = fields.Selection([
            ('open', "Open"),
            ('answered', "Answered"),
            ], "State", required=True, readonly=True, sort=False)


    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [
            ('statement', 'DESC'),
            ('id', 'ASC'),
            ]
        cls._buttons.update({
                'answer': {
                    'invisible': Eval('state') != 'open',
                    'readonly': ~Eval('answer_text'),
                    'icon': 'tryton-ok',
                    'depends': ['state', 'answer_text'],
                    },
                })

    @classmethod
    def default_party(cls):
        pool = Pool()
        User = pool.get('res.user')
        parties = User.get_partner_parties()
        if len(parties) == 1:
            return parties[0]

    @classmethod
    def default_state(cls):
        return 'open'

    @fields.depends('statement', '_parent_statement.lines')
    def on_change_with_services(self, name=None):
        if not self.statement:
            return []
        return list({l.service.id for l in self.statement.lines})

    @fields.depends('statement', '_parent_statement.convention')
    def on_change_with_parties(self, name=None):
        pool = Pool()
        User = pool.get('res.user')
        if not self.statement or not self.statement.convention:
            return []
        parties = [p.party.id for p in self.statement.convention.parties]
        partner_parties = User.get_partner_parties()
        if partner_parties:
            parties = [p for p in parties if p in partner_parties]
        return parties

    def get_rec_name(self, name):
        return ' - '.join(filter(None, [
                    self.statement.rec_name,
                    self.service.rec_name if self.service else None,
                    self.party.rec_name]))

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('text', *clause[1:])]

    @classmethod
    def preprocess_values(cls, mode, values):
        pool = Pool()
        User = pool.get('res.user')
        values = super().preprocess_values(mode, values)
        if mode == 'create':
            values['opened_by'] = User(Transaction().user).rec_name
            values['opened_on'] = cls._get_day(values.get('statement'))
            # It is written by who administers, later.
            for name in ['answer_text', 'answered_by', 'answered_on']:
                values.pop(name, None)
        return values

    @classmethod
    def _get_day(cls, statement):
        "Return the day it is for who administers the statement of this id"
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        if statement is None:
            return today()
        # Whether it may be contested is checked after.
        with without_check_access():
            return today(Statement(statement).convention.company)

    @classmethod
    def check_modification(cls, mode, disputes, values=None, external=False):
        super().check_modification(
            mode, disputes, values=values, external=external)
        for dispute in disputes:
            if mode == 'create':
                wrong = dispute.statement.state not in CONTESTABLE or (
                    external and dispute.state != 'open')
                if not wrong:
                    dispute._check_new()
            elif mode == 'delete':
                wrong = True
            else:
                wrong = dispute.state != 'open' or (
                    external and set(values) - {'answer_text'})
            if wrong:
                raise DisputeModificationError(gettext(
                        f'tibillet_federation.msg_dispute_{mode}',
                        dispute=dispute.rec_name,
                        statement=dispute.statement.rec_name))

    def _check_new(self):
        "Check who contests what, and that it is not too late"
        values = {
            'statement': self.statement.rec_name,
            'party': self.party.rec_name,
            }
        if self.party.id not in self.on_change_with_parties():
            raise DisputeModificationError(gettext(
                    'tibillet_federation.msg_dispute_party', **values))
        if (self.service
                and self.service.id not in self.on_change_with_services()):
            raise DisputeModificationError(gettext(
                    'tibillet_federation.msg_dispute_service',
                    service=self.service.rec_name, **values))
        self._check_measure(values)
        until = self.statement.contest_until
        if until and today(self.statement.convention.company) > until:
            raise DisputeModificationError(gettext(
                    'tibillet_federation.msg_dispute_late',
                    date=self.statement.convention.format_date(until),
                    **values))

    def _check_measure(self, values):
        "Check that who contests has not approved, and leaves time to answer"
        for approval in self.statement.approvals:
            if approval.party == self.party and approval.date:
                raise DisputeModificationError(gettext(
                        'tibillet_federation.msg_dispute_approved',
                        date=self.statement.convention.format_date(
                            approval.date),
                        **values))
        if len(self.text) > TEXT_MAX:
            raise DisputeModificationError(gettext(
                    'tibillet_federation.msg_dispute_long',
                    size=len(self.text), max=TEXT_MAX, **values))
        waiting = [
            d for d in self.statement.disputes
            if d.party == self.party and d.state == 'open']
        if len(waiting) > OPEN_MAX:
            raise DisputeModificationError(gettext(
                    'tibillet_federation.msg_dispute_many',
                    max=OPEN_MAX, **values))

    @classmethod
    def on_modification(cls, mode, disputes, field_names=None):
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        super().on_modification(mode, disputes, field_names=field_names)
        if mode == 'create':
            # A partner may not write the statement.
            with without_check_access():
                Statement.follow(
                    list(dict.fromkeys(d.statement for d in disputes)))

    @classmethod
    @ModelView.button
    def answer(cls, disputes):
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        User = pool.get('res.user')
        name = User(Transaction().user).rec_name
        for dispute in disputes:
            if not dispute.answer_text:
                raise DisputeAnswerError(gettext(
                        'tibillet_federation.msg_dispute_no_answer',
                        dispute=dispute.rec_name))
            if dispute.state == 'open':
                dispute.answered_by = name
                dispute.answered_on = cls._get_day(dispute.statement.id)
                dispute.state = 'answered'
        cls.save(disputes)
        Statement.follow(
            list(dict.fromkeys(d.statement for d in disputes)))
