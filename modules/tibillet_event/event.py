from sql.aggregate import Count, Max, Min

from trytond.model import (
    DeactivableMixin, ModelSQL, ModelView, Unique, fields, sequence_ordered)
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction

# As the ministry of culture sorts shows (SIBIL).
DOMAINS = [
    (None, ""),
    ('street', "Street Arts"),
    ('cabaret', "Cabaret and Music Hall"),
    ('circus_traditional', "Circus, Traditional"),
    ('circus_creation', "Circus, Creation"),
    ('theatre', "Theatre"),
    ('theatre_musical', "Musical Theatre"),
    ('dance', "Dance"),
    ('humour', "Humour"),
    ('puppets', "Puppets"),
    ('mime', "Mime"),
    ('music_classical', "Classical Music"),
    ('music_contemporary', "Contemporary Music"),
    ('music_popular', "Popular Music"),
    ('music_world', "World Music"),
    ('other', "Other"),
    ]


class EventTag(DeactivableMixin, sequence_ordered(), ModelSQL, ModelView):
    __name__ = 'tibillet.event.tag'
    __string__ = "Event Tag"

    name = fields.Char("Name", required=True, translate=True)
    color = fields.Char(
        "Color",
        help="Used to show the events in calendars.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('name_unique', Unique(table, table.name),
                'tibillet_event.msg_event_tag_name_unique'),
            ]

    @classmethod
    def default_color(cls):
        return '#267f82'


class Event(DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.event'
    __string__ = "Event"

    name = fields.Char("Name", required=True, translate=True)
    kind = fields.Selection([
            ('concert', "Concert"),
            ('theatre', "Theatre"),
            ('dance', "Dance"),
            ('circus', "Circus and Street Arts"),
            ('comedy', "Comedy"),
            ('young', "Puppets and Tales"),
            ('party', "Party and Ball"),
            ('festival', "Festival"),
            ('screening', "Screening"),
            ('exhibition', "Exhibition"),
            ('talk', "Talk and Meeting"),
            ('workshop', "Workshop"),
            ('other', "Other"),
            ], "Kind", required=True, sort=False)
    company = fields.Many2One(
        'company.company', "Organiser", required=True,
        states={
            'readonly': Bool(Eval('performances', [0])),
            },
        help="The company that sells the tickets and keeps the books.")
    coproducers = fields.Many2Many(
        'tibillet.event-party.party', 'event', 'party', "Co-producers",
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="The parties that produce the event with the organiser.")
    artists = fields.Many2Many(
        'tibillet.event-tibillet.artist', 'event', 'artist', "Artists")
    tags = fields.Many2Many(
        'tibillet.event-tibillet.event.tag', 'event', 'tag', "Tags")
    summary = fields.Char(
        "Summary", translate=True,
        help="One sentence for the agenda.")
    description = fields.Text("Description", translate=True)
    image = fields.Binary("Image")
    sibil_domain = fields.Selection(
        DOMAINS, "Domain", sort=False,
        help="As declared to the ministry with the receipts of shows.")
    young_audience = fields.Boolean(
        "Young Audience",
        help="Check if it is made for children or teenagers.")
    new_work = fields.Boolean(
        "New Creation",
        help="Check for a new work or a new staging: its first 140 "
        "performances have a rate of tax of their own.")
    played_before = fields.Integer(
        "Played Before",
        domain=[
            ('played_before', '>=', 0),
            ],
        states={
            'invisible': ~Eval('new_work'),
            'required': Bool(Eval('new_work')),
            },
        help="How often the new creation was performed elsewhere before.")
    vat_exempt = fields.Boolean(
        "Exempt from VAT",
        help="Check if the organiser charges no VAT, or none for this event.")
    performances = fields.One2Many(
        'tibillet.performance', 'event', "Performances")
    performance_count = fields.Function(
        fields.Integer(
            "Performances",
            help="How many take place: neither postponed nor cancelled."))
    first_date = fields.Function(fields.Date("First Date"))
    last_date = fields.Function(fields.Date("Last Date"))
    color = fields.Function(fields.Char("Color"), 'on_change_with_color')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_kind(cls):
        return 'concert'

    @classmethod
    def default_played_before(cls):
        return 0

    @fields.depends('tags')
    def on_change_with_color(self, name=None):
        for tag in self.tags or []:
            if tag.color:
                return tag.color

    @classmethod
    def _programme(cls, tables, expression):
        "Return the expression over the performances that take place"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        table, _ = tables[None]
        performance = Performance.__table__()
        return performance.select(
            expression(performance),
            where=(performance.event == table.id)
            & performance.state.in_(Performance.states_taking_place()))

    @classmethod
    def column_performance_count(cls, tables):
        return cls._programme(tables, lambda p: Count(p.id))

    @classmethod
    def column_first_date(cls, tables):
        return cls._programme(tables, lambda p: Min(p.date))

    @classmethod
    def column_last_date(cls, tables):
        return cls._programme(tables, lambda p: Max(p.date))

    @classmethod
    def copy(cls, events, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('performances', None)
        return super().copy(events, default=default)


class EventParty(ModelSQL):
    __name__ = 'tibillet.event-party.party'
    __string__ = "Event - Party"

    event = fields.Many2One(
        'tibillet.event', "Event", required=True, ondelete='CASCADE')
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('event')


class EventArtist(ModelSQL):
    __name__ = 'tibillet.event-tibillet.artist'
    __string__ = "Event - Artist"

    event = fields.Many2One(
        'tibillet.event', "Event", required=True, ondelete='CASCADE')
    artist = fields.Many2One(
        'tibillet.artist', "Artist", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('event')


class EventTagRelation(ModelSQL):
    __name__ = 'tibillet.event-tibillet.event.tag'
    __string__ = "Event - Event Tag"

    event = fields.Many2One(
        'tibillet.event', "Event", required=True, ondelete='CASCADE')
    tag = fields.Many2One(
        'tibillet.event.tag', "Tag", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('event')
