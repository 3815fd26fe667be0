import datetime as dt
from collections import Counter

from sql.aggregate import Max
from tibillet_base.names import search_names
from tibillet_base.tools import now

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.tools import timezone as tz
from trytond.transaction import Transaction

from .exceptions import CustodyChainError, CustodyModificationError
from .numbered import NumberedMixin

_states = {
    'readonly': Eval('state') != 'draft',
    }


class Custody(NumberedMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.custody'
    __string__ = "Equipment Custody"
    _sequence_name = 'custody_sequence'

    company = fields.Many2One(
        'company.company', "Company", required=True,
        states={
            'readonly': _states['readonly'] | Eval('lines', [0]),
            })
    direction = fields.Selection([
            ('out', "Hand-over"),
            ('return', "Return"),
            ], "Direction", required=True, states=_states, sort=False)
    booking = fields.Many2One(
        'tibillet.equipment.booking', "Booking", ondelete='RESTRICT',
        states=_states,
        domain=[
            ('company', '=', Eval('company', -1)),
            If(Eval('state') == 'draft',
                ('state', 'in', ['confirmed', 'out', 'returned']), ()),
            ])
    date = fields.DateTime("Date", required=True, states=_states)
    from_party = fields.Many2One(
        'party.party', "From", required=True, ondelete='RESTRICT',
        states=_states,
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="Who had the units.")
    from_person = fields.Char(
        "Handed by", states=_states, help="The name of who gives the units.")
    to_party = fields.Many2One(
        'party.party', "To", required=True, ondelete='RESTRICT',
        states=_states,
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="Who has the units from now on.")
    to_person = fields.Char(
        "Received by", states=_states,
        help="The name of who receives the units.")
    due_date = fields.Date(
        "Due Date",
        states={
            'readonly': _states['readonly'],
            'invisible': (
                (Eval('direction') != 'out') | Eval('booking', None)),
            },
        help="When the units should be back.\n"
        "Leave empty if nobody knows: they are then busy until they are.")
    lines = fields.One2Many(
        'tibillet.equipment.custody.line', 'custody', "Units",
        states=_states)
    notes = fields.Text("Notes", states=_states)
    state = fields.Selection([
            ('draft', "Draft"),
            ('done', "Done"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.booking, Index.Range())),
                Index(
                    table,
                    (table.state, Index.Equality(cardinality='low')),
                    where=table.state == 'draft'),
                })
        cls._order = [
            ('date', 'DESC'),
            ('id', 'DESC'),
            ]
        cls._transitions |= {
            ('draft', 'done'),
            }
        cls._buttons.update({
                'do': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_direction(cls):
        return 'out'

    @classmethod
    def default_date(cls):
        return dt.datetime.now(dt.timezone.utc).replace(
            microsecond=0, tzinfo=None)

    @classmethod
    def default_from_party(cls):
        pool = Pool()
        Company = pool.get('company.company')
        company_id = cls.default_company()
        if company_id is not None and company_id >= 0:
            return Company(company_id).party.id

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends('direction', 'company', 'booking', 'from_party',
        'to_party')
    def on_change_direction(self):
        keeper = self.company.party if self.company else None
        other = self.booking.party if self.booking else None
        if self.direction == 'out':
            self.from_party, self.to_party = keeper, other
        elif self.direction == 'return':
            self.from_party, self.to_party = other, keeper

    @fields.depends('booking', methods=['on_change_direction'])
    def on_change_booking(self):
        if self.booking:
            self.on_change_direction()

    @property
    def busy_until(self):
        "The last day before the units may serve again, if it is known"
        if self.booking:
            return self.booking.busy_until
        return self.due_date

    @property
    def holder(self):
        return self.to_party

    @property
    def held_from(self):
        return self.local_date.date()

    @property
    def local_date(self):
        "The date and time on the clock of the company"
        timezone = self.company.timezone
        if timezone:
            return self.date.replace(tzinfo=tz.UTC).astimezone(
                tz.ZoneInfo(timezone))
        return self.date

    def get_rec_name(self, name):
        if self.number:
            return self.number
        return f'{self.from_party.rec_name} → {self.to_party.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(
            clause, 'number', 'from_party.rec_name', 'to_party.rec_name')

    @classmethod
    def check_modification(
            cls, mode, custodies, values=None, external=False):
        super().check_modification(
            mode, custodies, values=values, external=external)
        for custody in custodies:
            # A note is a fact: a mistake is corrected by the next one.
            if mode in {'write', 'delete'} and custody.state == 'done':
                raise CustodyModificationError(gettext(
                        'tibillet_equipment.msg_custody_modify',
                        custody=custody.rec_name))
            state = (values or {}).get('state', custody.state)
            if external and state != 'draft':
                raise CustodyModificationError(gettext(
                        'tibillet_equipment.msg_custody_state',
                        custody=custody.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('done')
    def do(cls, custodies):
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        Equipment = pool.get('tibillet.equipment')

        Equipment.lock(list({l.equipment for c in custodies for l in c.lines}))
        last = CustodyLine.get_last(
            {l.equipment for c in custodies for l in c.lines})
        left = set()
        for custody in sorted(custodies, key=lambda c: c.date):
            custody.check_chain(last)
            custody.check_booking(last)
            left.update(
                last[l.equipment].custody.booking for l in custody.lines
                if l.equipment in last)
            last.update((l.equipment, l) for l in custody.lines)
            units = [l.equipment for l in custody.lines]
            if custody.direction == 'out':
                Equipment.hand_over(units)
                if custody.booking:
                    Booking.start([custody.booking])
            else:
                Equipment.take_back(units)
        cls.set_number(custodies)
        Booking.finish(cls._without_unit_out(left - {None}, last))

    @classmethod
    def _without_unit_out(cls, bookings, last):
        "Return the bookings of which no unit is out, last being the newest"
        pool = Pool()
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        handed = {l.equipment for l in CustodyLine.search([
                    ('custody.booking', 'in', [b.id for b in bookings]),
                    ('custody.state', '=', 'done'),
                    ])}
        newest = {**CustodyLine.get_last(handed), **last}
        out = {
            l.custody.booking for l in newest.values()
            if l.custody.direction == 'out'}
        return [b for b in bookings if b not in out]

    def check_chain(self, last):
        """Refuse a unit that is not where the note takes it from

        last: the last line of each unit, by unit.
        """
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        if not self.lines:
            raise CustodyChainError(gettext(
                    'tibillet_equipment.msg_custody_no_line',
                    custody=self.rec_name))
        if self.date > now():
            raise CustodyChainError(gettext(
                    'tibillet_equipment.msg_custody_future',
                    custody=self.rec_name,
                    date=lang.strftime(self.local_date)))
        keeper = self.company.party
        if self.direction == 'out' and self.to_party == keeper:
            raise CustodyChainError(gettext(
                    'tibillet_equipment.msg_custody_out_keeper',
                    custody=self.rec_name,
                    party=keeper.rec_name))
        if self.direction == 'return' and self.to_party != keeper:
            raise CustodyChainError(gettext(
                    'tibillet_equipment.msg_custody_return_keeper',
                    custody=self.rec_name,
                    party=keeper.rec_name))
        for line in self.lines:
            unit = line.equipment
            if unit.state not in self._states_from():
                raise CustodyChainError(gettext(
                        'tibillet_equipment.msg_custody_state_unit',
                        custody=self.rec_name,
                        equipment=unit.rec_name,
                        state=unit.state_string))
            if self.held_from < unit.in_service_date:
                raise CustodyChainError(gettext(
                        'tibillet_equipment.msg_custody_before',
                        custody=self.rec_name,
                        equipment=unit.rec_name,
                        date=lang.strftime(unit.in_service_date)))
            previous = last.get(unit)
            holder = previous.custody.to_party if previous else keeper
            if holder != self.from_party:
                raise CustodyChainError(gettext(
                        'tibillet_equipment.msg_custody_from',
                        custody=self.rec_name,
                        equipment=unit.rec_name,
                        holder=holder.rec_name,
                        party=self.from_party.rec_name))
            if previous and self.date <= previous.custody.date:
                raise CustodyChainError(gettext(
                        'tibillet_equipment.msg_custody_date',
                        custody=self.rec_name,
                        equipment=unit.rec_name,
                        previous=previous.custody.rec_name,
                        date=lang.strftime(previous.custody.local_date)))

    def _states_from(self):
        "Return the states of the units that the note can move"
        if self.direction == 'out':
            # Units may go on from one borrower to the next.
            return {'available', 'out'}
        return {'out', 'missing', 'lost', 'stolen'}

    def check_booking(self, last):
        """Refuse to hand over to who did not book, or more than is booked

        What was brought back may be exchanged: it counts no more.
        last: the last line of each unit of the notes, by unit.
        """
        if self.direction != 'out' or not self.booking:
            return
        if self.to_party != self.booking.party:
            raise CustodyChainError(gettext(
                    'tibillet_equipment.msg_custody_booking_party',
                    custody=self.rec_name,
                    booking=self.booking.rec_name,
                    party=self.booking.party.rec_name))
        handed = {l.equipment for l in self.lines}
        handed.update(
            u for u in self.booking.get_units_out() if u not in last)
        handed.update(
            u for u, l in last.items()
            if l.custody.direction == 'out'
            and l.custody.booking == self.booking)
        booked = self.booking.get_booked()
        for product, count in Counter(u.product for u in handed).items():
            if count > booked[product]:
                raise CustodyChainError(gettext(
                        'tibillet_equipment.msg_custody_booking',
                        custody=self.rec_name,
                        booking=self.booking.rec_name,
                        product=product.rec_name,
                        booked=booked[product],
                        handed=count))


del _states


class CustodyLine(ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.custody.line'
    __string__ = "Equipment Custody Line"

    custody = fields.Many2One(
        'tibillet.equipment.custody', "Custody Note", required=True,
        ondelete='CASCADE')
    equipment = fields.Many2One(
        'tibillet.equipment', "Unit", required=True, ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    condition = fields.Selection([
            ('good', "Good"),
            ('worn', "Worn"),
            ('damaged', "Damaged"),
            ('incomplete', "Incomplete"),
            ], "Condition", required=True, sort=False)
    accessories = fields.Char(
        "Accessories", help="Chargers, cases, cables that go with it.")
    notes = fields.Char("Notes")
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company')
    date = fields.Function(
        fields.DateTime("Date"), 'get_custody_field')
    direction = fields.Function(
        fields.Selection('get_directions', "Direction"), 'get_custody_field')
    from_party = fields.Function(
        fields.Many2One(
            'party.party', "From",
            context={
                'company': Eval('company', -1),
                },
            depends={'company'}),
        'get_custody_field')
    to_party = fields.Function(
        fields.Many2One(
            'party.party', "To",
            context={
                'company': Eval('company', -1),
                },
            depends={'company'}),
        'get_custody_field')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('custody')
        table = cls.__table__()
        cls._sql_constraints += [
            ('custody_equipment_unique',
                Unique(table, table.custody, table.equipment),
                'tibillet_equipment.msg_custody_line_equipment_unique'),
            ]
        cls._sql_indexes.add(
            Index(table, (table.equipment, Index.Range())))
        cls._order = [
            ('custody.date', 'DESC'),
            ('id', 'ASC'),
            ]

    @classmethod
    def default_condition(cls):
        return 'good'

    @fields.depends('custody', '_parent_custody.company')
    def on_change_with_company(self, name=None):
        return self.custody.company if self.custody else None

    @classmethod
    def get_directions(cls):
        pool = Pool()
        Custody = pool.get('tibillet.equipment.custody')
        return Custody.fields_get(['direction'])['direction']['selection']

    def get_custody_field(self, name):
        return getattr(self.custody, name)

    @classmethod
    def get_last(cls, units):
        "Return the last recorded line of the units that have one, by unit"
        if not units:
            return {}
        cursor = Transaction().connection.cursor()
        cursor.execute(*cls.query_last([u.id for u in units]))
        lines = cls.browse([line for line, _, _ in cursor])
        return {l.equipment: l for l in lines}

    @classmethod
    def query_last(cls, units=None):
        """Return the query of the last recorded line of each unit

        as line, equipment and to_party, for these ids of units or for all.
        """
        pool = Pool()
        Custody = pool.get('tibillet.equipment.custody')
        line, custody = cls.__table__(), Custody.__table__()
        latest_line, latest_custody = cls.__table__(), Custody.__table__()
        where = latest_custody.state == 'done'
        if units is not None:
            where &= fields.SQL_OPERATORS['in'](latest_line.equipment, units)
        latest = (latest_line
            .join(latest_custody,
                condition=latest_line.custody == latest_custody.id)
            .select(
                latest_line.equipment.as_('equipment'),
                Max(latest_custody.date).as_('date'),
                where=where,
                group_by=[latest_line.equipment]))
        # Notes of a unit have different dates: one line matches.
        return (latest
            .join(line, condition=line.equipment == latest.equipment)
            .join(custody,
                condition=(line.custody == custody.id)
                & (custody.date == latest.date)
                & (custody.state == 'done'))
            .select(
                line.id.as_('line'),
                line.equipment.as_('equipment'),
                custody.to_party.as_('to_party')))

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        for line in lines:
            if line.custody.state == 'done':
                raise CustodyModificationError(gettext(
                        'tibillet_equipment.msg_custody_modify',
                        custody=line.custody.rec_name))
