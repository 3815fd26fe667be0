import uuid

from trytond.cache import Cache
from trytond.i18n import gettext
from trytond.model import ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access

from tibillet.verify import SHOWN

from . import till_check, till_sql, tools
from .append_only import refuse_changes
from .exceptions import TillFactError, TillOpenError
from .instant import Instant
from .till_finish import get_session

# What only the acts of the till fill.
COUNTED = {
    'uuid', 'counter', 'head', 'log_counter', 'log_head', 'last_at', 'keys'}
# What the numbers and the keys of the sales stand on.
IDENTITY = {'company', 'code', 'tax_included', 'practice'}


class POS(metaclass=PoolMeta):
    __name__ = 'sale.point'

    code = fields.Char(
        "Code", required=True,
        states={
            'readonly': Bool(Eval('counter')),
            },
        help="The beginning of the number of each sale, such as BAR.")
    uuid = fields.Char(
        "Identifier", required=True, readonly=True, strip=False,
        help="The name of the till between machines.")
    practice = fields.Boolean(
        "For Practice",
        states={
            'readonly': Bool(Eval('log_counter')),
            },
        help="Check for a till on which people learn: what it sells is "
        "numbered and signed apart, marked, and in no total nor in the "
        "books.")
    counter = fields.Integer(
        "Last Sale", readonly=True,
        help="How many sales the till has finished, numbered without holes.")
    head = fields.Char("Fingerprint", readonly=True, strip=False)
    log_counter = fields.Integer("Last Log Entry", readonly=True)
    log_head = fields.Char(
        "Fingerprint of the Log", readonly=True, strip=False)
    last_at = Instant("Last Sale At", readonly=True)
    keys = fields.One2Many(
        'tibillet.till.key', 'point', "Public Keys", readonly=True)
    session = fields.Function(fields.Many2One(
            'sale.point.cash.session', "Cash Session"), 'get_session')
    state = fields.Function(fields.Selection([
                ('open', "Open"),
                ('closed', "Closed"),
                ], "State", sort=False),
        'on_change_with_state', searcher='search_state')

    _till_settings_cache = Cache('sale.point.till_settings', context=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.company, table.code),
                'tibillet_base.msg_till_code_unique'),
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_base.msg_till_uuid_unique'),
            ]
        # Sales are numbered from the row of the till.
        cls.sequence.required = False
        cls.sequence.states['invisible'] = True
        cls._buttons.update({
                'open_till': {
                    'invisible': Eval('state') != 'closed',
                    'icon': 'tryton-launch',
                    'depends': ['state'],
                    },
                'close_wizard': {
                    'invisible': Eval('state') != 'open',
                    'icon': 'tryton-close',
                    'depends': ['state'],
                    },
                'drawer': {
                    'invisible': Eval('state') != 'open',
                    'icon': 'tryton-archive',
                    'depends': ['state'],
                    },
                'check_wizard': {
                    'invisible': ~Eval('counter'),
                    'icon': 'tryton-search',
                    'depends': ['counter'],
                    },
                'archive_wizard': {
                    'invisible': ~Eval('counter'),
                    'icon': 'tryton-archive',
                    'depends': ['counter'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table,
            ['counter', 'log_counter', 'uuid', 'code', 'practice'],
            when='(TG_OP = \'DELETE\' AND OLD.counter > 0) OR '
            '(TG_OP = \'UPDATE\' AND ('
            'COALESCE(NEW.counter, 0) < COALESCE(OLD.counter, 0) '
            'OR COALESCE(NEW.log_counter, 0) < COALESCE(OLD.log_counter, 0) '
            'OR (OLD.counter > 0 AND (NEW.uuid <> OLD.uuid '
            'OR NEW.code <> OLD.code '
            'OR NEW.practice IS DISTINCT FROM OLD.practice))))')

    def get_rec_name(self, name):
        rec_name = super().get_rec_name(name)
        return rec_name if not self.practice else gettext(
            'tibillet_base.msg_till_practice_name', till=rec_name)

    @classmethod
    def get_opened(cls, company):
        """Return a till that is open and sells at prices with their taxes

        The one of a bar, which has a screen of articles, only if no other is.
        """
        points = cls.search([
                ('company', '=', company.id),
                ('state', '=', 'open'),
                ('tax_included', '=', True),
                ('practice', '!=', True),
                ], order=[('screen.id', 'ASC NULLS FIRST'), ('id', 'ASC')],
            limit=1)
        return points[0] if points else None

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == 'create':
            if not values.get('uuid'):
                values['uuid'] = str(uuid.uuid4())
            if not values.get('code'):
                values['code'] = cls._get_free_code(values.get('company'))
        return values

    @classmethod
    def _get_free_code(cls, company):
        codes = {p.code for p in cls.search([
                    ('company', '=', company),
                    ], order=[])}
        number = 1
        while f'T{number}' in codes:
            number += 1
        return f'T{number}'

    @classmethod
    def copy(cls, points, default=None):
        default = default.copy() if default is not None else {}
        for name in [*COUNTED, 'code']:
            default.setdefault(name)
        return super().copy(points, default=default)

    @classmethod
    def get_session(cls, points, name):
        pool = Pool()
        Session = pool.get('sale.point.cash.session')
        sessions = dict.fromkeys([p.id for p in points])
        for sub_points in tools.sliced(points):
            for session in Session.search([
                        ('point', 'in', [p.id for p in sub_points]),
                        ('state', '=', 'open'),
                        ], order=[]):
                sessions[session.point.id] = session.id
        return sessions

    @fields.depends('session')
    def on_change_with_state(self, name=None):
        return 'open' if self.session else 'closed'

    @classmethod
    def search_state(cls, name, clause):
        pool = Pool()
        Session = pool.get('sale.point.cash.session')
        _, operator, value = clause
        states = value if isinstance(value, (list, tuple, set)) else [value]
        wanted = {
            state for state in ['open', 'closed']
            if (state in states) != operator.startswith(('!', 'not '))}
        session = Session.__table__()
        opened = session.select(
            session.point, where=session.state == 'open')
        domain = ['OR']
        if 'open' in wanted:
            domain.append(('id', 'in', opened))
        if 'closed' in wanted:
            domain.append(('id', 'not in', opened))
        return domain if wanted else [('id', '=', None)]

    @classmethod
    def get_till_settings(cls, company):
        "Return the smallest amount and the time zone of the company"
        pool = Pool()
        Company = pool.get('company.company')
        settings = cls._till_settings_cache.get(company)
        if settings is None:
            record = Company(company)
            settings = cls._till_settings_cache.set(
                company, (record.currency.rounding, record.timezone))
        return settings

    @classmethod
    @without_check_access
    def get_identity(cls, point):
        "Return the company of the till, and whether its prices have taxes"
        key = ('till', int(point))
        identity = cls._till_settings_cache.get(key)
        if identity is None:
            record = cls(int(point))
            identity = cls._till_settings_cache.set(
                key, (record.company.id, bool(record.tax_included)))
        return identity

    @classmethod
    def check_modification(cls, mode, points, values=None, external=False):
        super().check_modification(
            mode, points, values=values, external=external)
        for point in points:
            used = point.counter or point.log_counter
            if ((mode == 'delete' and used)
                    or (mode == 'write' and used and values.keys() & IDENTITY)
                    or (external and mode == 'write'
                        and values.keys() & COUNTED)
                    or (external and mode == 'create' and used)):
                raise TillFactError(gettext(
                        'tibillet_base.msg_till_used', till=point.rec_name))

    @classmethod
    def on_modification(cls, mode, points, field_names=None):
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        super().on_modification(mode, points, field_names=field_names)
        cls._till_settings_cache.clear()
        if mode == 'write':
            for point in points:
                # Before its first act a till is being set up.
                if point.log_counter:
                    Log.record(
                        point, 'setting',
                        detail=', '.join(sorted(field_names)))

    @classmethod
    @ModelView.button
    def open_till(cls, points):
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        Period = pool.get('tibillet.till.period')
        Session = pool.get('sale.point.cash.session')
        sessions = []
        # A new month begins when the one before is closed.
        Period.close_ended(points)
        for point in sorted(points, key=lambda p: p.id):
            row = till_sql.lock(point)
            if point.session:
                raise TillOpenError(gettext(
                        'tibillet_base.msg_till_open', till=point.rec_name))
            session = Session.get_next(point)
            sessions.append(session)
            Log.append(row, 'opening', detail=str(session.get_start_amount(
                        'start_amount')))
            till_sql.advance(row)
        Session.save(sessions)

    @classmethod
    @ModelView.button_action('tibillet_base.wizard_till_close')
    def close_wizard(cls, points):
        pass

    @classmethod
    @ModelView.button
    def drawer(cls, points):
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        for point in points:
            Log.record(point, 'drawer')

    @classmethod
    @ModelView.button_action('tibillet_base.wizard_till_check')
    def check_wizard(cls, points):
        pass

    @classmethod
    @ModelView.button_action('tibillet_base.wizard_till_archive')
    def archive_wizard(cls, points):
        pass

    @classmethod
    def get_other_chains(cls, row):
        "Return what else the locked till chains, as till_reading.Chain"
        return []

    @classmethod
    @without_check_access
    def check_chain(cls, point):
        "Return how many facts were read again, and what is broken"
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        count, problems = till_check.check(point)
        Log.record(
            point, 'check', subject=str(count),
            detail='; '.join(
                f'{p.where} {p.number}: {p.kind}'
                for p in problems[:SHOWN]) or None)
        return count, problems


class _SettingsMixin:
    "A record that decides how tills round and date"
    __slots__ = ()

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        Point = pool.get('sale.point')
        super().on_modification(mode, records, field_names=field_names)
        Point._till_settings_cache.clear()


class Company(_SettingsMixin, metaclass=PoolMeta):
    __name__ = 'company.company'


class Currency(_SettingsMixin, metaclass=PoolMeta):
    __name__ = 'currency.currency'


class Session(metaclass=PoolMeta):
    __name__ = 'sale.point.cash.session'

    opened_at = Instant("Opened At", readonly=True)
    opened_by = fields.Char("Opened By", readonly=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._transitions -= {('closed', 'open')}
        # The acts of the till open, close and post them.
        for name in ['open', 'close', 'post']:
            cls._buttons[name] = {
                'invisible': Eval('id', 0) >= 0,
                'depends': ['id'],
                }
        cls.end_amount.states['readonly'] = True

    def get_rec_name(self, name):
        return f'{self.point.rec_name} ({self.id})'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('point.rec_name', *clause[1:])]

    @classmethod
    def check_modification(cls, mode, sessions, values=None, external=False):
        super().check_modification(
            mode, sessions, values=values, external=external)
        for session in sessions:
            if (mode == 'delete'
                    or (external and mode == 'create')
                    or (mode == 'write' and external
                        and values.keys() - {'transfers'})
                    or (mode == 'write' and session.state == 'posted')):
                raise TillFactError(gettext(
                        'tibillet_base.msg_till_session',
                        till=session.point.rec_name))

    @classmethod
    def get_current(cls, point):
        return cls(get_session(point))

    @classmethod
    def get_next(cls, point):
        "Return a session to be saved that follows the last one of the till"
        last = cls.search([
                ('point', '=', point.id),
                ('next_session', '=', None),
                ], limit=1)
        return cls(
            point=point,
            previous_session=last[0] if last else None,
            opened_at=tools.now(),
            opened_by=tools.who())
