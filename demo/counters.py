"""What every till of the demo needs: how one pays there, and the years."""
from proteus import Model

from . import books

# Name, tender, account
METHODS = [
    ("Espèces", 'cash', '5311'),
    ("Carte bancaire", 'card', '5115'),
    ("Chèque", 'cheque', '5112'),
    ]
# Setting, name, account
DIFFERENCES = [
    ('shortage_type', "Manque en caisse", '658'),
    ('surplus_type', "Excédent de caisse", '758'),
    ]
# Use, name, account
MOVEMENTS = [
    ('float', "Fond de caisse", '580'),
    ('in', "Apport en caisse", '580'),
    ('out', "Petit achat", '6068'),
    ('bank', "Remise en banque", '580'),
    ('back', "Retour de banque", '580'),
    ('tips', "Pourboires reversés", '4674'),
    ]


def open_years(company, dates):
    "Open the years of dates that are not open yet"
    FiscalYear = Model.get('account.fiscalyear')
    known = {
        y.start_date.year
        for y in FiscalYear.find([('company', '=', company.id)])}
    for year in sorted({date.year for date in dates} - known):
        books.fiscal_year(company, year)


def prepare(company):
    "Say how tills are paid and how cash that is missing is called, once"
    Method = Model.get('sale.point.payment.method')
    if Method.find([('company', '=', company.id)]):
        return
    # The standard chart has no account for cards on their way to the bank.
    books.account(company, '5112').duplicate(
        default={'code': '5115', 'name': "Cartes bancaires à encaisser"})
    for name, tender, code in METHODS:
        method = Method(name=name, account=books.account(company, code))
        method.tender = tender
        method.save()
    _name_differences(company)


def _name_differences(company):
    Configuration = Model.get('tibillet.till.configuration')
    Journal = Model.get('account.journal')
    Type = Model.get('sale.point.cash.transfer.type')
    journal, = Journal.find([('type', '=', 'cash')], limit=1)
    configuration = Configuration(1)
    for setting, name, code in DIFFERENCES:
        type_ = Type(
            name=name, journal=journal, account=books.account(company, code))
        type_.save()
        setattr(configuration, setting, type_)
    configuration.remittance_account = books.account(company, '5121')
    configuration.remittance_journal = journal
    configuration.deposit_account = books.account(company, '41961')
    configuration.tip_account = books.account(company, '4674')
    configuration.save()
    Type.save([
            Type(
                name=name, journal=journal, use=use,
                account=books.account(company, code))
            for use, name, code in MOVEMENTS])


def move_cash(till, use, amount, reason):
    "Put cash in the drawer of an open till, or take it out"
    Type = Model.get('sale.point.cash.transfer.type')
    cash = till.click('cash_wizard')
    cash.form.type, = Type.find([
            ('company', '=', till.company.id), ('use', '=', use)])
    cash.form.amount = amount
    cash.form.reason = reason
    cash.execute('move')


def put_float(till, amount):
    move_cash(till, 'float', amount, "Fond de caisse de la soirée")


def make(name, code, **values):
    "Return a new till, closed"
    Journal = Model.get('account.journal')
    Point = Model.get('sale.point')
    till = Point(name=name, code=code, **values)
    till.journal, = Journal.find([('type', '=', 'revenue')], limit=1)
    till.storage_location = books.data(
        'stock.location', 'stock.location_storage')
    till.customer_location = books.data(
        'stock.location', 'stock.location_customer')
    till.save()
    return till
