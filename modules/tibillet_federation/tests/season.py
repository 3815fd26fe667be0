"""The season of five services, declared as a venue manager does.

Turnover excluding tax and human cost of each; the co-operative has 15 560.00
to recoup, at 35 then 12 %, within 500 to 15 000 then 150 to 6 000, at most
60 % of the base. By hand:

    base      before     after   share     remaining
      700.00     420.00                 420.00    15 140.00   60 % of the base
    8 100.00   2 835.00               2 835.00    12 305.00   35 %
    8 400.00   2 940.00               2 940.00     9 365.00   35 %
  145 500.00   9 365.00  2 254.00    11 619.00         0.00   crossing
    8 100.00                972.00      972.00         0.00   12 %

The fourth gives 15 000.00 (cap) before recoupment: 9 365 / 15 000 of it is
enough, the rest, 0.375667 of it, gives its part of 6 000.00 (cap).
"""
import datetime as dt
from decimal import Decimal

from proteus import Model

SEASON = [
    (dt.date(2026, 3, 14), "Spring Ball", '1000', '300'),
    (dt.date(2026, 5, 23), "Park Festival", '9000', '900'),
    (dt.date(2026, 6, 20), "Midsummer", '9000', '600'),
    (dt.date(2026, 7, 4), "Great Festival", '150000', '4500'),
    (dt.date(2026, 9, 12), "Harvest Fair", '9000', '900'),
    ]
SHARES = ['420.00', '2835.00', '2940.00', '11619.00', '972.00']


def create_service(
        convention, operator, date, event, turnover, human_cost,
        config=None, **values):
    "Return a draft service with one turnover line and one human cost"
    Service = Model.get('tibillet.convention.service', config=config)
    service = Service()
    service.convention = convention
    service.operator = operator
    service.date = date
    service.event_name = event
    for name, value in values.items():
        setattr(service, name, value)
    if turnover is not None:
        line = service.turnovers.new()
        line.description = f"Cashless of {event}"
        line.amount = Decimal(turnover)
    if human_cost is not None:
        cost = service.human_costs.new()
        cost.role = "Cashless technician"
        cost.payer = operator
        cost.amount = Decimal(human_cost)
        cost.evidence_reference = f"Payslip {event}"
    service.save()
    return service


def declare(service):
    for button in ['confirm', 'perform', 'declare']:
        service.click(button)
    return service


def declare_season(convention, operator, config=None):
    "Return the five services, declared"
    return [
        declare(create_service(
                convention, operator, *values, config=config))
        for values in SEASON]


def create_statement(convention, start, end, config=None):
    Statement = Model.get('tibillet.convention.statement', config=config)
    statement = Statement()
    statement.convention = convention
    statement.start_date = start
    statement.end_date = end
    statement.date = end
    statement.save()
    return statement
