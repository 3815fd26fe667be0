from decimal import Decimal

from proteus import Model, Wizard


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
