"""The equipment of the draft: bought, owned, depreciated, lent and broken.

The purchase is posted as a supplier's invoice, of which each company pays
what it owns.
"""
import datetime as dt
from decimal import Decimal

from proteus import Model, Wizard

from . import books, draft

BOUGHT = dt.date(2025, 9, 15)
PAID = dt.date(2025, 10, 15)
CLOSED = dt.date(2025, 12, 31)
MONTHS = 36

SUPPLIER = "Comptoir des terminaux"
# What is written on the label, by the words of the draft.
PREFIXES = {
    "Sunmi V2s": 'V2S',
    "Sunmi D3 mini": 'D3M',
    "TPE bancaire Stripe": 'TPE',
    "Borne wifi Ubiquiti U7 Pro Outdoor": 'WIFI',
    }
# The one unit that has two owners.
SHARED = 'V2S-17'
QUOTAS = Decimal('0.7'), Decimal('0.3')

FESTIVAL = "Grand festival de la plage"
FROM, TO = dt.date(2026, 7, 3), dt.date(2026, 7, 5)
LENT = {
    "Sunmi V2s": 15,
    "Sunmi D3 mini": 2,
    "TPE bancaire Stripe": 5,
    "Borne wifi Ubiquiti U7 Pro Outdoor": 2,
    }
# In UTC, as instants are kept.
HANDED_OVER = dt.datetime.combine(FROM, dt.time(7, 30))
TAKEN_BACK = dt.datetime.combine(
    TO + dt.timedelta(days=1), dt.time(15, 0))

# A booking still to confirm: what for, from, to, of what
NEXT = (
    "La nuit des communs", dt.date(2026, 12, 11), dt.date(2026, 12, 13),
    {"Sunmi V2s": 4, "Borne wifi Ubiquiti U7 Pro Outdoor": 1})

BROKEN = 'TPE-03'
BROKEN_ON = dt.date(2026, 7, 4)
DECIDED_ON = dt.date(2026, 7, 15)
REPAIR_COST = Decimal('84.00')
CARDS_USED = 4500


def build(house, convention, progress):
    """Buy, depreciate and lend the equipment that the convention lists

    Return the units lent for each event, by its name.
    """
    progress("equipment")
    products = _products(house)
    invoice_lines = _buy(house, products)
    with books.working_for(house.cooperative):
        units = _units(house, products, invoice_lines)
        progress("assets and their depreciation")
        _depreciate(units)
        _contribute(convention, units)
        progress("cards")
        cards = _cards(house)
        progress("equipment lent")
        with books.told_later():
            lent = _lend(house, units)
            _ask(house, units)
        _use(house, cards)
    return {FESTIVAL: lent}


def _lines():
    "Return description, number, cost and tax of one, from the draft"
    for line in draft.CONTRIBUTIONS[draft.COOPERATIVE]:
        nature, description, number, price, vat_rate = line
        if nature == 'equipment':
            cost = price / (1 + vat_rate)
            yield description, number, cost, price - cost


def _products(house):
    "Return the products by the words of the draft"
    Template = Model.get('product.template')
    category = _category(house)
    templates = []
    for description, _, _, _ in _lines():
        template = Template(name=description, type='assets')
        template.default_uom = books.data('product.uom', 'product.uom_unit')
        template.depreciable = True
        template.depreciation_duration = MONTHS
        # To lend terminals is what the co-operative is about.
        template.object_of_activity = True
        template.account_category = category
        templates.append(template)
    Template.save(templates)
    return {t.name: t.products[0] for t in templates}


def _category(house):
    "Return the accounts of equipment, in the books of both companies"
    Category = Model.get('product.category')
    Configuration = Model.get('account.configuration')
    category = Category(name="Matériel mutualisé", accounting=True)
    taxes = {'supplier_taxes': [], 'customer_taxes': []}
    for company in [house.cooperative, house.association]:
        with books.working_for(company):
            if category.id >= 0:
                category = Category(category.id)
            category.account_expense = books.account(company, '68112')
            category.account_asset = books.account(company, '2183')
            category.account_depreciation = books.account(company, '28183')
            category.account_disposal_expense = books.account(company, '657')
            category.account_disposal_income = books.account(company, '757')
            # What was sold leaves no stock: its price is that of a disposal.
            category.account_revenue = books.account(company, '757')
            for name, tax in [
                    ('supplier_taxes',
                        "T.V.A. Achat Immobilisations Taux Normal"),
                    ('customer_taxes', "T.V.A. Vente de biens Taux Normal"),
                    ]:
                taxes[name].append(books.tax(company, tax).id)
            # To choose an account takes the taxes of the others away.
            _set_taxes(category, taxes)
            category.save()
            configuration = Configuration(1)
            configuration.asset_frequency = 'yearly'
            configuration.save()
    return category


def _set_taxes(category, taxes):
    "Give the category its taxes in the books of all companies"
    Tax = Model.get('account.tax')
    for name, ids in taxes.items():
        chosen = getattr(category, name)
        while chosen:
            chosen.pop()
        chosen.extend(Tax(id_) for id_ in ids)


def _buy(house, products):
    """Post what the supplier invoices to each company, and pay it

    Return the lines of the co-operative by description.
    """
    supplier = books.party(
        SUPPLIER, street="8 quai des Ateliers", postal_code='69007',
        city="Lyon", email='ventes@example.org')
    owned, other = QUOTAS
    bought, parts = [], []
    for description, number, cost, _ in _lines():
        product = products[description]
        if SHARED.startswith(PREFIXES[description]):
            bought.append((product, description, number - 1, cost))
            part = f"{description}, {SHARED}"
            bought.append(
                (product, f"{part}, quote-part de 70 %", 1, cost * owned))
            parts.append(
                (product, f"{part}, quote-part de 30 %", 1, cost * other))
        else:
            bought.append((product, description, number, cost))
    invoice = _invoice(house.cooperative, supplier, 'CT-2025-118', bought)
    _invoice(house.association, supplier, 'CT-2025-119', parts)
    return {line.description: line for line in invoice.lines}


def _invoice(company, supplier, reference, lines):
    Invoice = Model.get('account.invoice')
    Party = Model.get('party.party')
    with books.working_for(company):
        supplier = Party(supplier.id)
        supplier.account_payable = books.account(company, '4041')
        supplier.save()
        invoice = Invoice(type='in', party=supplier)
        invoice.invoice_date = BOUGHT
        invoice.reference = reference
        invoice.description = "Matériel de régie cashless"
        for product, description, quantity, price in lines:
            line = invoice.lines.new()
            line.product = product
            line.description = description
            line.quantity = quantity
            line.unit_price = price
        invoice.click('post')
        books.pay(invoice, PAID)
    return invoice


def _units(house, products, invoice_lines):
    "Return the units in service, by the words of the draft"
    Equipment = Model.get('tibillet.equipment')
    store = _store()
    units = {}
    for description, number, cost, tax in _lines():
        units[description] = [
            Equipment(
                code=f'{PREFIXES[description]}-{i:02}',
                product=products[description],
                acquisition_date=BOUGHT,
                in_service_date=BOUGHT,
                unit_cost=cost,
                unit_tax=tax,
                supplier_invoice_line=invoice_lines[description],
                location=store)
            for i in range(1, number + 1)]
    everything = [u for group in units.values() for u in group]
    shared, = [u for u in everything if u.code == SHARED]
    _share(house, shared)
    shared.supplier_invoice_line, = [
        line for description, line in invoice_lines.items()
        if SHARED in description]
    Equipment.save(everything)
    Equipment.click(everything, 'put_in_service')
    return units


def _share(house, unit):
    first, = unit.owners
    first.quota, quota = QUOTAS
    unit.owners.new(
        party=Model.get('party.party')(house.parties.association.id),
        quota=quota)
    unit.notes = (
        "Achetée en commun : chaque propriétaire a sa quote-part dans ses "
        "livres.")


def _store():
    Location = Model.get('stock.location')
    location = Location(name="Local technique, Lyon", type='storage')
    location.parent = books.data(
        'stock.location', 'stock.location_storage')
    location.save()
    return location


def _depreciate(units):
    "Create the assets, and post what they have lost in the first year"
    Equipment = Model.get('tibillet.equipment')
    everything = [u for group in units.values() for u in group]
    Equipment.click(everything, 'create_assets')
    Equipment.click(everything, 'run_assets')
    create_moves = Wizard('account.asset.create_moves')
    create_moves.form.date = CLOSED
    create_moves.execute('create_moves')


def _contribute(convention, units):
    "Say of which units the contributions are made"
    Contribution = Model.get('tibillet.convention.contribution')
    Equipment = Model.get('tibillet.equipment')
    contributions = Contribution.find([
            ('convention', '=', convention.id),
            ('nature', '=', 'equipment'),
            ])
    for contribution in contributions:
        contribution.units.extend(
            Equipment(u.id) for u in units[contribution.description])
    Contribution.save(contributions)


def _cards(house):
    "Return the cards of each owner"
    Consumable = Model.get('tibillet.equipment.consumable')
    Party = Model.get('party.party')
    Template = Model.get('product.template')
    template = Template(name="Carte NFC", type='goods')
    template.default_uom = books.data('product.uom', 'product.uom_unit')
    template.save()
    product, = template.products
    cards = []
    for party in [house.parties.cooperative, house.parties.association]:
        for line in draft.CONTRIBUTIONS[party.name]:
            nature, description, number, price, vat_rate = line
            if nature == 'consumable':
                cards.append(Consumable(
                        product=product,
                        owner=Party(party.id),
                        date=draft.PUBLISHED,
                        quantity=number,
                        # What they cost, from which the average follows.
                        cost=round(number * price / (1 + vat_rate), 2),
                        description=description))
    Consumable.save(cards)
    return cards


def _lend(house, units):
    "Book the units of the festival, hand them over and take them back"
    Booking = Model.get('tibillet.equipment.booking')
    Equipment = Model.get('tibillet.equipment')
    booking = Booking(
        party=Model.get('party.party')(house.parties.association.id),
        purpose=FESTIVAL,
        from_date=FROM,
        to_date=TO)
    for description, number in LENT.items():
        named = [u for u in units[description] if u.code == SHARED]
        for unit in named:
            booking.lines.new(equipment=Equipment(unit.id))
        booking.lines.new(
            product=units[description][0].product,
            quantity=number - len(named))
    booking.click('confirm')

    out = _custody(booking, 'hand_over', HANDED_OVER, "Noé", "Claude Marin")
    lent = [Equipment(line.equipment.id) for line in out.lines]
    broken, = [u for u in lent if u.code == BROKEN]
    incident = _break(broken)
    _custody(
        booking, 'take_back', TAKEN_BACK, "Claude Marin", "Noé",
        damaged=broken)
    Equipment.click([u for u in lent if u != broken], 'make_available')
    _decide(incident)
    return lent


def _ask(house, units):
    "Ask for units that nobody has promised yet"
    Booking = Model.get('tibillet.equipment.booking')
    purpose, first, last, wanted = NEXT
    booking = Booking(
        party=Model.get('party.party')(house.parties.association.id),
        purpose=purpose,
        from_date=first,
        to_date=last)
    for description, number in wanted.items():
        booking.lines.new(
            product=units[description][0].product, quantity=number)
    booking.save()


def _custody(booking, button, date, from_person, to_person, damaged=None):
    "Record the note that the button of the booking prepares"
    Custody = Model.get('tibillet.equipment.custody')
    booking.click(button)
    custody, = Custody.find([
            ('booking', '=', booking.id),
            ('state', '=', 'draft'),
            ])
    custody.date = date
    custody.from_person = from_person
    custody.to_person = to_person
    for line in custody.lines:
        line.accessories = "Chargeur, housse"
        if line.equipment == damaged:
            line.condition = 'damaged'
            line.notes = "Écran fendu"
    custody.click('do')
    return custody


def _break(unit):
    Incident = Model.get('tibillet.equipment.incident')
    incident = Incident(equipment=unit, type='breakage', date=BROKEN_ON)
    incident.description = (
        "Chute du comptoir pendant le service, l'écran est fendu.")
    incident.click('report')
    return incident


def _decide(incident):
    incident.responsible = 'none'
    incident.valuation = 'agreed'
    incident.amount = REPAIR_COST
    incident.decision = 'repair'
    incident.decision_date = DECIDED_ON
    incident.click('decide')


def _use(house, cards):
    "Give cards to the festival, from those of the association"
    given = next(
        c for c in cards if c.owner.id == house.parties.association.id)
    given.uses.new(
        date=BROKEN_ON,
        quantity=CARDS_USED,
        party=Model.get('party.party')(house.parties.association.id),
        purpose=FESTIVAL)
    given.save()
