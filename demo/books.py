"""Companies that keep their books here: chart, years, journals, accounts.

Everything goes through the wizards and buttons a person would use.
"""
import contextlib
import datetime as dt

from tibillet_base.tests.clock import acting_on

from proteus import Model, Wizard
from proteus.config import get_config

CHART = 'account_fr.root'


def data_id(fs_id):
    "Return the database id of module.fs_id"
    ModelData = Model.get('ir.model.data')
    module, name = fs_id.split('.')
    return ModelData.get_id(module, name, get_config().context)


def data(model, fs_id):
    "Return the record of model known as module.fs_id"
    return Model.get(model)(data_id(fs_id))


@contextlib.contextmanager
def working_for(company):
    "Act as a user of the company, as the client's company menu does"
    User = Model.get('res.user')
    config = get_config()
    user = User(config.user)
    before = user.company
    _choose(user, company)
    try:
        yield
    finally:
        if before:
            _choose(User(config.user), before)


def _choose(user, company):
    config = get_config()
    user.company_filter = 'all'
    if company.id not in {c.id for c in user.companies}:
        user.companies.append(Model.get('company.company')(company.id))
    user.company = Model.get('company.company')(company.id)
    user.save()
    config._context = Model.get('res.user').get_preferences(True, {})


def on(date):
    "Act as if today were date: a story is told whatever the day"
    return acting_on(date)


@contextlib.contextmanager
def told_later():
    "Accept the warnings on dates, which are past when a story is told"
    config = get_config()
    config.skip_warning = True
    try:
        yield
    finally:
        config.skip_warning = False


def euro():
    "Return the euro, made as the currency import would"
    Currency = Model.get('currency.currency')
    found = Currency.find([('code', '=', 'EUR')])
    if found:
        return found[0]
    currency = Currency(
        name="Euro", symbol="€", code='EUR', numeric_code='978')
    currency.save()
    return currency


def france():
    "Return France, made as the country import would"
    Country = Model.get('country.country')
    found = Country.find([('code', '=', 'FR')])
    if found:
        return found[0]
    country = Country(
        name="France", code='FR', code3='FRA', code_numeric='250')
    country.save()
    return country


def party(name, **values):
    "Return a party with an address in France"
    Party = Model.get('party.party')
    Lang = Model.get('ir.lang')
    party = Party(name=name)
    party.lang, = Lang.find([('code', '=', 'fr')])
    address, = party.addresses
    address.street_unstructured = values.get('street')
    address.postal_code = values.get('postal_code')
    address.city = values.get('city')
    address.country = france()
    for type_ in ['email', 'phone', 'website']:
        if values.get(type_):
            party.contact_mechanisms.new(type=type_, value=values[type_])
    party.save()
    return party


def company(party):
    "Open the books of the party: company and French chart of accounts"
    Company = Model.get('company.company')
    company = Company(party=party, currency=euro(), timezone='Europe/Paris')
    company.save()
    with working_for(company):
        _chart(company)
        _accounts(company)
    return company


def _chart(company):
    create = Wizard('account.create_chart')
    create.execute('account')
    create.form.account_template = data('account.account.template', CHART)
    create.form.company = company
    create.execute('create_account')
    create.form.account_receivable = account(company, '4111')
    create.form.account_payable = account(company, '4011')
    create.form.category_account_expense = account(company, '604')
    create.form.category_account_revenue = account(company, '706')
    create.execute('create_properties')


def account(company, code):
    "Return the company's account of this code"
    Account = Model.get('account.account')
    account, = Account.find([
            ('company', '=', company.id), ('code', '=', code)])
    return account


def _accounts(company):
    Journal = Model.get('account.journal')
    PaymentMethod = Model.get('account.invoice.payment.method')
    cash, = Journal.find([('type', '=', 'cash')], limit=1)
    method = PaymentMethod(name="Virement", company=company, journal=cash)
    method.credit_account = account(company, '5121')
    method.debit_account = account(company, '5121')
    method.save()
    # The French chart ships 7083 without a type: give it that of 706.
    rentals = account(company, '7083')
    rentals.template_override = True
    rentals.type = account(company, '706').type
    rentals.save()


def fiscal_year(company, year):
    "Open a calendar year with its periods and numbers"
    FiscalYear = Model.get('account.fiscalyear')
    with working_for(company):
        fiscalyear = FiscalYear(
            name=str(year),
            company=company,
            start_date=dt.date(year, 1, 1),
            end_date=dt.date(year, 12, 31))
        fiscalyear.move_sequence = _sequence(
            company, "Account Move", "Écritures %s" % year)
        sequences, = fiscalyear.invoice_sequences
        for kind, name in [
                ('out_invoice', "Factures clients %s"),
                ('out_credit_note', "Avoirs clients %s"),
                ('in_invoice', "Factures fournisseurs %s"),
                ('in_credit_note', "Avoirs fournisseurs %s")]:
            setattr(
                sequences, f'{kind}_sequence',
                _sequence(company, "Invoice", name % year))
        fiscalyear.save()
        fiscalyear.click('create_period')
    return fiscalyear


def defer_memberships(company):
    "Say where what is paid for memberships waits to be earned"
    Configuration = Model.get('tibillet.membership.configuration')
    Journal = Model.get('account.journal')
    configuration = Configuration(1)
    configuration.deferred_account = account(company, '487')
    configuration.earning_journal, = Journal.find(
        [('type', '=', 'general')], limit=1)
    configuration.save()


def _sequence(company, type_, name):
    Sequence = Model.get('ir.sequence.strict')
    Type = Model.get('ir.sequence.type')
    with get_config().set_context(language='en'):
        sequence_type, = Type.find([('name', '=', type_)], limit=1)
    sequence = Sequence(
        name=name, company=company, sequence_type=sequence_type)
    sequence.save()
    return sequence


def payment_term(days):
    "Return the term: everything, days after the invoice"
    Term = Model.get('account.invoice.payment_term')
    term = Term(name="%s jours" % days)
    line = term.lines.new(type='remainder')
    line.relativedeltas.new(days=days)
    term.save()
    return term


def tax(company, name):
    "Return the company's tax of this name, in the chart's words"
    Tax = Model.get('account.tax')
    tax, = Tax.find([
            ('company', '=', company.id), ('name', '=', name)])
    return tax


def service_product(company, name, revenue=None, expense=None):
    "Return a service at 20 % VAT, sold on revenue and bought on expense"
    Category = Model.get('product.category')
    Template = Model.get('product.template')
    category = Category(name=f"{name} ({company.party.name})")
    category.accounting = True
    if revenue:
        category.account_revenue = account(company, revenue)
        category.customer_taxes.append(
            tax(company, "T.V.A. Vente de services Taux Normal"))
    if expense:
        category.account_expense = account(company, expense)
        category.supplier_taxes.append(
            tax(company, "T.V.A. Achat de services Taux Normal"))
    category.save()
    template = Template(name=name, type='service')
    template.default_uom = data('product.uom', 'product.uom_unit')
    template.account_category = category
    template.save()
    product, = template.products
    return product


def pay(invoice, date):
    "Pay the invoice by transfer"
    wizard = invoice.click('pay')
    wizard.form.payment_method, = Model.get(
        'account.invoice.payment.method').find([
            ('company', '=', invoice.company.id)])
    wizard.form.date = date
    wizard.form.amount = invoice.amount_to_pay
    wizard.execute('choice')
    invoice.reload()
