"""The attendance sheet: who is there, and who represents whom."""
from collections import Counter

from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access

from .exceptions import AttendanceError, ProxyError

TYPED = {'is_present', 'proxy'}


class AssemblyAttendance(ModelSQL, ModelView):
    __name__ = 'tibillet.assembly.attendance'
    __string__ = "Assembly Attendance"

    assembly = fields.Many2One(
        'tibillet.assembly', "Assembly", required=True, readonly=True,
        ondelete='CASCADE')
    line = fields.Many2One(
        'tibillet.roll.line', "On the Roll", required=True, readonly=True,
        ondelete='RESTRICT')
    party_name = fields.Function(
        fields.Char("Member"), 'get_line', searcher='search_line')
    college_name = fields.Function(
        fields.Char("College"), 'get_line', searcher='search_line')
    is_present = fields.Boolean(
        "Present",
        states={
            'readonly': ~Eval('assembly_state').in_(['convened', 'open']),
            })
    proxy = fields.Many2One(
        'tibillet.assembly.attendance', "Represented by",
        ondelete='RESTRICT',
        domain=[
            ('assembly', '=', Eval('assembly', -1)),
            ('id', '!=', Eval('id', -1)),
            ],
        states={
            'readonly': ~Eval('assembly_state').in_(['convened', 'open']),
            'invisible': Eval('is_present', False) & ~Eval('proxy'),
            },
        help="Another member of the roll, to whom the power was given.")
    assembly_state = fields.Function(
        fields.Char("State of the Assembly"), 'on_change_with_assembly_state')
    presence = fields.Function(fields.Selection([
                ('present', "Present"),
                ('represented', "Represented"),
                ('absent', "Absent"),
                ], "Presence", sort=False), 'on_change_with_presence')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('assembly')
        table = cls.__table__()
        cls._sql_constraints += [
            ('line_unique', Unique(table, table.assembly, table.line),
                'tibillet_membership.msg_attendance_unique'),
            ]
        cls._order = [
            ('line.college_name', 'ASC'), ('line.party_name', 'ASC'),
            ('id', 'ASC')]

    @classmethod
    def default_is_present(cls):
        return False

    @classmethod
    def get_line(cls, attendances, names):
        with without_check_access():
            return {
                name: {
                    a.id: getattr(a.line, name, None)
                    for a in cls.browse(attendances)}
                for name in names}

    @classmethod
    def search_line(cls, name, clause):
        return [('line.' + clause[0], *clause[1:])]

    @fields.depends('assembly', '_parent_assembly.state')
    def on_change_with_assembly_state(self, name=None):
        return self.assembly.state if self.assembly else None

    @fields.depends('is_present', 'proxy', '_parent_proxy.is_present')
    def on_change_with_presence(self, name=None):
        if self.is_present:
            return 'present'
        # Who represents must be there.
        if self.proxy and self.proxy.is_present:
            return 'represented'
        return 'absent'

    def get_rec_name(self, name):
        return self.line.party_name

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('line.party_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, attendances, values=None, external=False):
        pool = Pool()
        Vote = pool.get('tibillet.vote')
        super().check_modification(
            mode, attendances, values=values, external=external)
        if mode == 'create' and not external:
            return
        for attendance in attendances:
            # Only who is there is typed, as long as the assembly is held.
            if (mode != 'write' or set(values) - TYPED
                    or attendance.assembly.state not in {
                        'convened', 'open'}):
                raise AttendanceError(gettext(
                        'tibillet_membership.msg_attendance_immutable',
                        assembly=attendance.assembly.rec_name))
        if not external:
            # An arrival or a departure, which is a fact of its own.
            return
        with without_check_access():
            for vote in Vote.search([
                        ('attendance', 'in', [a.id for a in attendances]),
                        ], limit=1):
                raise AttendanceError(gettext(
                        'tibillet_membership.msg_attendance_voted',
                        member=vote.attendance.rec_name))
            holding = Vote.search([
                    ('proxy', 'in', [a.id for a in attendances]),
                    ], limit=1)
            for vote in holding:
                raise AttendanceError(gettext(
                        'tibillet_membership.msg_attendance_voted',
                        member=vote.proxy.rec_name))

    @classmethod
    def validate_fields(cls, attendances, names):
        pool = Pool()
        Assembly = pool.get('tibillet.assembly')
        super().validate_fields(attendances, names)
        if not names & TYPED:
            return
        assemblies = {a.assembly for a in attendances}
        # Of two who give their powers to one at once the second waits.
        tools.take_turn(Assembly, {a.id for a in assemblies})
        with without_check_access():
            for assembly in Assembly.browse(assemblies):
                cls._check_proxies(assembly)

    @classmethod
    def _check_proxies(cls, assembly):
        given = [a for a in assembly.attendances if a.proxy]
        for attendance in given:
            if attendance.is_present:
                raise ProxyError(gettext(
                        'tibillet_membership.msg_proxy_present',
                        member=attendance.rec_name,
                        proxy=attendance.proxy.rec_name))
        most = assembly.rule.proxies_max
        for proxy, count in Counter(a.proxy for a in given).items():
            if count > most:
                raise ProxyError(gettext(
                        'tibillet_membership.msg_proxy_max',
                        proxy=proxy.rec_name,
                        count=count,
                        most=most))

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('presence') == 'absent', 'muted', '')),
            ]
