from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import (
    ModelSQL, ModelView, Workflow, fields, sequence_ordered)
from trytond.pyson import Eval, If

from .child import ChildMixin
from .choice import OfConventionMixin
from .exceptions import QuestionAnswerError, QuestionModificationError


class Question(
        Workflow, sequence_ordered(), OfConventionMixin, ChildMixin, ModelSQL,
        ModelView):
    __name__ = 'tibillet.convention.question'
    __string__ = "Convention Question"

    _of_convention = ['answered_by']
    _states = {
        'readonly': Eval('state') != 'open',
        }

    convention = fields.Many2One(
        'tibillet.convention', "Convention", required=True,
        ondelete='CASCADE')
    title = fields.Char("Question", required=True, states=_states)
    text = fields.Text(
        "What the Texts Say", states=_states)
    figures = fields.Text(
        "Figures", states=_states,
        help="The amounts and quantities at stake.")
    answer = fields.Text("Answer", strip=True, states=_states)
    answered_by = fields.Many2One(
        'tibillet.convention.party', "Answered By", ondelete='RESTRICT',
        domain=[
            ('convention', '=', Eval('convention', -1)),
            ],
        states=_states,
        help="The party that answers; leave empty when all do.")
    answered_on = fields.Date(
        "Answered On", readonly=True,
        states={
            'invisible': Eval('state') == 'open',
            })
    state = fields.Selection([
            ('open', "Open"),
            ('answered', "Answered"),
            ], "State", required=True, readonly=True, sort=False)

    del _states

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        cls._transitions |= {
            ('open', 'answered'),
            ('answered', 'open'),
            }
        cls._buttons.update({
                'settle': {
                    'invisible': Eval('state') != 'open',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                'reopen': {
                    'invisible': Eval('state') != 'answered',
                    'icon': 'tryton-undo',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_state(cls):
        return 'open'

    def get_rec_name(self, name):
        return self.title

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('title', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'answered', 'muted', '')),
            ]

    @classmethod
    def check_modification(
            cls, mode, questions, values=None, external=False):
        super().check_modification(
            mode, questions, values=values, external=external)
        if mode == 'delete':
            for question in questions:
                if question.state == 'answered':
                    raise QuestionModificationError(gettext(
                            'tibillet_federation.msg_question_delete',
                            question=question.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('answered')
    def settle(cls, questions):
        for question in questions:
            if not question.answer:
                raise QuestionAnswerError(gettext(
                        'tibillet_federation.msg_question_answer',
                        question=question.rec_name))
            question.answered_on = today(question.convention.company)
        cls.save(questions)

    @classmethod
    @ModelView.button
    @Workflow.transition('open')
    def reopen(cls, questions):
        for question in questions:
            question.answered_on = None
        cls.save(questions)
