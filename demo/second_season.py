"""The second season: what corrects the first one, and what is not shared.

Under the same clauses, renewed for a year; by hand, as in doc/worked-year.md:

    line                            base      share   recouped   after
    credit note on Nuits du Lez   -1 000.00  -350.00   -350.00     0.00
    Carnaval des Aubes             8 100.00  1 202.00   350.00   852.00
    Nuit des associations          8 400.00  1 008.00     0.00  1 008.00
    the season                    15 500.00  1 860.00     0.00  1 860.00
"""
import datetime as dt
from decimal import Decimal

from proteus import Model

from . import books, season, statement

CREDITED = dt.date(2026, 11, 20)
RENEWED = dt.date(2026, 12, 1)
DATES = statement.Dates(
    start=dt.date(2026, 10, 1), end=dt.date(2027, 9, 30),
    issued=dt.date(2027, 10, 4), contested=dt.date(2027, 10, 6),
    answered=dt.date(2027, 10, 7), approved=dt.date(2027, 10, 15),
    invoiced=dt.date(2027, 10, 18))

CORRECTED = "Nuits du Lez"
CREDIT = Decimal('-1000')
# date, event, customer, excluding tax, people on site: days and cost
SERVICES = [
    (dt.date(2027, 3, 20), "Carnaval des Aubes",
        "Association du carnaval", '9000', 3, '900'),
    (dt.date(2027, 6, 19), "Nuit des associations",
        "Maison des associations", '9000', 2, '600'),
    ]
OWN = dt.date(2027, 5, 15), "Fête de Mamasound", Decimal('3000')
VAN = "Location d'une camionnette", Decimal('120'), "FA-2027-31"

OBJECTION = statement.Objection(
    event="Carnaval des Aubes",
    question="""\
Le matériel était amorti à l'automne 2026. Pourquoi le carnaval amortit-il \
encore 350,00 € ?""",
    answer="""\
L'avoir de 1 000,00 € sur les Nuits du Lez a rendu 350,00 € à amortir : \
35 % de 1 000,00 €. Le carnaval est le premier à les amortir.""")

# What the season must come to: share, recouped, after recoupment
LINES = [
    (Decimal('-350.00'), Decimal('-350.00'), Decimal('0.00')),
    (Decimal('1202.00'), Decimal('350.00'), Decimal('852.00')),
    (Decimal('1008.00'), Decimal('0.00'), Decimal('1008.00')),
    ]
TOTAL = Decimal('2232.00')


def build(house, progress):
    "Renew the convention, correct, sell, share and invoice"
    progress("books of 2027")
    for company in [house.cooperative, house.association]:
        books.fiscal_year(company, 2027)
    convention = _renew(house)
    progress("credit note on the first season")
    _correct(house)
    for values in SERVICES:
        progress(values[1])
        # Told before its dates, its invoices would be in the future.
        with books.told_later():
            season._service(house, convention, [], *values)
    progress(OWN[1])
    _own(house, convention)
    progress("statement")
    settled = statement.settle(house, convention, DATES, OBJECTION)
    _check(settled)
    return settled


def _renew(house):
    Convention = Model.get('tibillet.convention')
    with books.working_for(house.cooperative), books.on(RENEWED):
        convention, = Convention.find([('state', '=', 'active')])
        convention.click('renew')
    return convention


def _correct(house):
    "Give money back to a customer, and correct the service of last season"
    Invoice = Model.get('account.invoice')
    InvoiceLine = Model.get('account.invoice.line')
    Party = Model.get('party.party')
    Service = Model.get('tibillet.convention.service')
    Turnover = Model.get('tibillet.convention.service.turnover')
    with books.working_for(house.cooperative):
        service, = Service.find([('event_name', '=', CORRECTED)])
    with books.working_for(house.association):
        credit = Invoice(
            type='out', party=Party(service.customer.id),
            invoice_date=CREDITED, description=f"Avoir, {CORRECTED}")
        line = credit.lines.new()
        line.product = house.sold
        line.description = f"Une soirée annulée, {CORRECTED}"
        line.quantity = -1
        line.unit_price = -CREDIT
        with books.told_later():
            credit.click('post')
        line, = credit.lines
    with books.working_for(house.cooperative), books.on(CREDITED):
        turnover = Turnover(
            service=Service(service.id), description="Une soirée annulée",
            correction_date=CREDITED)
        turnover.invoice_line = InvoiceLine(line.id)
        turnover.amount = CREDIT
        turnover.save()


def _own(house, convention):
    "Hold an event of the association, which is not shared"
    Convention = Model.get('tibillet.convention')
    Party = Model.get('party.party')
    Service = Model.get('tibillet.convention.service')
    date, event, amount = OWN
    with books.working_for(house.cooperative):
        service = Service(convention=Convention(convention.id))
        service.operator = Party(house.parties.association.id)
        service.scope = 'own'
        service.event_name = event
        service.date = date
        turnover = service.turnovers.new()
        turnover.description = "Régie cashless"
        turnover.amount = amount
        # The co-operative lends its van: the clauses deduct people only.
        van = service.common_costs.new()
        van.payer = Party(house.parties.cooperative.id)
        van.description, van.amount, van.evidence_reference = VAN
        van.recovered_through = 'none'
        service.save()
        with books.on(date):
            for button in ['confirm', 'perform', 'declare']:
                service.click(button)


def _check(settled):
    "Refuse a story that does not come to the figures worked by hand"
    found = [
        (line.share, line.recouped, line.destinations)
        for line in settled.lines]
    totals = {i.total_amount for i in settled.invoices}
    if (found, totals) != (LINES, {TOTAL}):
        raise ValueError(
            f"the second season comes to {found} and {totals}, "
            f"not to {LINES} and {TOTAL}")
