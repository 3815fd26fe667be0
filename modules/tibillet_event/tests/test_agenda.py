"""The published programme, as it is read from the database."""
import datetime as dt
from decimal import Decimal
from unittest.mock import patch
from uuid import UUID, uuid4

from tibillet_base import tools
from tibillet_base.tests.queries import count_queries
from tibillet_event import place_writer
from tibillet_event.exceptions import (
    AgendaPeriodError, AgendaUnknownError, PublicIdentifierAccessError,
    PublicIdentifierError)

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)
from trytond.transaction import Transaction, check_access

from .agenda_records import DAY, Season
from .records import utc

NOW = utc('2099-07-01 12:00')


def read(*args, **kwargs):
    Performance = Pool().get('tibillet.performance')
    return Performance.get_agenda(
        *args, **{'now': NOW, 'offers': True, **kwargs})


class AgendaTestCase(TestCase):
    "Test the programme is read"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_event')

    @with_transaction()
    def test_states(self):
        "Test drafts are not read, all other dates are"
        season = Season()
        Performance = Pool().get('tibillet.performance')
        for i, state in enumerate([
                    'draft', 'on_sale', 'closed', 'postponed', 'cancelled']):
            season.create_date(
                state=state, name=state, day=DAY + dt.timedelta(days=i))
        agenda = read()
        self.assertEqual(
            [(p.name, p.note) for p in agenda.performances], [
                ('on_sale', None), ('closed', None),
                ('postponed', "Postponed"), ('cancelled', "Cancelled")])
        Performance.draft(Performance.search([('name', '=', 'on_sale')]))
        self.assertNotIn('on_sale', [p.name for p in read().performances])
        season.event.active = False
        season.event.save()
        self.assertEqual(read().performances, ())

    @with_transaction()
    def test_window(self):
        "Test what is over leaves after a while"
        season = Season()
        season.create_date()
        for now, count in [
                ('2099-01-01', 1), ('2099-07-11 00:00', 1),
                ('2099-08-09 23:59', 1), ('2099-08-10 00:00', 0)]:
            with self.subTest(now=now):
                self.assertEqual(
                    len(read(now=utc(now)).performances), count)

    @with_transaction()
    def test_over_midnight(self):
        "Test a night belongs to both of its days"
        season = Season()
        season.create_date(time=dt.time(22), end_time=dt.time(2))
        for since, until, count in [
                (9, 9, 0), (9, 10, 1), (10, 10, 1), (11, 11, 1), (12, 12, 0)]:
            with self.subTest(since=since, until=until):
                found = read(
                    since=dt.date(2099, 7, since),
                    until=dt.date(2099, 7, until))
                self.assertEqual(len(found.performances), count)

    @with_transaction()
    def test_refused(self):
        season = Season()
        for error, arguments in [
                (AgendaUnknownError, {'kind': 'venue', 'identifier': 'x'}),
                (AgendaUnknownError, {'kind': 'venue'}),
                (AgendaUnknownError, {
                        'kind': 'company', 'identifier': season.venue.uuid}),
                (AgendaPeriodError, {
                        'since': DAY, 'until': DAY - dt.timedelta(days=1)}),
                ]:
            with self.subTest(arguments=arguments):
                with self.assertRaises(error):
                    read(**arguments)

    @with_transaction()
    def test_venue(self):
        pool = Pool()
        Address = pool.get('party.address')
        Country = pool.get('country.country')
        season = Season()
        country = Country(name="France", code='FR')
        country.save()
        address = Address(
            party=season.party, street="6 impasse du Bal",
            postal_code='75018', city="Paris", country=country)
        address.save()
        season.venue.address = address
        season.venue.latitude = Decimal('48.853')
        season.venue.save()
        season.create_date()
        venue = read().performances[0].venue
        self.assertEqual(
            (venue.street, venue.postal_code, venue.city, venue.country),
            ("6 impasse du Bal", '75018', "Paris", 'FR'))
        self.assertEqual(
            (venue.latitude, venue.longitude), (Decimal('48.853'), None))

    @with_transaction()
    def test_artist(self):
        "Test only what is public of the page of an artist is read"
        Link = Pool().get('tibillet.artist.link')
        season = Season()
        season.event.artists = [season.create_artist("Dimanches", links=[
                    Link(url='https://a.example.org', visibility='public'),
                    Link(url='https://b.example.org', visibility='network'),
                    Link(url='https://c.example.org', visibility='private'),
                    ])]
        season.event.save()
        season.create_date()
        artist, = read().performances[0].event.artists
        self.assertEqual(
            (artist.name, artist.links),
            ("Dimanches", ('https://a.example.org',)))

    def create_tariff(self, season, name, **values):
        Tariff = Pool().get('tibillet.tariff')
        tariff = Tariff(
            name=name, event=season.event,
            **{'price': Decimal('15.00'), **values})
        tariff.save()
        return tariff

    @with_transaction()
    def test_offers(self):
        "Test public tariffs are told, with what a buyer pays"
        season = Season()
        date, other = season.create_dates(2)
        with set_company(season.company):
            self.create_tariff(
                season, "Full", fee_mode='added', fee_fixed=Decimal('0.80'),
                sale_end=utc('2099-07-10 18:00'))
            self.create_tariff(
                season, "Open", free_price=True, minimum=Decimal('5.00'),
                channels=['counter'], performances=[date])
            self.create_tariff(season, "Partner", channels=['partner'])
            self.create_tariff(season, "Pass", kind='pass')
            self.create_tariff(season, "Old", active=False)
        first, second = read().performances
        currency = season.company.currency.code
        self.assertEqual(
            [(o.name, o.price, o.currency, o.minimum, o.end)
                for o in first.offers], [
                ("Full", Decimal('15.80'), currency, None,
                    utc('2099-07-10 18:00')),
                ("Open", Decimal('15.00'), currency, Decimal('5.00'), None),
                ])
        self.assertEqual([o.name for o in second.offers], ["Full"])
        for button in ['close', 'cancel']:
            performance = {'close': date, 'cancel': other}[button]
            getattr(type(performance), button)([performance])
        self.assertEqual([p.offers for p in read().performances], [(), ()])

    @with_transaction()
    def test_places(self):
        "Test places are counted as the public can have them"
        pool = Pool()
        Allotment = pool.get('tibillet.allotment')
        Performance = pool.get('tibillet.performance')
        season = Season()
        date, = season.create_dates()

        def has_places():
            return read().performances[0].has_places

        self.assertIsNone(has_places())
        Performance.set_capacity([date], 4)
        self.assertIs(has_places(), True)
        allotment = Allotment(performance=date, name="Team", kind='production')
        allotment.save()
        Allotment.add_places([allotment], 3)
        self.assertIs(has_places(), True)
        place_writer.hold(
            date, None, 1, 'basket', utc('2099-07-01 12:15'), now=NOW)
        place_writer.sell('basket', now=NOW)
        # The three places that are left are kept by the production.
        self.assertIs(has_places(), False)
        online = Allotment(performance=date, name="Site", kind='online')
        online.save()
        Allotment.add_places([online], 1, source=allotment)
        self.assertIs(has_places(), True)
        place_writer.hold(
            date, online, 1, 'site', utc('2099-07-01 12:15'), now=NOW)
        self.assertIs(has_places(), False)

    @with_transaction()
    def test_unlimited(self):
        Performance = Pool().get('tibillet.performance')
        season = Season()
        dates = season.create_dates()
        Performance.set_capacity(dates, 0, unlimited=True)
        self.assertIs(read().performances[0].has_places, True)

    @with_transaction()
    def test_queries(self):
        "Test many dates ask no more of the database than a few"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        season = Season()
        artist = season.create_artist("Dimanches")

        def create(count, day):
            events = [
                season.create_event(f"{day} {i}", artists=[artist])
                for i in range(count)]
            with set_company(season.company):
                for event in events:
                    season.event = event
                    self.create_tariff(season, "Full")
            Performance.set_capacity([
                    p for e in events
                    for p in season.create_dates(5, event=e, day=day)], 1)

        with patch.object(Performance, '_warn_overlap'):
            create(1, dt.date(2099, 7, 10))
            few = count_queries(read)
            create(12, dt.date(2099, 8, 10))
            many = count_queries(read)
        self.assertEqual(len(read().performances), 65)
        self.assertLessEqual(many, few)


class RevisionTestCase(TestCase):
    "Test what subscribers must see is counted"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_event')

    @with_transaction()
    def test_revised(self):
        "Test each change counts once, and says when"
        pool = Pool()
        Address = pool.get('party.address')
        Performance = pool.get('tibillet.performance')
        Tag = pool.get('tibillet.event.tag')
        season = Season()
        address = Address(party=season.party, city="Paris")
        address.save()
        season.venue.address = address
        season.venue.save()
        artist = season.create_artist("Dimanches")
        tag = Tag(name="Musique")
        tag.save()
        date = season.create_date(state='draft')
        elsewhere = season.create_venue("Ailleurs")
        other = season.create_date(
            venue=elsewhere, event=season.create_event("Autre"))

        def change(record, **values):
            return lambda: type(record).write([record], values)

        def press(name):
            return lambda: getattr(Performance, name)([date])

        later = utc('2099-01-01 12:00:01')
        for what, act, count in [
                ("sold online", press('put_on_sale'), 1),
                ("name", change(season.event, name="Nuit noire"), 1),
                ("summary", change(season.event, summary="Court"), 1),
                ("artist", change(
                        season.event, artists=[('add', [artist.id])]), 1),
                ("name of artist", change(artist, name="Lundis"), 1),
                ("tag", change(season.event, tags=[('add', [tag.id])]), 1),
                ("name of tag", change(tag, name="Bal"), 1),
                ("hour", change(date, time=dt.time(20, 0)), 1),
                ("doors", change(date, doors_time=dt.time(19, 0)), 1),
                ("date", change(
                        date, date=DAY + dt.timedelta(days=1),
                        end_date=DAY + dt.timedelta(days=1)), 1),
                ("title", change(date, name="Matinée"), 1),
                ("name of venue", change(season.venue, name="Le Grand"), 1),
                ("zone", change(season.venue, timezone='Europe/London'), 1),
                ("address", change(address, city="Saint-Denis"), 1),
                ("place", change(season.venue, latitude=Decimal(48)), 1),
                ("no tag", lambda: Tag.delete([tag]), 1),
                ("postponed", press('postpone'), 1),
                ("cancelled", press('cancel'), 1),
                ("closed too", change(season.event, name="Nuit"), 1),
                # Nobody sees these.
                ("taxes", change(season.event, vat_exempt=True), 0),
                ("drinks", change(season.venue, drinks_customary=True), 0),
                ("rider", change(artist, rider_visibility='private'), 0),
                ("color", lambda: Tag.create([{'name': "Autre"}]), 0),
                ]:
            with self.subTest(what=what):
                before = Performance(date.id).revision
                with patch.object(tools, 'now', return_value=later):
                    act()
                after = Performance(date.id)
                if count:
                    self.assertGreaterEqual(after.revision, before + 1)
                    self.assertEqual(after.revised, later)
                else:
                    self.assertEqual(after.revision, before)
                later += dt.timedelta(minutes=1)
        self.assertEqual(Performance(other.id).revision, 1)

    @with_transaction()
    def test_companies(self):
        "Test a manager changes what subscribers of another company see"
        pool = Pool()
        Group = pool.get('res.group')
        Performance = pool.get('tibillet.performance')
        User = pool.get('res.user')
        Venue = pool.get('tibillet.venue')
        season = Season()
        shared = season.create_venue("Le Chapiteau", company=None)
        date = season.create_date(venue=shared)
        other = create_company("Autre coopérative")
        group, = Group.search([('name', '=', "TiBillet / Venue Manager")])
        user, = User.create([{
                    'name': "Manager", 'login': 'manager',
                    'companies': [('add', [other.id])],
                    'company': other.id,
                    'groups': [('add', [group.id])],
                    }])
        before = Performance(date.id).revision
        with Transaction().set_user(user.id), check_access(), (
                Transaction().set_context(
                    User.get_preferences(context_only=True))):
            self.assertEqual(
                Performance.search([('id', '=', date.id)]), [])
            Venue.write([Venue(shared.id)], {'name': "Le Grand Chapiteau"})
        found, = read().performances
        self.assertEqual(
            (found.revision, found.venue.name),
            (before + 1, "Le Grand Chapiteau"))

    @with_transaction()
    def test_copy(self):
        "Test a copy is another record for everybody"
        season = Season()
        date = season.create_date()
        for record, default in [
                (season.venue, None), (season.event, None),
                (date, {
                        'date': dt.date(2099, 7, 11),
                        'end_date': dt.date(2099, 7, 11)})]:
            with self.subTest(record=record):
                copy, = type(record).copy([record], default)
                self.assertNotEqual(copy.uuid, record.uuid)
        self.assertEqual((date.revision, copy.revision), (1, 0))

    @with_transaction()
    def test_copy_of_all(self):
        "Test the name of the whole programme stays"
        Configuration = Pool().get('ir.configuration')
        before = Configuration(1).uuid
        self.assertEqual(str(UUID(before)), before)
        Configuration.copy([Configuration(1)])
        self.assertEqual(Configuration(1).uuid, before)

    @with_transaction()
    def test_identifier(self):
        "Test an identifier is one, and stays"
        season = Season()
        Tag = Pool().get('tibillet.event.tag')
        for wrong in ['x', season.venue.uuid.upper(), '../..']:
            with self.subTest(wrong=wrong):
                with self.assertRaises(PublicIdentifierError):
                    Tag.create([{'name': repr(wrong), 'uuid': wrong}])
        given = str(uuid4())
        tag, = Tag.create([{'name': "Bal", 'uuid': given}])
        self.assertEqual(tag.uuid, given)
        Tag.write([tag], {'uuid': given, 'name': "Fête"})
        with self.assertRaises(PublicIdentifierAccessError):
            Tag.write([tag], {'uuid': str(uuid4())})

    @with_transaction()
    def test_filled(self):
        "Test records of before get their identifiers"
        season = Season()
        dates = season.create_dates(3)
        Performance = type(dates[0])
        table = Performance.__table__()
        Performance.__table_handler__('tibillet_event').not_null_action(
            'uuid', 'remove')
        tools.cursor().execute(*table.update(
                [table.uuid], [None],
                where=table.id.in_([d.id for d in dates[1:]])))
        Performance._fill_uuid()
        statement = tools.cursor()
        statement.execute(*table.select(table.id, table.uuid))
        filled = dict(statement.fetchall())
        self.assertEqual(filled[dates[0].id], dates[0].uuid)
        self.assertEqual(len({UUID(u) for u in filled.values()}), 3)
