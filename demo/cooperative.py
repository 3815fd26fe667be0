"""The co-operative, the association that keeps its books here, and people.
"""
from types import SimpleNamespace

from proteus import Model

from . import books, draft
from .logins import LOGINS

YEARS = [2025, 2026]

# Which groups a login has, by xml id; the base gives each its rights.
GROUPS = {
    'compta': ['tibillet_base.group_accountant'],
    'lieu': [
        'tibillet_base.group_venue_manager',
        'tibillet_base.group_equipment_keeper'],
    'bar': ['tibillet_base.group_bar'],
    'caisse': ['tibillet_base.group_box_office'],
    'partenaire': ['tibillet_base.group_partner'],
    }
NAMES = {
    'compta': "Camille, comptable",
    'lieu': "Noé, responsable de lieu",
    'bar': "Lina, bar",
    'caisse': "Sacha, billetterie",
    'partenaire': "Maya, association Mamasound",
    }


def build(progress):
    "Open the books of both partners and let people log in"
    progress("parties")
    parties = SimpleNamespace(
        cooperative=books.party(
            draft.COOPERATIVE, street="12 rue des Communs",
            postal_code='69001', city="Lyon", email='ccc@example.org'),
        association=books.party(
            draft.ASSOCIATION, street="3 place du Parc",
            postal_code='34000', city="Montpellier",
            email='mamasound@example.org'),
        second=books.party(
            draft.SECOND_ASSOCIATION, street="3 place du Parc",
            postal_code='34000', city="Montpellier",
            email='association@example.org'))
    progress("books of the co-operative")
    cooperative = books.company(parties.cooperative)
    progress("books of the association")
    association = books.company(parties.association)
    for company in [cooperative, association]:
        for year in YEARS:
            books.fiscal_year(company, year)
    progress("logins")
    _administrator(cooperative, association)
    _users(cooperative, association, parties)
    return SimpleNamespace(
        parties=parties, cooperative=cooperative, association=association)


def find():
    "Return the house as the first story has left it"
    Company = Model.get('company.company')
    Party = Model.get('party.party')
    Product = Model.get('product.product')

    def named(name):
        party, = Party.find([('name', '=', name)])
        return party

    parties = SimpleNamespace(
        cooperative=named(draft.COOPERATIVE),
        association=named(draft.ASSOCIATION),
        second=named(draft.SECOND_ASSOCIATION))
    companies = {
        c.party.id: c for c in Company.find([])}
    house = SimpleNamespace(
        parties=parties,
        cooperative=companies[parties.cooperative.id],
        association=companies[parties.association.id])
    with books.working_for(house.association):
        house.sold, = Product.find([('name', '=', "Régie cashless")])
    return house


def _administrator(*companies):
    User = Model.get('res.user')
    Group = Model.get('res.group')
    user, = User.find([('login', '=', 'admin')])
    known = {c.id for c in user.companies}
    user.companies.extend(
        Model.get('company.company')(c.id)
        for c in companies if c.id not in known)
    user.company = Model.get('company.company')(companies[0].id)
    user.language, = Model.get('ir.lang').find([('code', '=', 'fr')])
    # The administrator of the demo may open every menu of the suite.
    mine = {g.id for g in user.groups}
    user.groups.extend(
        g for g in Group.find([('name', 'like', "TiBillet / %")])
        if g.id not in mine and g.id != books.data_id(
            'tibillet_base.group_partner'))
    user.save()


def leave(house):
    "Leave the administrator in the co-operative, seeing its books only"
    User = Model.get('res.user')
    user, = User.find([('login', '=', 'admin')])
    user.company = Model.get('company.company')(house.cooperative.id)
    user.company_filter = 'one'
    user.save()


def _users(cooperative, association, parties):
    User = Model.get('res.user')
    Group = Model.get('res.group')
    Company = Model.get('company.company')
    French, = Model.get('ir.lang').find([('code', '=', 'fr')])
    for login in LOGINS:
        if login.login == 'admin':
            continue
        user = User(
            name=NAMES[login.login], login=login.login,
            password=login.password, language=French)
        user.groups.extend(
            Group(books.data_id(name)) for name in GROUPS[login.login])
        if login.login == 'partenaire':
            user.partner_parties.append(
                Model.get('party.party')(parties.association.id))
        else:
            user.companies.append(Company(cooperative.id))
            user.company = Company(cooperative.id)
        if login.login in {'compta', 'lieu'}:
            user.companies.append(Company(association.id))
        user.save()
