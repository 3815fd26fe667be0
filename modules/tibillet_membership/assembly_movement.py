"""Who arrives or leaves while an assembly is held, after having voted too."""
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from .exceptions import MovementError

PRESENCES = [
    ('present', "Arrives"),
    ('represented', "Leaves, Represented"),
    ('absent', "Leaves"),
    ]


class AssemblyMovement(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.assembly.movement'
    __string__ = "Assembly Movement"
    _fact_message = 'tibillet_membership.msg_movement_immutable'

    assembly = fields.Many2One(
        'tibillet.assembly', "Assembly", required=True, readonly=True,
        ondelete='RESTRICT')
    hour = fields.Time(
        "Hour", format='%H:%M', required=True, readonly=True)
    attendance = fields.Many2One(
        'tibillet.assembly.attendance', "Member", required=True,
        readonly=True, ondelete='RESTRICT')
    presence = fields.Selection(
        PRESENCES, "What Happens", required=True, readonly=True, sort=False)
    presence_string = presence.translated('presence')
    proxy = fields.Many2One(
        'tibillet.assembly.attendance', "Represented by", readonly=True,
        ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('assembly')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.assembly, Index.Equality())))
        cls._order = [('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'assembly', 'hour', 'attendance', 'presence', 'proxy'])

    def get_rec_name(self, name):
        return self.attendance.rec_name

    @classmethod
    @without_check_access
    def record(cls, assembly, attendance, presence, hour, proxy=None):
        "Write that somebody arrives or leaves; votes stay as they were cast"
        pool = Pool()
        Assembly = pool.get('tibillet.assembly')
        tools.take_turn(Assembly, [assembly.id])
        assembly = Assembly(assembly.id)
        if assembly.state != 'open':
            cls._refuse('closed', attendance)
        if attendance.assembly != assembly or (
                proxy and proxy.assembly != assembly):
            cls._refuse('other', attendance)
        if bool(proxy) != (presence == 'represented') or proxy == attendance:
            cls._refuse('proxy', attendance)
        if proxy and proxy.presence != 'present':
            cls._refuse('proxy', attendance)
        if (attendance.presence, attendance.proxy) == (presence, proxy):
            cls._refuse('same', attendance)
        if (assembly.hour and hour < assembly.hour) or (
                assembly.movements and hour < assembly.movements[-1].hour):
            cls._refuse('hour', attendance)
        attendance.is_present = presence == 'present'
        attendance.proxy = proxy
        attendance.save()
        return cls.create([{
                    'assembly': assembly.id,
                    'hour': hour,
                    'attendance': attendance.id,
                    'presence': presence,
                    'proxy': proxy.id if proxy else None,
                    }])

    @staticmethod
    def _refuse(reason, attendance):
        raise MovementError(gettext(
                f'tibillet_membership.msg_movement_{reason}',
                member=attendance.rec_name))


class Assembly(metaclass=PoolMeta):
    __name__ = 'tibillet.assembly'

    movements = fields.One2Many(
        'tibillet.assembly.movement', 'assembly', "Arrivals and Departures",
        readonly=True,
        states={
            'invisible': ~Eval('movements'),
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'move': {
                    'invisible': Eval('state') != 'open',
                    'icon': 'tryton-launch',
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_assembly_move')
    def move(cls, assemblies):
        pass

    @classmethod
    def copy(cls, assemblies, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('movements')
        return super().copy(assemblies, default=default)


class MoveStart(ModelView):
    __name__ = 'tibillet.assembly.move.start'
    __string__ = "Assembly Move Start"

    assembly = fields.Many2One(
        'tibillet.assembly', "Assembly", states={'invisible': True})
    attendance = fields.Many2One(
        'tibillet.assembly.attendance', "Member", required=True,
        domain=[
            ('assembly', '=', Eval('assembly', -1)),
            ])
    presence = fields.Selection(
        PRESENCES, "What Happens", required=True, sort=False)
    proxy = fields.Many2One(
        'tibillet.assembly.attendance', "Represented by",
        domain=[
            ('assembly', '=', Eval('assembly', -1)),
            ('is_present', '=', True),
            ],
        states={
            'invisible': Eval('presence') != 'represented',
            'required': Eval('presence') == 'represented',
            })
    hour = fields.Time("Hour", format='%H:%M', required=True)


class MoveMember(Wizard):
    __name__ = 'tibillet.assembly.move'

    start = StateView(
        'tibillet.assembly.move.start',
        'tibillet_membership.assembly_move_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Record", 'record_', 'tryton-ok', default=True),
            ])
    record_ = StateTransition()

    def default_start(self, fields):
        return {'assembly': self.record.id}

    def transition_record_(self):
        pool = Pool()
        Movement = pool.get('tibillet.assembly.movement')
        start = self.start
        Movement.record(
            self.record, start.attendance, start.presence, start.hour,
            start.proxy if start.presence == 'represented' else None)
        return 'end'

    def end(self):
        return 'reload'
