import datetime as dt
from itertools import groupby

from tibillet_base.names import search_names
from tibillet_base.problem import ProblemMixin, SurpriseMixin
from tibillet_base.tools import is_far, take_turn, today

from trytond.i18n import gettext
from trytond.model import (
    Index, ModelSQL, ModelView, Workflow, fields, sequence_ordered)
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction

from .availability import Availability
from .configuration import BUFFER_DAYS_MAX
from .exceptions import (
    BookingCapacityError, BookingDateWarning, BookingModificationError,
    BookingValidationError)
from .numbered import NumberedMixin

_states = {
    'readonly': Eval('state') != 'draft',
    }


class Booking(SurpriseMixin, NumberedMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.booking'
    __string__ = "Equipment Booking"
    _sequence_name = 'booking_sequence'
    _problem_error = BookingValidationError
    _problem_message = 'tibillet_equipment.msg_booking'
    _surprise_warning = BookingDateWarning

    company = fields.Many2One(
        'company.company', "Company", required=True,
        states={
            'readonly': _states['readonly'] | Eval('lines', [0]),
            })
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='RESTRICT',
        states=_states,
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="Who will have the equipment.")
    purpose = fields.Char(
        "Purpose", states=_states, help="The event it is for.")
    origin = fields.Reference(
        "Origin", selection='get_origins', states=_states)
    from_date = fields.Date(
        "From", required=True, states=_states)
    to_date = fields.Date(
        "To", required=True, states=_states,
        help="The last day of use, included.")
    buffer_days = fields.Integer(
        "Buffer Days", required=True, states=_states,
        help="Days kept free after the last one, to bring the equipment "
        "back and check it.")
    busy_until = fields.Date(
        "Busy Until", readonly=True,
        help="The last day before the equipment may serve again.")
    lines = fields.One2Many(
        'tibillet.equipment.booking.line', 'booking', "Lines",
        states=_states)
    notes = fields.Text("Notes")
    custodies = fields.One2Many(
        'tibillet.equipment.custody', 'booking', "Custody Notes",
        readonly=True)
    state = fields.Selection([
            ('draft', "Draft"),
            ('confirmed', "Confirmed"),
            ('out', "Out"),
            ('returned', "Returned"),
            ('cancelled', "Cancelled"),
            ], "State", required=True, readonly=True, sort=False)
    late = fields.Function(
        fields.Boolean("Late"), 'get_late', searcher='search_late')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.company, Index.Range()),
                    (table.from_date, Index.Range())),
                Index(
                    table,
                    (table.state, Index.Equality(cardinality='low')),
                    where=table.state.in_(['draft', 'confirmed', 'out'])),
                })
        cls._order = [
            ('from_date', 'DESC'),
            ('id', 'DESC'),
            ]
        cls._transitions |= {
            ('draft', 'confirmed'),
            ('confirmed', 'draft'),
            ('draft', 'cancelled'),
            ('confirmed', 'cancelled'),
            ('cancelled', 'draft'),
            ('confirmed', 'out'),
            ('out', 'returned'),
            # A unit that was brought back is exchanged for another one.
            ('returned', 'out'),
            }
        cls._buttons.update({
                'cancel': {
                    'invisible': (
                        ~Eval('state').in_(['draft', 'confirmed'])
                        | (Eval('id', -1) < 0)),
                    'depends': ['state', 'id'],
                    },
                'draft': {
                    'invisible': ~Eval('state').in_(
                        ['confirmed', 'cancelled']),
                    'icon': If(Eval('state') == 'cancelled',
                        'tryton-undo', 'tryton-back'),
                    'depends': ['state'],
                    },
                'confirm': {
                    'invisible': Eval('state') != 'draft',
                    'depends': ['state'],
                    },
                'hand_over': {
                    'invisible': ~Eval('state').in_(
                        ['confirmed', 'out', 'returned']),
                    'depends': ['state'],
                    },
                'take_back': {
                    'invisible': Eval('state') != 'out',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_buffer_days(cls, **pattern):
        pool = Pool()
        Configuration = pool.get('tibillet.equipment.configuration')
        return Configuration(1).get_multivalue('buffer_days', **pattern)

    @classmethod
    def default_state(cls):
        return 'draft'

    @classmethod
    def _get_origin(cls):
        "Return list of model names a booking may come from"
        return []

    @classmethod
    def get_origins(cls):
        pool = Pool()
        Model = pool.get('ir.model')
        get_name = Model.get_name
        return [(None, "")] + [(m, get_name(m)) for m in cls._get_origin()]

    @fields.depends('company')
    def on_change_company(self):
        self.buffer_days = self.default_buffer_days(
            company=self.company.id if self.company else None)

    def compute_fields(self, field_names=None):
        values = super().compute_fields(field_names=field_names)
        if field_names is None or field_names & {'to_date', 'buffer_days'}:
            busy_until = self.to_date + dt.timedelta(days=self.buffer_days)
            if getattr(self, 'busy_until', None) != busy_until:
                values['busy_until'] = busy_until
        return values

    @classmethod
    def get_late(cls, bookings, name):
        pool = Pool()
        Date = pool.get('ir.date')
        today = Date.today()
        return {
            b.id: b.state == 'out' and b.busy_until < today
            for b in bookings}

    @classmethod
    def search_late(cls, name, clause):
        pool = Pool()
        Date = pool.get('ir.date')
        _, operator, value = clause
        late = bool(value) if operator == '=' else not value
        if late:
            return [
                ('state', '=', 'out'),
                ('busy_until', '<', Date.today()),
                ]
        return ['OR',
            ('state', '!=', 'out'),
            ('busy_until', '>=', Date.today()),
            ]

    @property
    def holder(self):
        return self.party

    @property
    def held_from(self):
        return self.from_date

    def get_rec_name(self, name):
        return " - ".join(filter(
                None, [self.number, self.party.rec_name, self.purpose]))

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(clause, 'number', 'party.rec_name', 'purpose')

    @classmethod
    def copy(cls, bookings, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('custodies')
        return super().copy(bookings, default=default)

    def _get_problem(self, field_names):
        if ({'from_date', 'to_date'} & field_names
                and self.to_date < self.from_date):
            return 'inverted'
        if 'buffer_days' in field_names and not (
                0 <= self.buffer_days <= BUFFER_DAYS_MAX):
            return 'buffer_days'

    def _get_problem_names(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        return {
            'booking': self.rec_name,
            'from_date': lang.strftime(self.from_date),
            'to_date': lang.strftime(self.to_date),
            'days_max': BUFFER_DAYS_MAX,
            }

    def _get_surprises(self, field_names):
        yield from super()._get_surprises(field_names)
        if ('from_date' in field_names
                and self.from_date < today(self.company)):
            yield 'past'
        if 'to_date' in field_names and is_far(self.to_date, self.company):
            yield 'far'

    def _get_surprise_key(self, surprise):
        return '.'.join([
                f'booking_{surprise}', str(self.company.id),
                str(self.party.id), f'{self.from_date:%Y%m%d}',
                f'{self.to_date:%Y%m%d}'])

    @classmethod
    def check_modification(cls, mode, bookings, values=None, external=False):
        super().check_modification(
            mode, bookings, values=values, external=external)
        if mode == 'delete':
            for booking in bookings:
                if booking.state not in {'draft', 'cancelled'}:
                    raise BookingModificationError(gettext(
                            'tibillet_equipment.msg_booking_delete',
                            booking=booking.rec_name))
        elif mode == 'write':
            frozen = {
                'company', 'party', 'from_date', 'to_date', 'buffer_days',
                'lines'} & values.keys()
            for booking in bookings:
                if frozen and booking.state != 'draft':
                    raise BookingModificationError(gettext(
                            'tibillet_equipment.msg_booking_modify',
                            booking=booking.rec_name))
        if external and mode in {'create', 'write'}:
            for booking in bookings:
                before = 'draft' if mode == 'create' else booking.state
                if (values or {}).get('state', booking.state) != before:
                    raise BookingModificationError(gettext(
                            'tibillet_equipment.msg_booking_state',
                            booking=booking.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, bookings):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, bookings):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('confirmed')
    def confirm(cls, bookings):
        pool = Pool()
        Date = pool.get('ir.date')
        # What gets scarcer is locked before it is read.
        cls.lock()
        for company, grouped in groupby(
                sorted(bookings, key=lambda b: b.company.id),
                key=lambda b: b.company):
            with Transaction().set_context(company=company.id):
                cls.check_capacity(list(grouped), Date.today())
        cls.set_number(bookings)

    @classmethod
    def check_capacity(cls, bookings, today):
        """Refuse the bookings of a company that units are short for

        Each one counts for those that follow.
        """
        pool = Pool()
        Lang = pool.get('ir.lang')
        if not bookings:
            return
        lang = Lang.get()
        availability = Availability(
            bookings[0].company,
            {l.product for b in bookings for l in b.lines},
            min(b.from_date for b in bookings),
            max(b.busy_until for b in bookings),
            today, exclude=bookings)
        for booking in bookings:
            if not booking.lines:
                raise BookingCapacityError(gettext(
                        'tibillet_equipment.msg_booking_no_line',
                        booking=booking.rec_name))
            availability.add(booking)
            if short := availability.shortage(booking):
                name, day, missing, holdings = short
                raise BookingCapacityError('\n'.join([
                            gettext(
                                'tibillet_equipment.msg_booking_shortage',
                                booking=booking.rec_name,
                                name=name,
                                missing=missing,
                                day=lang.strftime(day)),
                            *(h.say(lang) for h in holdings)]))

    @classmethod
    @ModelView.button_action('tibillet_equipment.wizard_booking_hand_over')
    def hand_over(cls, bookings):
        pass

    @classmethod
    @ModelView.button_action('tibillet_equipment.wizard_booking_take_back')
    def take_back(cls, bookings):
        pass

    @classmethod
    @Workflow.transition('out')
    def start(cls, bookings):
        pass

    @classmethod
    @Workflow.transition('returned')
    def finish(cls, bookings):
        pass


del _states


class BookingLine(ProblemMixin, sequence_ordered(), ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.booking.line'
    __string__ = "Equipment Booking Line"
    _problem_error = BookingValidationError
    _problem_message = 'tibillet_equipment.msg_booking_line'

    booking = fields.Many2One(
        'tibillet.equipment.booking', "Booking", required=True,
        ondelete='CASCADE')
    product = fields.Many2One(
        'product.product', "Product", required=True, ondelete='RESTRICT',
        domain=[
            ('type', '=', 'assets'),
            ],
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    equipment = fields.Many2One(
        'tibillet.equipment', "Unit", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            If(Eval('product'), ('product', '=', Eval('product', -1)), ()),
            ],
        help="Leave empty to book any unit of the product.")
    quantity = fields.Integer(
        "Quantity", required=True)
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('booking')

    @classmethod
    def default_quantity(cls):
        return 1

    @fields.depends('booking', '_parent_booking.company')
    def on_change_with_company(self, name=None):
        return self.booking.company if self.booking else None

    @fields.depends('equipment', 'product', 'quantity')
    def on_change_equipment(self):
        if self.equipment:
            self.product = self.equipment.product
            self.quantity = 1

    def get_rec_name(self, name):
        if self.equipment:
            return self.equipment.rec_name
        return f'{self.quantity} × {self.product.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(clause, 'product.rec_name', 'equipment.rec_name')

    def _get_problem(self, field_names):
        if 'quantity' in field_names and self.quantity <= 0:
            return 'quantity'
        if ({'quantity', 'equipment'} & field_names
                and self.equipment and self.quantity != 1):
            return 'unit'
        if ({'product', 'equipment'} & field_names and self.equipment
                and (self.equipment.product != self.product
                    or self.equipment.company != self.booking.company)):
            return 'other'
        if 'product' in field_names and self.product.type != 'assets':
            return 'product'

    def _get_problem_names(self):
        return {
            'booking': self.booking.rec_name,
            'name': (self.equipment or self.product).rec_name,
            'product': self.product.rec_name,
            }

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        for line in lines:
            if line.booking.state != 'draft':
                raise BookingModificationError(gettext(
                        'tibillet_equipment.msg_booking_modify',
                        booking=line.booking.rec_name))

    @classmethod
    def on_modification(cls, mode, lines, field_names=None):
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        super().on_modification(mode, lines, field_names=field_names)
        # Nobody confirms it meanwhile: what is booked would not be counted.
        take_turn(Booking, {l.booking.id for l in lines})
