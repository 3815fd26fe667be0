"Set-up functions for scenarios and for the modules above"
from decimal import Decimal

from proteus import Model
from proteus.config import get_config
from trytond.modules.account.tests.tools import get_accounts
from trytond.modules.account_asset.tests.tools import add_asset_accounts
from trytond.modules.company.tests.tools import get_company

__all__ = [
    'create_equipment_accounts', 'create_equipment_category',
    'create_equipment_product', 'create_unit', 'hand_over', 'refusal',
    'take_back']


def create_equipment_accounts(company=None, config=None):
    """Return the accounts of the company that keeps assets

    Those of the generic chart, and two that are created and configured for
    disposals: 'disposal_expense' and 'disposal_income'.
    """
    Account = Model.get('account.account', config=config)
    Configuration = Model.get(
        'tibillet.equipment.configuration', config=config)
    if not company:
        company = get_company(config=config)
    accounts = add_asset_accounts(
        get_accounts(company, config=config), company, config=config)
    for name, like, code, label in [
            ('disposal_expense', 'expense', '657', "Disposed Assets"),
            ('disposal_income', 'revenue', '757', "Income of Disposals"),
            ]:
        account = Account(
            name=label, code=code, company=company,
            type=accounts[like].type)
        account.save()
        accounts[name] = account
    configuration = Configuration(1)
    configuration.account_disposal_expense = accounts['disposal_expense']
    configuration.account_disposal_income = accounts['disposal_income']
    configuration.save()
    return accounts


def create_equipment_category(accounts, name="Equipment", config=None):
    "Return the accounting category of equipment in the current company"
    Category = Model.get('product.category', config=config)
    found = Category.find([('name', '=', name), ('accounting', '=', True)])
    if found:
        category, = found
    else:
        category = Category(name=name, accounting=True)
    category.account_expense = accounts['expense']
    category.account_revenue = accounts['revenue']
    category.account_asset = accounts['asset']
    category.account_depreciation = accounts['depreciation']
    category.save()
    return category


def create_equipment_product(
        name, category=None, months=36, event_days=None,
        object_of_activity=True, config=None):
    "Return a product of which units can be bought and depreciated"
    ModelData = Model.get('ir.model.data', config=config)
    Template = Model.get('product.template', config=config)
    Uom = Model.get('product.uom', config=config)
    if config is None:
        config = get_config()
    template = Template(name=name, type='assets')
    template.default_uom = Uom(
        ModelData.get_id('product', 'uom_unit', config.context))
    template.depreciable = True
    template.depreciation_duration = months
    template.expected_event_days = event_days
    template.object_of_activity = object_of_activity
    if category:
        template.account_category = category
    product, = template.products
    template.save()
    product, = template.products
    return product


def create_unit(
        product, cost, date, owners=None, in_service=True, config=None,
        **values):
    """Return a unit acquired and put into service on the date

    owners: quotas by party, the company's party when None.
    in_service: whether to leave it in draft.
    values: of other fields of the unit.
    """
    Equipment = Model.get('tibillet.equipment', config=config)
    Owner = Model.get('tibillet.equipment.owner', config=config)
    unit = Equipment(
        product=product,
        unit_cost=Decimal(cost),
        acquisition_date=date,
        in_service_date=date)
    for name, value in values.items():
        setattr(unit, name, value)
    if owners is not None:
        while unit.owners:
            unit.owners.pop()
        for party, quota in owners.items():
            unit.owners.append(Owner(party=party, quota=Decimal(quota)))
    unit.save()
    if in_service:
        unit.click('put_in_service')
    return unit


def hand_over(units, party, date, config=None, **values):
    "Record that the party receives the units, return the custody note"
    return _move('out', units, party, date, config, values)


def take_back(units, party, date, config=None, **values):
    "Record that the party gives the units back, return the custody note"
    return _move('return', units, party, date, config, values)


def _move(direction, units, party, date, config, values):
    Custody = Model.get('tibillet.equipment.custody', config=config)
    custody = Custody(direction=direction, date=date)
    for name, value in values.items():
        setattr(custody, name, value)
    if direction == 'out':
        custody.from_party, custody.to_party = custody.company.party, party
    else:
        custody.from_party, custody.to_party = party, custody.company.party
    for unit in units:
        custody.lines.new(equipment=unit)
    custody.click('do')
    return custody


def refusal(error, function, *args):
    "Return the sentence with which the function is refused"
    try:
        function(*args)
    except error as exception:
        return exception.message
    raise AssertionError(f"{function} was not refused")
