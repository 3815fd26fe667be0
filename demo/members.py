"""Members: a season of the association, and the assemblies of the SCIC.

By hand, the accounts, each college in proportion to its votes:

    college       weight   for  against  expressed       for
    employees       40 %     3        0          3   40.00 %
    places          40 %     2        2          4   20.00 %
    supporters      20 %     1        2          3    6.67 %
                                                     66.67 %

A studio, all of a college to the side that has more than half of it:

    employees       40 %     3        0          3   40.00 %
    places          40 %     2        2          4    0.00 %
    supporters      20 %     1        2          3    0.00 %
                                                     40.00 %
"""
import datetime as dt
from decimal import Decimal

from proteus import Model, Wizard

from . import books, donors, surplus

D = Decimal
CREATED = dt.date(2025, 3, 3)
NOMINAL = D('50.00')
# College, category, weight; name of the member and its shares
COLLEGES = [
    ("Salariés", 'employees', '0.4', [
            ("Camille Roche", 4), ("Idris Benali", 2), ("Nora Vidal", 2)]),
    ("Lieux et collectifs", 'beneficiaries', '0.4', [
            ("La Halle aux Grains", 10), ("Le Dock", 6),
            ("Mamasound", 6), ("Tiers-lieu des Aubes", 4)]),
    ("Soutiens", 'partners', '0.2', [
            ("Paul Sabatier", 1), ("Rosa Klein", 1), ("Ville de Lyon", 40)]),
    ]
RULES = [
    ('ordinary', 'proportional', 'simple', '0.2', '0'),
    ('extraordinary', 'majority', 'two_thirds', '0.5', '0.25'),
    ]
ORDINARY = dt.date(2026, 5, 28)
EXTRAORDINARY = dt.date(2026, 6, 25)
# Title, text, what it is about, secret
QUESTIONS = [
    ("Comptes de 2025",
        "L'assemblée approuve les comptes de l'exercice 2025.",
        'accounts', False),
    (surplus.QUESTION,
        "L'assemblée affecte le résultat de 2025, 4 200,00 €, comme proposé : "
        "réserve légale, réserve statutaire, et tout ce qui reste à la "
        "réserve de développement.", 'surplus', False),
    ("Conseil coopératif",
        "L'assemblée élit Nora Vidal au conseil coopératif, pour trois ans.",
        'board', True),
    ]
CHANGES = [
    ("Studio d'enregistrement",
        "L'article 3 des statuts ajoute à l'objet l'exploitation d'un studio "
        "d'enregistrement.", 'statutes', False),
    ("Siège social",
        "L'article 4 des statuts fixe le siège au 14 rue des Communs, à "
        "Lyon.", 'statutes', False),
    ]
ABSENT = "Rosa Klein"
UNANIMOUS = [surplus.QUESTION, "Siège social"]
# Who votes against what the others are for.
AGAINST = ["Le Dock", "Tiers-lieu des Aubes", "Paul Sabatier", "Rosa Klein"]
# For, against, blank in each college.
BALLOTS = {
    "Salariés": (2, 0, 1), "Lieux et collectifs": (3, 1, 0),
    "Soutiens": (3, 0, 0)}

SEASON = dt.date(2025, 9, 1)
RENEWED = dt.date(2026, 9, 14)
PRICES = {"Association": D('30.00'), "Individuelle": D('12.00')}
# Plan, name, day on which the first season is paid, and the second if it is
MEMBERS = [
    ("Association", "Les Amis du Lez", '2025-09-03', '2026-09-02'),
    ("Association", "Cirque des Arceaux", '2025-09-10', None),
    ("Association", "Fanfare des Abattoirs", '2025-10-01', None),
    ("Association", "Radio Garrigue", '2026-01-15', None),
    ("Individuelle", "Alma Serre", '2025-09-05', '2026-08-28'),
    ("Individuelle", "Basile Genêt", '2025-09-05', '2026-09-08'),
    ("Individuelle", "Iris Mimosa", '2025-11-20', None),
    ("Individuelle", "Narcisse Lilas", '2026-02-02', None),
    ]
# Of those who are invoiced, when each pays.
INVOICES_PAID = {
    "Cirque des Arceaux": dt.date(2026, 9, 21),
    "Fanfare des Abattoirs": dt.date(2026, 10, 2),
    "Iris Mimosa": dt.date(2026, 9, 18)}
RESULTS = {
    "Comptes de 2025": ('adopted', D('0.6667')),
    surplus.QUESTION: ('adopted', D('1.0000')),
    "Conseil coopératif": ('adopted', D('0.9000')),
    "Studio d'enregistrement": ('rejected', D('0.4000')),
    "Siège social": ('adopted', D('1.0000')),
    }


def build(house, progress):
    "Renew a season of the association, then hold the assemblies of the SCIC"
    with books.working_for(house.association):
        progress("a season of members")
        _season(house.association)
        progress("the next one, by invoice")
        _renew(house.association)
        progress("gifts and their tax receipts")
        donors.thank(books.on)
    with books.working_for(house.cooperative):
        progress("shares and colleges")
        with books.on(CREATED):
            _shares(house)
            _rules()
        progress("shares in the books")
        surplus.post_shares(house.cooperative)
        progress("ordinary assembly, and its surplus")
        _hold('ordinary', ORDINARY, QUESTIONS, house.cooperative)
        progress("extraordinary assembly")
        _hold('extraordinary', EXTRAORDINARY, CHANGES)
        _check()


def _season(company):
    "Make the plans and the members, and record what they pay at once"
    Membership = Model.get('tibillet.membership')
    Plan = Model.get('tibillet.membership.plan')
    books.defer_memberships(company)
    product = _product(company)
    plans = {}
    for name, price in PRICES.items():
        plan = Plan(
            name=f"{name}, saison", duration_unit='season',
            season_month='9', season_day=1, grace_days=60,
            price_kind='fixed', price=price, product=product,
            buyers='organisation' if name == "Association" else 'person')
        # What persons pay gets them nothing but a voice: it is a gift.
        plan.is_gift = plan.buyers == 'person'
        plan.save()
        plans[name] = plan
    for kind, name, paid_on, _ in MEMBERS:
        party = _party(
            name, 'organisation' if kind == "Association" else 'person')
        membership = Membership(
            party=party, plan=plans[kind], since=dt.date.fromisoformat(
                paid_on))
        membership.save()
        _pay(membership, paid_on)


def _product(company):
    "Return what memberships sell: 758, without VAT"
    Category = Model.get('product.category')
    Template = Model.get('product.template')
    # The French chart ships 758 without a type: give it that of 706.
    revenue = books.account(company, '758')
    revenue.template_override = True
    revenue.type = books.account(company, '706').type
    revenue.save()
    category = Category(name="Cotisations", accounting=True)
    category.account_revenue = revenue
    category.save()
    template = Template(name="Adhésion", type='service', salable=True)
    template.default_uom = books.data('product.uom', 'product.uom_unit')
    template.sale_uom = template.default_uom
    template.account_category = category
    template.save()
    product, = template.products
    return product


def _party(name, kind=None):
    "Return the party of this name, made when there is none"
    Party = Model.get('party.party')
    found = Party.find([('name', '=', name)])
    party = found[0] if found else books.party(name, city="Montpellier")
    if kind and not party.legal_kind:
        party.legal_kind = kind
        party.save()
    return party


def _pay(membership, paid_on):
    date = dt.date.fromisoformat(paid_on)
    with books.on(date):
        wizard = Wizard('tibillet.membership.pay', [membership])
        wizard.form.paid_on = date
        wizard.execute('pay')


def _renew(company):
    "Record who pays alone, invoice the others, and what some have paid"
    Invoice = Model.get('account.invoice')
    Membership = Model.get('tibillet.membership')
    members = {m.party.name: m for m in Membership.find([])}
    for _, name, _, paid_on in MEMBERS:
        if paid_on:
            _pay(members[name], paid_on)
    before = {i.id for i in Invoice.find([])}
    with books.on(RENEWED):
        renew = Wizard('tibillet.membership.renew')
        renew.form.until = RENEWED
        renew.execute('renew')
        renew.execute('end')
    for invoice in Invoice.find([('id', 'not in', list(before))]):
        invoice.invoice_date = RENEWED
        invoice.save()
        with books.told_later():
            invoice.click('post')
        paid_on = INVOICES_PAID.get(invoice.party.name)
        if paid_on:
            books.pay(invoice, paid_on)


def _shares(house):
    Capital = Model.get('tibillet.share.capital')
    Class = Model.get('tibillet.share.class')
    College = Model.get('tibillet.college')
    Member = Model.get('tibillet.college.member')
    Scheme = Model.get('tibillet.college.scheme')
    class_ = Class(name="Parts sociales", nominal=NOMINAL)
    class_.save()
    capital, = Capital.find([])
    capital.floor_amount = D('1000.00')
    capital.refund_months = 12
    capital.save()
    scheme = Scheme(date=CREATED)
    for name, category, weight, members in COLLEGES:
        college = College(name=name, category=category)
        college.save()
        scheme.weights.new(college=college, weight=D(weight))
        for member, shares in members:
            party = _party(member)
            record = Wizard('tibillet.share.record')
            record.form.kind = 'subscription'
            record.form.date = CREATED
            record.form.party = party
            record.form.share_class = class_
            record.form.shares = shares
            record.form.paid = shares * NOMINAL
            record.execute('choose')
            Member(party=party, college=college, start=CREATED).save()
    scheme.click('adopt')


def _rules():
    Rule = Model.get('tibillet.assembly.rule')
    for kind, method, majority, quorum, second in RULES:
        rule = Rule(kind=kind, date=CREATED, method=method)
        rule.majority = majority
        rule.quorum, rule.second_quorum = D(quorum), D(second)
        rule.proxies_max = 1
        rule.click('adopt')


def _hold(kind, date, questions, allocating=None):
    """Convene an assembly, hold it and close it

    allocating: the company whose result it allocates, if it does.
    """
    Assembly = Model.get('tibillet.assembly')
    Roll = Model.get('tibillet.roll')
    convened = date - dt.timedelta(days=21)
    assembly = Assembly(
        kind=kind, date=date, convened_on=convened,
        place="La Halle aux Grains, Lyon")
    assembly.agenda = '\n'.join(
        f"{n}. {name}" for n, (name, *_) in enumerate(questions, 1))
    for name, text, about, is_secret in questions:
        assembly.resolutions.new(
            name=name, text=text, kind=about, is_secret=is_secret)
    with books.on(convened):
        if allocating:
            assembly.save()
            proposal = surplus.propose(allocating, assembly)
        roll = Roll(date=convened)
        roll.click('freeze')
        assembly.click('convene')
    with books.on(date):
        assembly.roll = roll
        assembly.click('draw_sheet')
        assembly.click('open')
        members = {a.party_name: a for a in assembly.attendances}
        for name, member in members.items():
            member.is_present = name != ABSENT
        members[ABSENT].proxy = members["Paul Sabatier"]
        assembly.chair = "Camille Roche"
        assembly.secretary = "Idris Benali"
        assembly.scrutineers = "Nora Vidal et Paul Sabatier"
        assembly.save()
        for resolution in assembly.resolutions:
            resolution.click('open_vote')
            _vote(resolution)
        assembly.reload()
        assembly.click('close')
        if allocating:
            surplus.allocate(proposal)


def _vote(resolution):
    Attendance = Model.get('tibillet.assembly.attendance')
    if resolution.is_secret:
        _cast(resolution, None)
        count = Wizard('tibillet.vote.ballots', [resolution])
        for row in count.form.colleges:
            row.yes, row.no, row.blank = BALLOTS[row.college.name]
        count.execute('count')
        return
    if resolution.name not in UNANIMOUS:
        _cast(resolution, 'no', Attendance.find([
                    ('assembly', '=', resolution.assembly.id),
                    ('party_name', 'in', AGAINST),
                    ]))
    _cast(resolution, 'yes')
    resolution.click('count')


def _cast(resolution, choice, voters=None):
    "Record the votes of some, of all others if there is none"
    cast = Wizard('tibillet.vote.cast', [resolution])
    cast.form.choice = choice
    cast.form.all_others = not voters
    cast.form.voters.extend(voters or [])
    cast.execute('cast')
    resolution.reload()


def _check():
    "Refuse a story that does not say what is computed by hand above"
    Resolution = Model.get('tibillet.resolution')
    found = {
        r.name: (r.state, r.weight_for) for r in Resolution.find([])}
    if found != RESULTS:
        raise AssertionError(found)
