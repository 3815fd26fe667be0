import datetime as dt
from itertools import groupby

from sql import Literal
from sql.aggregate import Count
from sql.conditionals import Case

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Workflow, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction

from . import schedule
from .exceptions import (
    PerformanceAccessError, PerformanceOverlapWarning, PerformanceRepeatError,
    PerformanceStateError, PerformanceTimeError)

_TYPED = {
    'venue', 'date', 'time', 'end_date', 'end_time', 'doors_time'}


class Performance(Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.performance'
    __string__ = "Performance"

    _states = {
        'readonly': Eval('state').in_(['closed', 'cancelled']),
        }

    event = fields.Many2One(
        'tibillet.event', "Event", required=True, ondelete='CASCADE',
        states={
            'readonly': Eval('state') != 'draft',
            })
    company = fields.Function(
        fields.Many2One('company.company', "Organiser"),
        'on_change_with_company', searcher='search_company')
    venue = fields.Many2One(
        'tibillet.venue', "Venue", required=True, ondelete='RESTRICT',
        domain=[
            ('company', 'in', [Eval('company', -1), None]),
            ],
        states=_states)
    timezone = fields.Function(
        fields.Char(
            "Time Zone",
            help="The dates and hours are read on the clock of the venue."),
        'on_change_with_timezone')
    name = fields.Char(
        "Name", states=_states,
        help="What tells this date from the others: "
        "matinée, preview, for schools…")
    date = fields.Date("Date", required=True, states=_states)
    time = fields.Time(
        "Start", required=True, format='%H:%M', states=_states,
        help="On the clock of the venue.")
    end_date = fields.Date("End Date", required=True, states=_states)
    end_time = fields.Time(
        "End", required=True, format='%H:%M', states=_states,
        help="On the clock of the venue.")
    doors_time = fields.Time(
        "Doors", format='%H:%M', states=_states,
        help="When the doors open, on the clock of the venue.")
    start = fields.DateTime(
        "Start on Your Clock", readonly=True,
        help="The instant of the start, shown in your own time zone.")
    end = fields.DateTime(
        "End on Your Clock", readonly=True,
        help="The instant of the end, shown in your own time zone.")
    doors = fields.DateTime(
        "Doors on Your Clock", readonly=True,
        help="The instant doors open, shown in your own time zone.")
    postponed_from = fields.DateTime(
        "Postponed from", readonly=True,
        states={
            'invisible': ~Eval('postponed_from'),
            },
        help="The start that was announced before it was postponed.")
    rank = fields.Function(
        fields.Integer(
            "Rank",
            help="The position among the performances of the event "
            "that take place."))
    color = fields.Function(fields.Char("Color"), 'on_change_with_color')
    state = fields.Selection([
            ('draft', "Draft"),
            ('on_sale', "On Sale"),
            ('closed', "Closed"),
            ('postponed', "Postponed"),
            ('cancelled', "Cancelled"),
            ], "State", required=True, readonly=True, sort=False)
    state_string = state.translated('state')

    del _states

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('event')
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(
                    table,
                    (table.venue, Index.Equality()),
                    (table.start, Index.Range())),
                Index(
                    table,
                    (table.event, Index.Equality()),
                    (table.start, Index.Range())),
                })
        cls._order = [('start', 'ASC'), ('id', 'ASC')]
        cls._transitions |= {
            ('draft', 'on_sale'),
            ('draft', 'postponed'),
            ('draft', 'cancelled'),
            ('on_sale', 'draft'),
            ('on_sale', 'closed'),
            ('on_sale', 'postponed'),
            ('on_sale', 'cancelled'),
            ('postponed', 'on_sale'),
            ('postponed', 'cancelled'),
            }
        cls._buttons.update({
                'draft': {
                    'invisible': Eval('state') != 'on_sale',
                    'icon': 'tryton-back',
                    'depends': ['state'],
                    },
                'put_on_sale': {
                    'invisible': ~Eval('state').in_(['draft', 'postponed']),
                    'icon': 'tryton-forward',
                    'depends': ['state'],
                    },
                'close': {
                    'invisible': Eval('state') != 'on_sale',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                'postpone': {
                    'invisible': ~Eval('state').in_(['draft', 'on_sale']),
                    'depends': ['state'],
                    },
                'cancel': {
                    'invisible': ~Eval('state').in_(
                        ['draft', 'on_sale', 'postponed']),
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                'copy_dates': {
                    'invisible': Eval('state') == 'cancelled',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def states_taking_place(cls):
        "Return the states of a date that takes place, or took place"
        return ['draft', 'on_sale', 'closed']

    @classmethod
    def default_state(cls):
        return 'draft'

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @fields.depends('event', '_parent_event.company')
    def on_change_with_company(self, name=None):
        if self.event and self.event.company:
            return self.event.company.id
        return self.default_company()

    @classmethod
    def search_company(cls, name, clause):
        return [('event.' + clause[0], *clause[1:])]

    @fields.depends('venue')
    def on_change_with_timezone(self, name=None):
        return self.venue.timezone if self.venue else None

    @fields.depends('event', '_parent_event.color')
    def on_change_with_color(self, name=None):
        return self.event.color if self.event else None

    @fields.depends('date', 'time', 'end_date', 'end_time')
    def on_change_date(self):
        self.end_date = self.date
        if self.date and self.time and self.end_time:
            self.end_date = schedule.end_date(
                self.date, self.time, self.end_time)

    @fields.depends('date', 'end_date', methods=['on_change_date'])
    def on_change_time(self):
        # An end some days later was typed, it stays.
        if (not self.date or not self.end_date
                or self.end_date - self.date <= dt.timedelta(days=1)):
            self.on_change_date()

    @fields.depends(methods=['on_change_time'])
    def on_change_end_time(self):
        self.on_change_time()

    @classmethod
    def column_rank(cls, tables):
        table, _ = tables[None]
        other = cls.__table__()
        before = (other.start < table.start) | (
            (other.start == table.start) & (other.id <= table.id))
        states = cls.states_taking_place()
        return Case(
            (table.state.in_(states), other.select(
                    Count(other.id),
                    where=(other.event == table.event)
                    & other.state.in_(states)
                    & before)),
            else_=Literal(None))

    def get_rec_name(self, name):
        return ' – '.join([
                self.event.rec_name, self.date_name, self.venue.rec_name])

    @property
    def date_name(self):
        "What tells it from the other performances of the event"
        pool = Pool()
        Lang = pool.get('ir.lang')
        date = f'{Lang.get().strftime(self.date)} {self.time:%H:%M}'
        return f'{self.name} – {date}' if self.name else date

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('event.rec_name', *clause[1:]),
            ('venue.rec_name', *clause[1:]),
            ('name', *clause[1:]),
            ]

    @classmethod
    def copy(cls, performances, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('postponed_from', None)
        default.setdefault('state', 'draft')
        return super().copy(performances, default=default)

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if (mode == 'create'
                and not values.get('end_date')
                and all(values.get(n) for n in ['date', 'time', 'end_time'])):
            values['end_date'] = schedule.end_date(
                values['date'], values['time'], values['end_time'])
        return values

    def compute_fields(self, field_names=None):
        values = super().compute_fields(field_names=field_names)
        if field_names is None or not _TYPED.isdisjoint(field_names):
            try:
                instants = self._get_instants()
            except ValueError:
                # validate_fields refuses it with a sentence.
                instants = {}
            for name, value in instants.items():
                if getattr(self, name, None) != value:
                    values[name] = value
        return values

    def _get_instants(self):
        "Return start, end and doors in UTC, raise ValueError if impossible"
        zone = self.venue.timezone
        doors = None
        if getattr(self, 'doors_time', None):
            doors = schedule.to_utc(
                schedule.doors_date(self.date, self.time, self.doors_time),
                self.doors_time, zone)
        return {
            'start': schedule.to_utc(self.date, self.time, zone),
            'end': schedule.to_utc(self.end_date, self.end_time, zone),
            'doors': doors,
            }

    @classmethod
    def update_instants(cls, performances):
        "Compute the instants again after a venue has changed its time zone"
        cls.validate_fields(performances, {'venue'})
        cls._compute_fields(performances, field_names={'venue'})

    @classmethod
    def validate_fields(cls, performances, field_names):
        super().validate_fields(performances, field_names)
        if _TYPED & field_names:
            for performance in performances:
                performance._check_times()

    def _check_times(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        moments = [
            (self.date, self.time),
            (self.end_date, self.end_time),
            ]
        if self.doors_time:
            try:
                moments.append((
                        schedule.doors_date(
                            self.date, self.time, self.doors_time),
                        self.doors_time))
            except ValueError as error:
                raise PerformanceTimeError(gettext(
                        'tibillet_event.msg_performance_doors',
                        performance=self.rec_name,
                        doors=self.doors_time.strftime('%H:%M'),
                        start=self.time.strftime('%H:%M'),
                        )) from error
        instants = []
        for date, time in moments:
            names = {
                'performance': self.rec_name,
                'date': lang.strftime(date),
                'time': time.strftime('%H:%M'),
                'timezone': self.venue.timezone,
                }
            try:
                instants.append(
                    schedule.to_utc(date, time, self.venue.timezone))
            except schedule.MissingTimeError as error:
                raise PerformanceTimeError(gettext(
                        'tibillet_event.msg_performance_time_missing',
                        **names)) from error
            except schedule.RepeatedTimeError as error:
                raise PerformanceTimeError(gettext(
                        'tibillet_event.msg_performance_time_repeated',
                        **names)) from error
        start, end, *_ = instants
        if end <= start:
            raise PerformanceTimeError(gettext(
                    'tibillet_event.msg_performance_end',
                    performance=self.rec_name,
                    end=(f'{lang.strftime(self.end_date)} '
                        f'{self.end_time:%H:%M}')))

    @classmethod
    def on_modification(cls, mode, performances, field_names=None):
        super().on_modification(mode, performances, field_names=field_names)
        if (mode == 'create'
                or (mode == 'write'
                    and field_names & {'venue', 'start', 'end'})):
            cls._warn_overlap([
                    p for p in performances
                    if p.state in cls.states_taking_place()])

    @classmethod
    def _warn_overlap(cls, performances):
        "Warn about the performances of one venue at the same time"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        if not performances:
            return
        others = cls.search([
                ('venue', 'in', list({p.venue.id for p in performances})),
                ('state', 'in', cls.states_taking_place()),
                ('start', '<', max(p.end for p in performances)),
                ('end', '>', min(p.start for p in performances)),
                ],
            order=[('venue', 'ASC'), ('start', 'ASC'), ('id', 'ASC')])
        by_venue = {
            venue: list(group)
            for venue, group in groupby(others, key=lambda p: p.venue)}
        for performance in performances:
            for other in by_venue.get(performance.venue, []):
                if other != performance and schedule.overlaps(
                        performance.start, performance.end,
                        other.start, other.end):
                    # The id of a new performance changes at each try.
                    key = (f'performance_overlap.{performance.venue.id}.'
                        f'{performance.start:%Y%m%d%H%M}.'
                        f'{performance.end:%Y%m%d%H%M}')
                    if Warning.check(key):
                        raise PerformanceOverlapWarning(key, gettext(
                                'tibillet_event.msg_performance_overlap',
                                performance=performance.rec_name,
                                other=other.rec_name))

    @classmethod
    def check_modification(
            cls, mode, performances, values=None, external=False):
        super().check_modification(
            mode, performances, values=values, external=external)
        if mode == 'delete':
            for performance in performances:
                if performance.state != 'draft':
                    raise PerformanceAccessError(gettext(
                            'tibillet_event.msg_performance_delete',
                            performance=performance.rec_name))
        elif mode == 'write' and values.keys() & (_TYPED | {'event'}):
            for performance in performances:
                if performance.state in {'closed', 'cancelled'}:
                    raise PerformanceAccessError(gettext(
                            'tibillet_event.msg_performance_modify',
                            performance=performance.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, performances):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('on_sale')
    def put_on_sale(cls, performances):
        postponed = [p for p in performances if p.state == 'postponed']
        for performance in postponed:
            if performance.start == performance.postponed_from:
                raise PerformanceStateError(gettext(
                        'tibillet_event.msg_performance_new_date',
                        performance=performance.rec_name))
        cls._warn_overlap(postponed)

    @classmethod
    @ModelView.button
    @Workflow.transition('closed')
    def close(cls, performances):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('postponed')
    def postpone(cls, performances):
        for performance in performances:
            performance.postponed_from = performance.start
        cls.save(performances)

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, performances):
        pass

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_performance_copy')
    def copy_dates(cls, performances):
        pass

    @classmethod
    def repeat(cls, performances, frequency, interval, count):
        """Copy each performance to the count dates that follow it

        The hours on the clock of the venue stay the same.
        frequency: 'day', 'week' or 'month'.
        """
        if interval < 1 or not 1 <= count <= schedule.COPIES_MAX:
            raise PerformanceRepeatError(gettext(
                    'tibillet_event.msg_performance_repeat',
                    performance=', '.join(p.rec_name for p in performances),
                    max=schedule.COPIES_MAX))
        copies = []
        for performance in performances:
            length = performance.end_date - performance.date
            for date in schedule.repeat(
                    performance.date, frequency, interval, count):
                copies.append(cls(
                        event=performance.event,
                        venue=performance.venue,
                        name=performance.name,
                        date=date,
                        time=performance.time,
                        end_date=date + length,
                        end_time=performance.end_time,
                        doors_time=performance.doors_time))
        cls.save(copies)
        return copies
