"""Gifts to the association, and the tax receipts that it makes of them.

By hand, for 2025:

    Alma Serre     member 12.00, gift 50.00     62.00
    Basile Genêt   member 12.00                 12.00
    Iris Mimosa    member 12.00                 12.00
                                                86.00

Iris Mimosa gave 30.00 too and got a record worth 10.00, which is more than a
quarter: her gift is left out.
"""
import datetime as dt
from decimal import Decimal

from proteus import Model, Wizard

D = Decimal
YEAR = 2025
MADE = dt.date(2026, 1, 20)
# Name, street
ADDRESSES = [
    ("Alma Serre", "8 rue des Tanneurs"),
    ("Basile Genêt", "21 impasse du Four"),
    ("Iris Mimosa", "2 place des Oiseaux"),
    ]
# Name, date, amount, value of what was got
GIFTS = [
    ("Alma Serre", dt.date(2025, 12, 6), D('50.00'), D(0)),
    ("Alma Serre", dt.date(2026, 10, 17), D('80.00'), D(0)),
    ("Iris Mimosa", dt.date(2025, 12, 13), D('30.00'), D('10.00')),
    ]
RECEIPTS = {
    "Alma Serre": D('62.00'), "Basile Genêt": D('12.00'),
    "Iris Mimosa": D('12.00')}
LEFT = ["Iris Mimosa"]


def thank(on):
    """Record what was given, and make the receipts of the first year

    on: what acts as if today were a date.
    """
    for name, street in ADDRESSES:
        address = _find(name).addresses[0]
        address.street_unstructured = street
        address.postal_code = '34000'
        address.save()
    with on(MADE):
        _state_basis()
    Gift = Model.get('tibillet.gift')
    for name, date, amount, counterpart in GIFTS:
        Gift(
            party=_find(name), date=date, amount=amount,
            counterpart=counterpart, mode='transfer').save()
    with on(MADE):
        _make()


def _find(name):
    Party = Model.get('party.party')
    party, = Party.find([('name', '=', name)])
    return party


def _state_basis():
    "State why receipts may be made, and what donors may get"
    Limit = Model.get('tibillet.tax.receipt.limit')
    Limit(
        kind='person', start=dt.date(2021, 1, 1), end=dt.date(2025, 12, 31),
        rate=D('0.25'), ceiling=D('73'),
        source="BOI-IR-RICI-250-20").save()
    Basis = Model.get('tibillet.tax.receipt.basis')
    basis = Basis(
        start=dt.date(YEAR, 1, 1), article_200=True, category='shows',
        identifier='W343000000')
    basis.purpose = "Concerts et ateliers ouverts à tout le monde."
    basis.evidence = (
        "Exemple de la démonstration : la réponse des impôts, sa date et sa "
        "référence se notent ici.")
    basis.signatory, basis.capacity = "Claude Marin", "présidence"
    basis.save()
    basis.click('adopt')


def _make():
    Receipt = Model.get('tibillet.tax.receipt')
    make = Wizard('tibillet.tax.receipt.make')
    make.form.year = YEAR
    make.form.mode = 'transfer'
    make.execute('show')
    left = [line.party.name for line in make.form.left]
    make.execute('make')
    made = {r.party.name: r.amount for r in Receipt.find([])}
    if (made, left) != (RECEIPTS, LEFT):
        raise AssertionError(made, left)
