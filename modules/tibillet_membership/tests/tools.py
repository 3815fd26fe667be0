from decimal import Decimal

from tibillet_membership.share_books import ROLES

from proteus import Model, Wizard
from trytond.modules.account.tests.tools import get_accounts


def create_plan(name="Yearly", price='20.00', **values):
    Plan = Model.get('tibillet.membership.plan')
    plan = Plan(name=name)
    for key, value in values.items():
        setattr(plan, key, value)
    if plan.price_kind == 'fixed':
        plan.price = Decimal(price)
    plan.save()
    return plan


def create_membership(party, plan, since):
    Membership = Model.get('tibillet.membership')
    membership = Membership(
        party=party, plan=plan, since=since, company=plan.company)
    membership.save()
    return membership


def pay(memberships, paid_on, amount=None):
    "Record the payment of memberships by the wizard"
    wizard = Wizard('tibillet.membership.pay', memberships)
    wizard.form.paid_on = paid_on
    if amount is not None:
        wizard.form.amount = Decimal(amount)
    wizard.execute('pay')
    for membership in memberships:
        membership.reload()


def set_accounts(product):
    "Return 487 and 7561, of what is sold as a product"
    Configuration = Model.get('tibillet.membership.configuration')
    Journal = Model.get('account.journal')
    model = get_accounts()['revenue']
    deferred, revenue = model.duplicate(
        default={'name': "Paid in Advance", 'code': '487'}) + model.duplicate(
        default={'name': "Contributions", 'code': '7561'})
    category = product.account_category
    taxes = list(category.customer_taxes)
    # Which sets the taxes of the account.
    category.account_revenue = revenue
    category.customer_taxes.extend(
        t for t in taxes if t not in category.customer_taxes)
    category.save()
    configuration = Configuration(1)
    configuration.deferred_account = deferred
    configuration.earning_journal, = Journal.find(
        [('type', '=', 'revenue')], limit=1)
    configuration.save()
    return deferred, revenue


def record_share(kind, date, party=None, share_class=None, **values):
    "Record in the register of shares by the wizard, return the entries"
    record = Wizard('tibillet.share.record')
    form = record.form
    form.kind = kind
    form.date = date
    if share_class:
        form.share_class = share_class
    elif not form.share_class:
        Class = Model.get('tibillet.share.class')
        form.share_class = Class.find([], order=[('id', 'ASC')], limit=1)[0]
    form.party = party
    for name, value in values.items():
        setattr(form, name, value)
    record.execute('choose')
    return record.actions[0]


def set_share_accounts():
    "Make the accounts of the capital, named by their codes, and choose them"
    Account = Model.get('account.account')
    Configuration = Model.get('tibillet.membership.configuration')
    Journal = Model.get('account.journal')
    model = get_accounts()['cash']
    configuration = Configuration(1)
    for role, code in ROLES.items():
        account, = model.duplicate(default={'name': code, 'code': code})
        setattr(configuration, f'share_{role}_account', Account(account.id))
    configuration.share_journal, = Journal.find(
        [('type', '=', 'general')], limit=1)
    configuration.save()
