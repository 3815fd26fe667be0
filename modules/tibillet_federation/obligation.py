import json

from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields, sequence_ordered
from trytond.pyson import Eval, If

from .child import ChildMixin
from .choice import OfConventionMixin
from .exceptions import ObligationDoneError, ObligationModificationError


class Obligation(
        sequence_ordered(), OfConventionMixin, ChildMixin, ModelSQL,
        ModelView):
    __name__ = 'tibillet.convention.obligation'
    __string__ = "Convention Obligation"

    _of_convention = ['party']

    convention = fields.Many2One(
        'tibillet.convention', "Convention", required=True,
        ondelete='CASCADE')
    party = fields.Many2One(
        'tibillet.convention.party', "Party", required=True,
        ondelete='RESTRICT',
        domain=[
            ('convention', '=', Eval('convention', -1)),
            ],
        help="The party that has promised.")
    text = fields.Text("Promise", required=True)
    frequency = fields.Selection([
            ('permanent', "Permanent"),
            ('service', "At Each Service"),
            ('statement', "At Each Statement"),
            ('year', "Every Year"),
            ('once', "Once"),
            ], "Frequency", required=True, sort=False)
    frequency_string = frequency.translated('frequency')
    due_date = fields.Date(
        "Due Date", help="The day by which it must be done.")
    done_on = fields.Date("Done On", readonly=True)
    evidence = fields.Char(
        "Evidence", help="What shows that the promise is kept.")
    state = fields.Function(
        fields.Selection([
                ('open', "Open"),
                ('done', "Done"),
                ('late', "Late"),
                ], "State", sort=False,
            help="Late when the due date is past."),
        'get_state', searcher='search_state')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        cls._buttons.update({
                'do': {
                    'invisible': Eval('state') == 'done',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                'reopen': {
                    'invisible': Eval('state') != 'done',
                    'icon': 'tryton-undo',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_frequency(cls):
        return 'permanent'

    @classmethod
    def get_state(cls, obligations, name):
        conventions = {o.convention for o in obligations}
        days = {c: today(c.company) for c in conventions}
        return {
            o.id: 'done' if o.done_on
            else 'late' if o.due_date and o.due_date < days[o.convention]
            else 'open'
            for o in obligations}

    @classmethod
    def search_state(cls, name, clause):
        _, operator, value = clause
        day = today()
        domains = {
            'done': [('done_on', '!=', None)],
            'late': [('done_on', '=', None), ('due_date', '<', day)],
            'open': [
                ('done_on', '=', None),
                ['OR', ('due_date', '=', None), ('due_date', '>=', day)],
                ],
            }
        values = value if isinstance(value, (list, tuple)) else [value]
        if operator.startswith(('!', 'not')):
            values = set(domains) - set(values)
        return ['OR', ('id', '=', -1), *(
                domains[v] for v in values if v in domains)]

    def get_rec_name(self, name):
        return f'{self.party.rec_name}: {self.text.splitlines()[0]}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('text', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'late', 'danger',
                    If(Eval('state') == 'done', 'muted', ''))),
            ]

    # What the document of the clauses says of it.
    _signed_fields = {
        'convention', 'party', 'text', 'frequency', 'due_date'}

    def _is_signed(self):
        "Return if it stands in clauses that the parties have adopted"
        for version in self.convention.versions:
            if version.state in {'adopted', 'superseded'}:
                content = version.get_kept_content()
                # Those adopted before contents were kept had all of them.
                if not content or any(
                        o['text'] == self.text
                        for o in json.loads(content)['obligations']):
                    return True
        return False

    @classmethod
    def check_modification(
            cls, mode, obligations, values=None, external=False):
        super().check_modification(
            mode, obligations, values=values, external=external)
        if mode == 'delete' or (
                mode == 'write' and cls._signed_fields & set(values)):
            for obligation in obligations:
                if obligation._is_signed():
                    raise ObligationModificationError(gettext(
                            'tibillet_federation.msg_obligation_signed',
                            obligation=obligation.rec_name))
        if mode == 'delete':
            for obligation in obligations:
                if obligation.done_on:
                    raise ObligationModificationError(gettext(
                            'tibillet_federation.msg_obligation_delete',
                            obligation=obligation.rec_name))

    @classmethod
    def validate_fields(cls, obligations, field_names):
        super().validate_fields(obligations, field_names)
        if 'evidence' in field_names:
            cls._check_evidence([o for o in obligations if o.done_on])

    @classmethod
    def _check_evidence(cls, obligations):
        for obligation in obligations:
            if not obligation.evidence:
                raise ObligationDoneError(gettext(
                        'tibillet_federation.msg_obligation_evidence',
                        obligation=obligation.rec_name))

    @classmethod
    @ModelView.button
    def do(cls, obligations):
        cls._check_evidence(obligations)
        for obligation in obligations:
            if not obligation.done_on:
                obligation.done_on = today(obligation.convention.company)
        cls.save(obligations)

    @classmethod
    @ModelView.button
    def reopen(cls, obligations):
        for obligation in obligations:
            obligation.done_on = None
        cls.save(obligations)
