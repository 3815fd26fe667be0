"""Assemblies of a co-operative: convened, attended, held, closed."""
import datetime as dt

from sql.aggregate import Max
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, Workflow, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from . import ballot
from .assembly_rule import KINDS
from .exceptions import (
    AssemblyAccessError, AssemblyDateError, AssemblyError, AssemblyQuorumError)

STATES = [
    ('draft', "Draft"),
    ('convened', "Convened"),
    ('open', "Open"),
    ('closed', "Closed"),
    ('failed', "Without Quorum"),
    ('cancelled', "Cancelled"),
    ]
# What is typed before the assembly is convened.
ANNOUNCED = [
    'company', 'kind', 'call', 'first', 'date', 'hour', 'place',
    'convened_on', 'agenda']
# What is typed until it is closed.
HELD = ['roll', 'chair', 'secretary', 'scrutineers', 'notes']
# What only buttons write.
WRITTEN = {'number', 'rule', 'state', 'call', 'first'}
ENDED = ['closed', 'failed', 'cancelled']


def _only(*states):
    return {'readonly': ~Eval('state').in_(list(states))}


class Assembly(Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.assembly'
    __string__ = "Assembly"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT',
        states={
            'readonly': (Eval('state') != 'draft') | Eval('resolutions', [0]),
            })
    number = fields.Integer(
        "Number", readonly=True,
        states={
            'invisible': ~Eval('number'),
            },
        help="Of the minutes, without holes within a company.")
    kind = fields.Selection(
        KINDS, "Assembly", required=True, sort=False, states=_only('draft'))
    kind_string = kind.translated('kind')
    call = fields.Selection([
            ('first', "First"),
            ('second', "Second"),
            ], "Call", required=True, readonly=True, sort=False)
    first = fields.Many2One(
        'tibillet.assembly', "First Assembly", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('first'),
            },
        help="Which lacked its quorum.")
    date = fields.Date("Date", required=True, states=_only('draft'))
    hour = fields.Time(
        "Time", format='%H:%M', required=True, states=_only('draft'))
    place = fields.Char("Place", required=True, states=_only('draft'))
    convened_on = fields.Date(
        "Convened on", states=_only('draft'),
        help="The day on which the members are written to; empty for the "
        "day on which Convene is clicked.")
    rule = fields.Many2One(
        'tibillet.assembly.rule', "Statutes", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('rule'),
            })
    roll = fields.Many2One(
        'tibillet.roll', "Electoral Roll", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'frozen'),
            ('date', '<=', Eval('date', None)),
            ],
        states={
            'readonly': (
                ~Eval('state').in_(['draft', 'convened'])
                | Eval('attendances', [])),
            },
        help="Who may vote, frozen on the day that the statutes say.")
    agenda = fields.Text("Agenda", states=_only('draft'))
    resolutions = fields.One2Many(
        'tibillet.resolution', 'assembly', "Resolutions",
        states=_only('draft'))
    attendances = fields.One2Many(
        'tibillet.assembly.attendance', 'assembly', "Attendance Sheet",
        states=_only('convened', 'open'))
    chair = fields.Char("Chair", states=_only('convened', 'open'))
    secretary = fields.Char("Secretary", states=_only('convened', 'open'))
    scrutineers = fields.Char(
        "Scrutineers", states=_only('convened', 'open'))
    notes = fields.Text(
        "What Was Said", states=_only('convened', 'open'),
        help="Printed in the minutes before the votes.")
    voters = fields.Function(fields.Integer("On the Roll"), 'get_presence')
    present = fields.Function(fields.Integer("Present"), 'get_presence')
    represented = fields.Function(
        fields.Integer("Represented"), 'get_presence')
    quorum_sentence = fields.Function(
        fields.Char("Quorum"), 'get_quorum_sentence')
    state = fields.Selection(
        STATES, "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.company, table.number),
                'tibillet_membership.msg_assembly_number_unique'),
            ]
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._transitions |= {
            ('draft', 'convened'),
            ('convened', 'open'),
            ('open', 'closed'),
            ('open', 'failed'),
            ('draft', 'cancelled'),
            ('convened', 'cancelled'),
            }
        state = Eval('state')
        cls._buttons.update({
                'convene': {
                    'invisible': state != 'draft',
                    'icon': 'tryton-forward',
                    'depends': ['state'],
                    },
                'draw_sheet': {
                    'invisible': (
                        (state != 'convened') | Eval('attendances', [])),
                    'icon': 'tryton-list',
                    'depends': ['state', 'attendances'],
                    },
                'open': {
                    'invisible': (
                        (state != 'convened') | ~Eval('attendances', [])),
                    'icon': 'tryton-forward',
                    'depends': ['state', 'attendances'],
                    },
                'close': {
                    'invisible': state != 'open',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                'fail': {
                    'invisible': state != 'open',
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                'call_again': {
                    'invisible': (
                        (state != 'failed') | (Eval('call') != 'first')),
                    'icon': 'tryton-refresh',
                    'depends': ['state', 'call'],
                    },
                'cancel': {
                    'invisible': ~state.in_(['draft', 'convened']),
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['number', 'rule', 'state', *ANNOUNCED, *HELD],
            when="OLD.state IN ('closed', 'failed')")

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_kind(cls):
        return 'ordinary'

    @classmethod
    def default_call(cls):
        return 'first'

    @classmethod
    def default_hour(cls):
        return dt.time(18, 0)

    @classmethod
    def default_state(cls):
        return 'draft'

    def get_rec_name(self, name):
        return gettext(
            f'tibillet_membership.msg_assembly_{self.kind}_name',
            company=self.company.rec_name,
            date=Report.format_date(self.date))

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('company.rec_name', *clause[1:])]

    @classmethod
    def get_presence(cls, assemblies, names):
        found = {name: {} for name in names}
        for assembly in assemblies:
            states = [a.presence for a in assembly.attendances]
            for name, value in [
                    ('voters', len(states)),
                    ('present', states.count('present')),
                    ('represented', states.count('represented'))]:
                if name in found:
                    found[name][assembly.id] = value
        return found

    def get_quorums(self):
        """Return the quorum of the assembly, and of each college it asks for

        By the name of the college, None for the assembly.
        """
        rate = (
            self.rule.second_quorum if self.call == 'second'
            else self.rule.quorum)
        groups = {None: list(self.attendances)}
        if self.rule.quorum_by_college:
            for attendance in self.attendances:
                groups.setdefault(
                    attendance.college_name, []).append(attendance)
        return {
            name: ballot.quorum(
                len(group), sum(a.presence != 'absent' for a in group), rate)
            for name, group in groups.items()}

    def get_quorum_sentence(self, name):
        if not self.rule or not self.attendances:
            return None
        quorums = self.get_quorums()
        missing = [
            name for name, quorum in quorums.items()
            if name and not quorum.reached]
        quorum = quorums[None]
        reached = quorum.reached and not missing
        return gettext(
            'tibillet_membership.msg_assembly_quorum_'
            + ('reached' if reached else
                'college' if quorum.reached else 'missing'),
            voters=len(self.attendances),
            taking_part=quorum.taking_part,
            needed=quorum.needed,
            present=self.present,
            represented=self.represented,
            colleges=', '.join(missing))

    def check_quorum(self):
        "Refuse that an assembly decides of which too few take part"
        if not all(q.reached for q in self.get_quorums().values()):
            raise AssemblyQuorumError(gettext(
                    'tibillet_membership.msg_assembly_quorum',
                    sentence=self.quorum_sentence))

    @classmethod
    def copy(cls, assemblies, default=None):
        default = default.copy() if default is not None else {}
        for name, value in [
                ('state', 'draft'), ('number', None), ('rule', None),
                ('roll', None), ('attendances', None), ('chair', None),
                ('secretary', None), ('scrutineers', None), ('notes', None),
                ('convened_on', None), ('call', 'first'), ('first', None)]:
            default.setdefault(name, value)
        return super().copy(assemblies, default=default)

    @classmethod
    def check_modification(
            cls, mode, assemblies, values=None, external=False):
        super().check_modification(
            mode, assemblies, values=values, external=external)
        for assembly in assemblies:
            if assembly._refuses(mode, set(values or {}), external):
                raise AssemblyAccessError(gettext(
                        'tibillet_membership.msg_assembly_immutable',
                        assembly=assembly.rec_name))

    def _refuses(self, mode, names, external):
        "Return if what its buttons or its members rely on would change"
        if mode == 'create':
            return external and self.state != 'draft'
        if external and names & WRITTEN:
            return True
        if self.state == 'draft':
            return False
        return (
            mode == 'delete' or self.state in ENDED
            or bool(names.intersection(ANNOUNCED))
            or ('roll' in names and bool(self.attendances)))

    @classmethod
    @ModelView.button
    @without_check_access
    def convene(cls, assemblies):
        pool = Pool()
        Rule = pool.get('tibillet.assembly.rule')
        for assembly in assemblies:
            if assembly.state != 'draft':
                continue
            today = tools.today(assembly.company)
            assembly.convened_on = assembly.convened_on or today
            assembly.rule = Rule.in_force(
                assembly.company, assembly.kind, assembly.date)
            assembly._check_convened(today)
        cls.save(assemblies)
        cls._convene(assemblies)

    @classmethod
    @Workflow.transition('convened')
    def _convene(cls, assemblies):
        pass

    def _check_convened(self, today):
        if not self.rule:
            raise AssemblyError(gettext(
                    'tibillet_membership.msg_assembly_rule',
                    assembly=self.rec_name,
                    kind=self.kind_string))
        if self.convened_on > today:
            raise AssemblyDateError(gettext(
                    'tibillet_membership.msg_assembly_convened_future',
                    assembly=self.rec_name))
        days = (
            self.rule.second_notice_days if self.call == 'second'
            else self.rule.notice_days)
        earliest = self.convened_on + dt.timedelta(days=days)
        if self.date < earliest:
            raise AssemblyDateError(gettext(
                    'tibillet_membership.msg_assembly_notice',
                    assembly=self.rec_name,
                    days=days,
                    earliest=Report.format_date(earliest)))
        if not self.resolutions:
            raise AssemblyError(gettext(
                    'tibillet_membership.msg_assembly_resolutions',
                    assembly=self.rec_name))
        for resolution in self.resolutions:
            resolution.check_announced(self.kind, self.rule)

    @classmethod
    @ModelView.button
    @without_check_access
    def draw_sheet(cls, assemblies):
        "Write down who may come, from the roll"
        pool = Pool()
        Attendance = pool.get('tibillet.assembly.attendance')
        tools.take_turn(cls, [a.id for a in assemblies])
        values = []
        for assembly in assemblies:
            if assembly.state != 'convened' or assembly.attendances:
                continue
            if not assembly.roll:
                raise AssemblyError(gettext(
                        'tibillet_membership.msg_assembly_roll',
                        assembly=assembly.rec_name))
            values += [
                {'assembly': assembly.id, 'line': line.id}
                for line in assembly.roll.lines]
        Attendance.create(values)

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('open')
    def open(cls, assemblies):
        for assembly in assemblies:
            if not assembly.attendances:
                raise AssemblyError(gettext(
                        'tibillet_membership.msg_assembly_sheet',
                        assembly=assembly.rec_name))
            if assembly.date > tools.today(assembly.company):
                raise AssemblyDateError(gettext(
                        'tibillet_membership.msg_assembly_future',
                        assembly=assembly.rec_name,
                        date=Report.format_date(assembly.date)))

    @classmethod
    @ModelView.button
    @without_check_access
    def close(cls, assemblies):
        "Number the minutes, which do not change any more"
        pool = Pool()
        Company = pool.get('company.company')
        tools.take_turn(
            Company, {a.company.id for a in assemblies}, 'party')
        ending = [a for a in assemblies if a.state == 'open']
        for assembly in ending:
            if not any(r.counts for r in assembly.resolutions):
                assembly.check_quorum()
            waiting = [r for r in assembly.resolutions if not r.is_decided]
            if waiting:
                raise AssemblyError(gettext(
                        'tibillet_membership.msg_assembly_waiting',
                        assembly=assembly.rec_name,
                        resolution=waiting[0].rec_name))
            if not (assembly.chair and assembly.secretary):
                raise AssemblyError(gettext(
                        'tibillet_membership.msg_assembly_chair',
                        assembly=assembly.rec_name))
        cls._number(ending)
        cls._close(ending)

    @classmethod
    @Workflow.transition('closed')
    def _close(cls, assemblies):
        pass

    @classmethod
    def _number(cls, assemblies):
        "Number what ends, one after the other, the oldest first"
        table = cls.__table__()
        cursor = tools.cursor()
        cursor.execute(*table.select(
                table.company, Max(table.number), group_by=table.company))
        last = dict(cursor)
        for assembly in sorted(assemblies, key=lambda a: (a.date, a.id)):
            company = assembly.company.id
            last[company] = (last.get(company) or 0) + 1
            assembly.number = last[company]
        cls.save(assemblies)

    @classmethod
    @ModelView.button
    @without_check_access
    def fail(cls, assemblies):
        "Say that too few take part; nothing was decided"
        pool = Pool()
        Company = pool.get('company.company')
        tools.take_turn(
            Company, {a.company.id for a in assemblies}, 'party')
        ending = [a for a in assemblies if a.state == 'open']
        for assembly in ending:
            if (all(q.reached for q in assembly.get_quorums().values())
                    or any(r.state not in {'draft', 'withdrawn'}
                        for r in assembly.resolutions)):
                raise AssemblyQuorumError(gettext(
                        'tibillet_membership.msg_assembly_not_failed',
                        assembly=assembly.rec_name))
        cls._number(ending)
        cls._fail(ending)

    @classmethod
    @Workflow.transition('failed')
    def _fail(cls, assemblies):
        pass

    @classmethod
    @ModelView.button_action('tibillet_membership.act_assembly_again')
    def call_again(cls, assemblies):
        "Prepare the second call, with the same resolutions"
        tools.take_turn(cls, [a.id for a in assemblies])
        found = cls.search([
                ('first', 'in', [a.id for a in assemblies]),
                ('state', '!=', 'cancelled'),
                ])
        known = {a.first for a in found}
        for assembly in assemblies:
            if assembly.state == 'failed' and assembly not in known:
                with without_check_access():
                    cls.copy([assembly], default={
                            'call': 'second',
                            'first': assembly.id,
                            })

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('cancelled')
    def cancel(cls, assemblies):
        pass

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state').in_(['failed', 'cancelled']), 'muted', '')),
            ]
