"""Electoral rolls: who may vote, frozen on a day."""
from sql.aggregate import Sum
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, Workflow, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from . import share_register
from .exceptions import RollAccessError, RollError

# How many names a refusal says.
NAMES_MAX = 5


class Roll(Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.roll'
    __string__ = "Roll"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT',
        states={
            'readonly': Eval('state') != 'draft',
            })
    date = fields.Date(
        "On", required=True,
        states={
            'readonly': Eval('state') != 'draft',
            },
        help="Who holds shares at the end of this day votes.")
    scheme = fields.Many2One(
        'tibillet.college.scheme', "Weights", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('scheme'),
            })
    lines = fields.One2Many(
        'tibillet.roll.line', 'roll', "Voters", readonly=True)
    voters = fields.Function(fields.Integer("Voters"), 'get_voters')
    state = fields.Selection([
            ('draft', "Draft"),
            ('frozen', "Frozen"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._transitions |= {('draft', 'frozen')}
        cls._buttons.update({
                'freeze': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_date(cls):
        return tools.today()

    @classmethod
    def default_state(cls):
        return 'draft'

    @classmethod
    def get_voters(cls, rolls, name):
        return {r.id: len(r.lines) for r in rolls}

    def get_rec_name(self, name):
        if not self.date:
            return self.company.rec_name
        return f'{self.company.rec_name} · {Report.format_date(self.date)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('company.rec_name', *clause[1:])]

    @classmethod
    def copy(cls, rolls, default=None):
        default = default.copy() if default is not None else {}
        for name, value in [
                ('state', 'draft'), ('lines', None), ('scheme', None)]:
            default.setdefault(name, value)
        return super().copy(rolls, default=default)

    @classmethod
    def check_modification(cls, mode, rolls, values=None, external=False):
        super().check_modification(
            mode, rolls, values=values, external=external)
        if mode in {'write', 'delete'}:
            for roll in rolls:
                if roll.state != 'draft':
                    raise RollAccessError(gettext(
                            'tibillet_membership.msg_roll_frozen',
                            record=roll.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('frozen')
    @without_check_access
    def freeze(cls, rolls):
        "Write down who votes in which college"
        pool = Pool()
        Line = pool.get('tibillet.roll.line')
        tools.take_turn(cls, [r.id for r in rolls])
        lines = []
        for roll in rolls:
            scheme, members = roll._get_members()
            roll.scheme = scheme
            lines += [{
                    'roll': roll.id,
                    'party': party.id,
                    'party_name': party.name or party.rec_name,
                    'college': college.id,
                    'college_name': college.name,
                    'shares': shares,
                    } for party, college, shares in members]
        cls.save(rolls)
        Line.create(lines)

    def _get_members(self):
        "Return the scheme, and party, college and shares of who votes"
        pool = Pool()
        Member = pool.get('tibillet.college.member')
        Party = pool.get('party.party')
        Scheme = pool.get('tibillet.college.scheme')
        if self.date > tools.today(self.company):
            raise RollError(gettext(
                    'tibillet_membership.msg_roll_future'))
        scheme = Scheme.in_force(self.company, self.date)
        if not scheme:
            raise RollError(gettext(
                    'tibillet_membership.msg_roll_scheme',
                    roll=self.rec_name))
        held = self._get_held()
        voting = {w.college for w in scheme.weights}
        colleges = Member.get_colleges(self.company, self.date)
        parties = sorted(
            Party.browse(held), key=lambda p: (p.rec_name, p.id))
        missing = [p for p in parties if colleges.get(p) not in voting]
        if missing:
            names = ', '.join(p.rec_name for p in missing[:NAMES_MAX])
            raise RollError(gettext(
                    'tibillet_membership.msg_roll_college',
                    roll=self.rec_name,
                    count=len(missing),
                    names=names + ('…' if len(missing) > NAMES_MAX else '')))
        return scheme, [(p, colleges[p], held[p.id]) for p in parties]

    def _get_held(self):
        "Return the shares that each party held at the end of the day"
        table = tools.table('tibillet.share.entry')
        cursor = tools.cursor()
        held = Sum(table.shares)
        cursor.execute(*table.select(
                table.party, held,
                where=(table.company == self.company.id)
                & (table.date <= self.date) & share_register.standing(table),
                group_by=table.party, having=held > 0))
        return {party: int(shares) for party, shares in cursor}


class RollLine(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.roll.line'
    __string__ = "Roll Line"
    _fact_message = 'tibillet_membership.msg_roll_frozen'

    roll = fields.Many2One(
        'tibillet.roll', "Roll", required=True, readonly=True,
        ondelete='CASCADE')
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    party = fields.Many2One(
        'party.party', "Member", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    party_name = fields.Char(
        "Name of the Member", required=True, readonly=True, strip=False)
    college = fields.Many2One(
        'tibillet.college', "College", required=True, readonly=True,
        ondelete='RESTRICT')
    college_name = fields.Char(
        "Name of the College", required=True, readonly=True, strip=False)
    shares = fields.Integer(
        "Shares", required=True, readonly=True,
        help="Whatever their number, a member has one vote.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('roll')
        table = cls.__table__()
        cls._sql_constraints += [
            ('party_unique', Unique(table, table.roll, table.party),
                'tibillet_membership.msg_roll_line_unique'),
            ]
        cls._order = [
            ('college_name', 'ASC'), ('party_name', 'ASC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'roll', 'party_name', 'college', 'college_name', 'shares'],
            ['party'])

    @fields.depends('roll', '_parent_roll.company')
    def on_change_with_company(self, name=None):
        return self.roll.company if self.roll else None

    @classmethod
    def search_company(cls, name, clause):
        return [('roll.' + clause[0], *clause[1:])]

    def get_fact_names(self):
        return {'record': self.roll.rec_name}
