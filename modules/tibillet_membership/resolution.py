"""What an assembly is asked, and what it answers, college by college."""
from collections import Counter
from decimal import Decimal
from fractions import Fraction

from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin

from trytond.i18n import gettext
from trytond.model import (
    ModelSQL, ModelView, Unique, Workflow, fields, sequence_ordered)
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.report import Report
from trytond.transaction import without_check_access

from tibillet.money import half_up

from . import ballot
from .assembly_rule import MAJORITIES, RATE_DIGITS
from .exceptions import ResolutionAccessError, ResolutionError

# What is shown of an exact part, which decides.
SHOWN = Decimal('0.0001')
CHOICES = ['yes', 'no', 'abstention', 'blank']
DECIDED = ['adopted', 'rejected', 'withdrawn']
ANNOUNCED = {'name', 'text', 'kind', 'majority', 'is_secret', 'sequence',
    'assembly'}


def percent(part):
    "Show a part of the votes"
    number = Report.format_number(
        half_up(part, SHOWN) * 100, None, digits=2)
    return f'{number}\xa0%'


class Resolution(sequence_ordered(), Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.resolution'
    __string__ = "Resolution"

    assembly = fields.Many2One(
        'tibillet.assembly', "Assembly", required=True, ondelete='CASCADE',
        states={
            'readonly': Eval('state') != 'draft',
            })
    name = fields.Char(
        "Title", required=True,
        states={
            'readonly': Eval('state') != 'draft',
            })
    text = fields.Text(
        "Text", required=True,
        states={
            'readonly': Eval('state') != 'draft',
            },
        help="On which the assembly votes, word for word.")
    kind = fields.Selection([
            ('accounts', "Accounts"),
            ('surplus', "Surplus"),
            ('board', "Mandates"),
            ('statutes', "Statutes"),
            ('other', "Other"),
            ], "About", required=True, sort=False,
        states={
            'readonly': Eval('state') != 'draft',
            },
        help="Statutes are changed by an extraordinary assembly.")
    majority = fields.Selection(
        [(None, "")] + MAJORITIES, "Majority", sort=False,
        states={
            'readonly': Eval('state') != 'draft',
            },
        help="Empty for the one of the statutes, or more.")
    is_secret = fields.Boolean(
        "Secret Ballot",
        states={
            'readonly': Eval('state') != 'draft',
            },
        help="Members sign; only the ballots of each college are counted.")
    counts = fields.One2Many(
        'tibillet.resolution.count', 'resolution', "Colleges", readonly=True)
    votes = fields.One2Many(
        'tibillet.vote', 'resolution', "Votes", readonly=True)
    waiting = fields.Function(fields.Integer(
            "Still to Vote",
            states={
                'invisible': Eval('state') != 'voting',
                }),
        'get_waiting')
    weight_for = fields.Function(fields.Numeric(
            "For", digits=RATE_DIGITS), 'get_result')
    weight_against = fields.Function(fields.Numeric(
            "Against", digits=RATE_DIGITS), 'get_result')
    sentence = fields.Function(fields.Char("Result"), 'get_sentence')
    calculation = fields.Function(
        fields.Text("Calculation"), 'get_calculation')
    state = fields.Selection([
            ('draft', "Draft"),
            ('voting', "Vote Open"),
            ('adopted', "Adopted"),
            ('rejected', "Rejected"),
            ('withdrawn', "Withdrawn"),
            ], "State", required=True, readonly=True, sort=False)
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    assembly_state = fields.Function(
        fields.Char("State of the Assembly"), 'on_change_with_assembly_state')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('assembly')
        cls._transitions |= {
            ('draft', 'voting'),
            ('voting', 'adopted'),
            ('voting', 'rejected'),
            ('draft', 'withdrawn'),
            }
        state, held = Eval('state'), Eval('assembly_state') == 'open'
        cls._buttons.update({
                'open_vote': {
                    'invisible': (state != 'draft') | ~held,
                    'icon': 'tryton-forward',
                    'depends': ['state', 'assembly_state'],
                    },
                'vote': {
                    'invisible': state != 'voting',
                    'icon': 'tryton-launch',
                    'depends': ['state'],
                    },
                'count': {
                    'invisible': (state != 'voting') | Eval('is_secret'),
                    'icon': 'tryton-ok',
                    'depends': ['state', 'is_secret'],
                    },
                'count_ballots': {
                    'invisible': (state != 'voting') | ~Eval('is_secret'),
                    'icon': 'tryton-ok',
                    'depends': ['state', 'is_secret'],
                    },
                'withdraw': {
                    'invisible': (state != 'draft') | ~held,
                    'icon': 'tryton-cancel',
                    'depends': ['state', 'assembly_state'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['state', *sorted(ANNOUNCED)],
            when="OLD.state IN ('adopted', 'rejected', 'withdrawn')")

    @classmethod
    def default_kind(cls):
        return 'other'

    @classmethod
    def default_is_secret(cls):
        return False

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends('assembly', '_parent_assembly.company')
    def on_change_with_company(self, name=None):
        return self.assembly.company if self.assembly else None

    @classmethod
    def search_company(cls, name, clause):
        return [('assembly.' + clause[0], *clause[1:])]

    @fields.depends('assembly', '_parent_assembly.state')
    def on_change_with_assembly_state(self, name=None):
        return self.assembly.state if self.assembly else None

    @property
    def is_decided(self):
        return self.state in DECIDED

    @property
    def majority_asked(self):
        return self.majority or self.assembly.rule.majority

    @classmethod
    def copy(cls, resolutions, default=None):
        default = default.copy() if default is not None else {}
        for name, value in [
                ('state', 'draft'), ('counts', None), ('votes', None)]:
            default.setdefault(name, value)
        return super().copy(resolutions, default=default)

    @classmethod
    def check_modification(
            cls, mode, resolutions, values=None, external=False):
        super().check_modification(
            mode, resolutions, values=values, external=external)
        for resolution in resolutions:
            announced = resolution.assembly.state != 'draft'
            if mode == 'write':
                refused = (
                    resolution.is_decided
                    or (external and 'state' in values)
                    or (announced and bool(ANNOUNCED.intersection(values))))
            else:
                refused = announced or (
                    external and resolution.state != 'draft')
            if refused:
                raise ResolutionAccessError(gettext(
                        'tibillet_membership.msg_resolution_immutable',
                        resolution=resolution.rec_name))

    def check_announced(self, kind, rule):
        "Refuse what the statutes do not let an assembly of a kind be asked"
        if self.kind == 'statutes' and kind == 'ordinary':
            raise ResolutionError(gettext(
                    'tibillet_membership.msg_resolution_statutes',
                    resolution=self.rec_name))
        if self.majority and ballot.is_weaker(self.majority, rule.majority):
            raise ResolutionError(gettext(
                    'tibillet_membership.msg_resolution_majority',
                    resolution=self.rec_name,
                    majority=rule.majority_string))

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('voting')
    def open_vote(cls, resolutions):
        for resolution in resolutions:
            resolution._check_open()
            resolution.assembly.check_quorum()

    def _check_open(self):
        if self.assembly.state != 'open':
            raise ResolutionError(gettext(
                    'tibillet_membership.msg_resolution_assembly',
                    resolution=self.rec_name,
                    assembly=self.assembly.rec_name))

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_vote')
    def vote(cls, resolutions):
        pass

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_ballots')
    def count_ballots(cls, resolutions):
        pass

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('withdrawn')
    def withdraw(cls, resolutions):
        for resolution in resolutions:
            resolution._check_open()

    @classmethod
    @ModelView.button
    @without_check_access
    def count(cls, resolutions):
        "Count the votes, college by college, and freeze the result"
        tools.take_turn(cls, [r.id for r in resolutions])
        for resolution in resolutions:
            if resolution.state == 'voting' and not resolution.is_secret:
                votes = {}
                for vote in resolution.votes:
                    votes.setdefault(
                        vote.attendance.line.college, Counter())[
                        vote.choice] += 1
                resolution.freeze_counts(votes)

    def freeze_counts(self, votes):
        """Write what each college voted, and whether it is adopted

        votes: how many of each choice, by college.
        """
        pool = Pool()
        Count = pool.get('tibillet.resolution.count')
        # Who was not counted may have come back to vote meanwhile.
        self.assembly.check_quorum()
        attendances = Counter(
            a.line.college for a in self.assembly.attendances)
        there = Counter(
            a.line.college for a in self.assembly.attendances
            if a.presence != 'absent')
        values = []
        for weight in sorted(
                self.assembly.roll.scheme.weights,
                key=lambda w: (w.college.name, w.id)):
            values.append({
                    'resolution': self.id,
                    'college': weight.college.id,
                    'college_name': weight.college.name,
                    'weight': weight.weight,
                    'voters': attendances[weight.college],
                    'there': there[weight.college],
                    **{c: votes.get(weight.college, {}).get(c, 0)
                        for c in CHOICES},
                    })
        Count.create(values)
        cls = self.__class__
        cls._decide([cls(self.id)])

    @classmethod
    def _decide(cls, resolutions):
        for resolution in resolutions:
            resolution.state = (
                'adopted' if resolution.get_counted().adopted
                else 'rejected')
        cls.save(resolutions)

    def get_counted(self):
        "Return what ballot counts of what is written"
        rule = self.assembly.rule
        return ballot.count([
                (Fraction(c.weight), ballot.Votes(
                        *(getattr(c, choice) for choice in CHOICES)))
                for c in self.counts],
            rule.method, self.majority_asked,
            abstentions_against=rule.abstentions == 'against',
            blanks_against=rule.blanks == 'against')

    @classmethod
    def get_waiting(cls, resolutions, name):
        with without_check_access():
            return {
                r.id: len(
                    {a for a in r.assembly.attendances
                        if a.presence != 'absent'}
                    - {v.attendance for v in r.votes})
                if r.state == 'voting' else None
                for r in cls.browse(resolutions)}

    @classmethod
    def get_result(cls, resolutions, names):
        found = {name: dict.fromkeys(r.id for r in resolutions)
            for name in names}
        for resolution in resolutions:
            if resolution.counts:
                counted = resolution.get_counted()
                for name in names:
                    found[name][resolution.id] = half_up(
                        getattr(counted, name), SHOWN)
        return found

    def get_sentence(self, name):
        if not self.counts:
            return None
        counted = self.get_counted()
        if counted.part is None:
            return gettext('tibillet_membership.msg_resolution_silent')
        asked = dict(self.fields_get(
                ['majority'])['majority']['selection'])[self.majority_asked]
        return gettext(
            'tibillet_membership.msg_resolution_' + self.state,
            part=percent(counted.part),
            weight_for=percent(counted.weight_for),
            weight_against=percent(counted.weight_against),
            majority=asked)

    def get_calculation(self, name):
        "Return what anybody needs to compute the result again"
        return '\n'.join([
                *(f'{c.college_name} · {c.sentence}' for c in self.counts),
                *([self.sentence] if self.counts else [])])

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'rejected', 'warning',
                    If(Eval('state') == 'withdrawn', 'muted',
                        If(Eval('state') == 'adopted', 'success', '')))),
            ]


def _count(name):
    return fields.Integer(name, required=True, readonly=True)


class ResolutionCount(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.resolution.count'
    __string__ = "Resolution Count"
    _fact_message = 'tibillet_membership.msg_resolution_count_immutable'

    resolution = fields.Many2One(
        'tibillet.resolution', "Resolution", required=True, readonly=True,
        ondelete='RESTRICT')
    college = fields.Many2One(
        'tibillet.college', "College", required=True, readonly=True,
        ondelete='RESTRICT')
    college_name = fields.Char(
        "Name of the College", required=True, readonly=True, strip=False)
    weight = fields.Numeric(
        "Weight", digits=RATE_DIGITS, required=True, readonly=True)
    voters = _count("On the Roll")
    there = fields.Integer(
        "There", readonly=True,
        help="Present or represented when the votes were counted.")
    yes = _count("For")
    no = _count("Against")
    abstention = _count("Abstentions")
    blank = _count("Blank or Void")
    sentence = fields.Function(
        fields.Char("Calculation"), 'get_sentence')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('resolution')
        table = cls.__table__()
        cls._sql_constraints += [
            ('college_unique', Unique(table, table.resolution, table.college),
                'tibillet_membership.msg_resolution_count_unique'),
            ]
        cls._order = [('college_name', 'ASC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'resolution', 'college', 'college_name', 'weight', 'voters',
                'there', *CHOICES])

    def get_rec_name(self, name):
        return self.college_name

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('college_name', *clause[1:])]

    @classmethod
    def get_sentence(cls, counts, name):
        found = {}
        for resolution in {c.resolution for c in counts}:
            method = resolution.assembly.rule.method
            for count, counted in zip(
                    resolution.counts, resolution.get_counted().colleges,
                    strict=True):
                found[count.id] = cls._get_sentence(method, counted)
        return {c.id: found[c.id] for c in counts}

    @staticmethod
    def _get_sentence(method, counted):
        if not counted.expressed:
            message = 'silent'
        elif method == 'majority':
            message = 'majority_' + (
                'for' if counted.weight_for else 'against')
        else:
            message = method
        return gettext(
            'tibillet_membership.msg_resolution_count_' + message,
            yes=counted.votes.yes,
            expressed=counted.expressed,
            weight=percent(counted.weight),
            weight_for=percent(counted.weight_for))
