"""A little of each other room: venues, a programme, members, moneys, cards.
"""
import datetime as dt
from decimal import Decimal

from proteus import Model

from . import books

# Who runs it, street, postal code, city, what it is, capacity
VENUES = [
    ("La Halle aux Lucioles", "27 quai des Platanes", '69002', "Lyon",
        'multipurpose', 350),
    ("Le Kiosque des Aubes", "1 allée des Roseaux", '34000', "Montpellier",
        'open_air', None),
    ]
# Name, biography, kind of link, address
ARTISTS = [
    ("Fanfare du Grand Large",
        "Onze cuivres, trois percussions et un tuba trop grand pour le car.",
        'music', 'https://musique.example.org/grand-large'),
    ("Trio Garrigue",
        "Accordéon, contrebasse et voix : des chansons qui sentent le thym.",
        'video', 'https://video.example.org/garrigue'),
    ]
TAGS = [
    ("Musiques actuelles", '#267f82'),
    ("Plein air", '#b8860b'),
    ("Jeune public", '#8b4789'),
    ]
EVENT = "La nuit des communs"
SUMMARY = "Trois soirs de fanfare et de chanson, payés avec la carte du lieu."
# Date, doors, start, end, what tells it from the others, venue, on sale
PERFORMANCES = [
    (dt.date(2026, 11, 28), dt.time(19, 30), dt.time(20, 30),
        dt.time(23, 0), None, 0, True),
    (dt.date(2026, 12, 5), dt.time(19, 30), dt.time(20, 30), dt.time(23, 0),
        None, 0, True),
    (dt.date(2026, 12, 12), dt.time(14, 30), dt.time(15, 0),
        dt.time(16, 30), "Matinée en famille", 1, False),
    ]

# Member, plan, asked on, paid on, amount, left on
MEMBERS = [
    ("Ambre Tournesol", 'person', dt.date(2024, 9, 20),
        [(dt.date(2025, 10, 2), '15.00'), (dt.date(2026, 10, 1), '20.00')],
        None),
    ("Basile Coquelicot", 'person', dt.date(2024, 3, 5),
        [(dt.date(2024, 3, 5), '10.00')], None),
    ("Céleste Pimprenelle", 'person', dt.date(2026, 10, 28), [], None),
    ("Octave Millepertuis", 'person', dt.date(2025, 1, 10),
        [(dt.date(2025, 1, 10), '12.00')], dt.date(2025, 6, 30)),
    ("Collectif des Roseaux", 'organisation', dt.date(2026, 11, 2), [],
        None),
    ]

# Number read on the card, number printed on it
CARDS = [
    ('04:3A:51:B2:6C:12:90', '000001'),
    ('04:3A:52:B2:6C:12:90', '000002'),
    ('04:3A:53:B2:6C:12:90', '000003'),
    ('04:3A:54:B2:6C:12:90', '000004'),
    ('04:3A:55:B2:6C:12:90', '000005'),
    ('04:3A:56:B2:6C:12:90', '000006'),
    ]


def build(house, progress):
    "Fill the other menus of the co-operative"
    with books.working_for(house.cooperative):
        progress("venues and programme")
        _programme(_venues())
        progress("members")
        members = _members(_plans(house.cooperative))
        progress("moneys and cards")
        _moneys(house)
        _cards(house, members)


def _venues():
    Party = Model.get('party.party')
    Venue = Model.get('tibillet.venue')
    venues = []
    for name, street, postal_code, city, kind, capacity in VENUES:
        party = books.party(
            name, street=street, postal_code=postal_code, city=city)
        venues.append(Venue(
                party=Party(party.id), kind=kind, capacity=capacity))
    Venue.save(venues)
    return venues


def _programme(venues):
    "Announce one event of three dates"
    Event = Model.get('tibillet.event')
    Performance = Model.get('tibillet.performance')
    Tag = Model.get('tibillet.event.tag')
    tags = [Tag(name=name, color=color) for name, color in TAGS]
    Tag.save(tags)
    event = Event(name=EVENT, kind='concert', summary=SUMMARY)
    event.artists.extend(_artists())
    event.tags.extend(tags[:2])
    event.save()
    performances, on_sale = [], []
    for date, doors, start, end, name, venue, sold in PERFORMANCES:
        performance = Performance(
            event=event, venue=venues[venue], name=name, date=date,
            time=start, end_time=end, doors_time=doors)
        performances.append(performance)
        if sold:
            on_sale.append(performance)
    Performance.save(performances)
    Performance.click(on_sale, 'put_on_sale')


def _artists():
    Artist = Model.get('tibillet.artist')
    Party = Model.get('party.party')
    parties = [
        Party(name=name, legal_kind='organisation')
        for name, *_ in ARTISTS]
    Party.save(parties)
    artists = []
    for party, (_, biography, kind, url) in zip(parties, ARTISTS):
        artist = Artist(party=party, biography=biography)
        artist.links.new(kind=kind, url=url)
        artists.append(artist)
    Artist.save(artists)
    return artists


def _plans(company):
    "Return the plans by who may buy them"
    Plan = Model.get('tibillet.membership.plan')
    books.defer_memberships(company)
    person = Plan(name="Adhésion à prix libre", buyers='person')
    person.price_kind = 'free'
    person.price_min = Decimal('5')
    person.price_suggested = Decimal('15')
    person.grace_days = 30
    organisation = Plan(
        name="Adhésion des structures", buyers='organisation')
    organisation.duration_unit = 'civil_year'
    organisation.price = Decimal('60')
    organisation.acceptance = True
    product = _untaxed(company)
    for plan in [person, organisation]:
        plan.product = product
    Plan.save([person, organisation])
    return {'person': person, 'organisation': organisation}


def _untaxed(company):
    "Return the product of memberships, which bear no VAT"
    Category = Model.get('product.category')
    Template = Model.get('product.template')
    category = Category(name="Adhésions", accounting=True)
    category.account_revenue = books.account(company, '7588')
    category.save()
    template = Template(name="Adhésion", type='service')
    template.default_uom = books.data('product.uom', 'product.uom_unit')
    template.account_category = category
    template.save()
    product, = template.products
    return product


def _members(plans):
    "Return the members, some current, some not"
    Membership = Model.get('tibillet.membership')
    Party = Model.get('party.party')
    parties = [
        Party(name=name, legal_kind=kind) for name, kind, *_ in MEMBERS]
    Party.save(parties)
    memberships = [
        Membership(party=party, plan=plans[kind], since=since)
        for party, (_, kind, since, _, _) in zip(parties, MEMBERS)]
    Membership.save(memberships)
    for membership, (_, _, _, payments, left) in zip(memberships, MEMBERS):
        for paid_on, amount in payments:
            _pay(membership, paid_on, Decimal(amount))
        if left:
            _leave(membership, left)
    return parties


def _pay(membership, date, amount):
    wizard = membership.click('pay_wizard')
    wizard.form.paid_on = date
    wizard.form.amount = amount
    wizard.execute('pay')


def _leave(membership, date):
    wizard = membership.click('cancel_wizard')
    wizard.form.date = date
    wizard.form.reason = "Déménagement"
    wizard.execute('cancel')


def _moneys(house):
    "Issue euros of the place and hours, taken by two parties"
    Money = Model.get('tibillet.money')
    Party = Model.get('party.party')
    local = Money(name="Luciole", code='LUC', kind='local')
    local.accounts.new(
        account=books.account(house.cooperative, '4671'),
        # What was loaded or paid back without a till, until the bank tells.
        counter_account=books.account(house.cooperative, '5121'))
    hours = Money(name="Heure de coup de main", code='HEURE', kind='time')
    hours.unit = "heure"
    start = dt.date(2026, 1, 1)
    for money, parties in [
            (local, [house.parties.cooperative, house.parties.association]),
            (hours, [house.parties.cooperative])]:
        for party in parties:
            money.acceptances.new(party=Party(party.id), from_date=start)
    Money.save([local, hours])


def _cards(house, holders):
    "Receive a batch of cards and give the first ones"
    Batch = Model.get('tibillet.card.batch')
    Card = Model.get('tibillet.card')
    Party = Model.get('party.party')
    batch = Batch(
        name="Premières cartes",
        origin=Party(house.parties.cooperative.id),
        received_on=dt.date(2026, 2, 16))
    batch.save()
    rows = ["uid;number"] + [f"{uid};{number}" for uid, number in CARDS]
    wizard = batch.click('import_wizard')
    wizard.form.file = '\n'.join(rows).encode()
    wizard.execute('report')
    wizard.execute('import_')
    cards = Card.find([('batch', '=', batch.id)])
    held = list(zip(cards, holders[:2]))
    for card, holder in held:
        card.party = Party(holder.id)
    Card.save([card for card, _ in held])
    Card.click([cards[1]], 'block')
