"""A season of five services: sold, worked, invoiced, paid and settled.

doc/worked-year.md has the same figures, by hand.
"""
import datetime as dt
from decimal import Decimal

from proteus import Model

from . import books, statement

DATES = statement.Dates(
    start=dt.date(2026, 1, 1), end=dt.date(2026, 9, 30),
    issued=dt.date(2026, 10, 5), contested=dt.date(2026, 10, 8),
    answered=dt.date(2026, 10, 9), approved=dt.date(2026, 10, 16),
    invoiced=dt.date(2026, 10, 20))
PAID = dt.date(2026, 11, 3)
OBJECTION = statement.Objection(
    event="Grand festival de la plage",
    question="""\
Le plafond est de 15 000 €. Pourquoi le grand festival donne-t-il \
11 619,00 € et non 15 000 € ?""",
    answer="""\
Il ne restait que 9 365,00 € à amortir. Ces 9 365,00 € sont 62,43 % des \
15 000 € d'avant amortissement. Les 37,57 % qui restent suivent les clauses \
d'après : 6 000,00 € au plus, soit 2 254,00 €. Total : 11 619,00 €.""")

# Set up, hold, pack up.
DAYS_LENT = Decimal(3)
# date, event, customer, excluding tax, people on site: days and cost
SERVICES = [
    (dt.date(2026, 3, 14), "Fête du quartier des Aubes",
        "Comité de quartier des Aubes", '1000', 1, '300'),
    (dt.date(2026, 5, 16), "Festival des Guinguettes",
        "Association Les Guinguettes", '9000', 3, '900'),
    (dt.date(2026, 6, 13), "Nuits du Lez",
        "Association Rives du Lez", '9000', 2, '600'),
    (dt.date(2026, 7, 4), "Grand festival de la plage",
        "Festival de la plage SAS", '150000', 15, '4500'),
    (dt.date(2026, 9, 12), "Rentrée des fanfares",
        "Fédération des fanfares", '9000', 3, '900'),
    ]


def build(house, convention, progress, lent=None):
    """Sell the services and settle them

    lent: units of equipment used for an event, by its name.
    """
    progress("what the invoices call the shares")
    _configure(house)
    services = []
    for values in SERVICES:
        progress(values[1])
        used = (lent or {}).get(values[1], [])
        services.append(_service(house, convention, used, *values))
    progress("statement")
    settled = statement.settle(house, convention, DATES, OBJECTION)
    progress("invoices and payments")
    _pay(house)
    settled.reload()
    return services, settled


def _configure(house):
    Configuration = Model.get('tibillet.convention.configuration')
    for company, accounts in [
            (house.cooperative, {'revenue': '7083'}),
            (house.association, {'expense': '6135'})]:
        with books.working_for(company):
            recoupment = books.service_product(
                company, "Part d'amortissement du matériel", **accounts)
            share = books.service_product(
                company, "Part pour le développement", **{
                    kind: {'7083': '706', '6135': '611'}[code]
                    for kind, code in accounts.items()})
            configuration = Configuration(1)
            configuration.recoupment_product = recoupment
            configuration.post_product = share
            configuration.save()
    with books.working_for(house.association):
        house.sold = books.service_product(
            house.association, "Régie cashless", revenue='706')


def _service(
        house, convention, used, date, event, customer, amount, days,
        people):
    "Sell a service, be paid for it, and declare it to the convention"
    Service = Model.get('tibillet.convention.service')
    Convention = Model.get('tibillet.convention')
    Party = Model.get('party.party')
    with books.working_for(house.association):
        customer = books.party(customer)
        invoice = _sell(house.sold, customer, date, event, Decimal(amount))
        sold, = invoice.lines
    with books.working_for(house.cooperative):
        operator = Party(house.parties.association.id)
        service = Service(convention=Convention(convention.id))
        service.operator = operator
        service.customer = Party(customer.id)
        service.event_name = event
        service.date = date
        turnover = service.turnovers.new()
        turnover.description = "Régie cashless"
        turnover.invoice_line = Model.get('account.invoice.line')(sold.id)
        turnover.amount = Decimal(amount)
        person = service.human_costs.new()
        person.role = "Équipe TiBillet sur place"
        person.payer = operator
        person.kind = 'salary'
        person.days = Decimal(days)
        person.amount = Decimal(people)
        person.evidence_reference = f"Fiches de paie, {event}"
        for unit in used:
            service.equipments.new(equipment=unit, days=DAYS_LENT)
        service.save()
        with books.on(date):
            for button in ['confirm', 'perform', 'declare']:
                service.click(button)
    return service


def _sell(product, customer, date, event, amount):
    Invoice = Model.get('account.invoice')
    invoice = Invoice(type='out', party=customer)
    invoice.invoice_date = date
    invoice.description = event
    line = invoice.lines.new()
    line.product = product
    line.description = f"Régie cashless, {event}"
    line.quantity = 1
    line.unit_price = amount
    invoice.click('post')
    books.pay(invoice, date + dt.timedelta(days=20))
    return invoice


def _pay(house):
    "Post both sides' invoices, each in its own books, and pay them"
    Invoice = Model.get('account.invoice')
    for company in [house.cooperative, house.association]:
        with books.working_for(company):
            for invoice in Invoice.find([
                        ('company', '=', company.id),
                        ('state', '=', 'draft')]):
                invoice.invoice_date = DATES.invoiced
                invoice.save()
                with books.told_later():
                    invoice.click('post')
                books.pay(invoice, PAID)
