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


def create_scic(colleges, since):
    """Make a SCIC: a share each, in its college from a day on

    colleges: name, category, weight and names of the members of each.
    """
    Class = Model.get('tibillet.share.class')
    College = Model.get('tibillet.college')
    Member = Model.get('tibillet.college.member')
    Party = Model.get('party.party')
    Scheme = Model.get('tibillet.college.scheme')
    Class(name="Parts", nominal=Decimal('20.00')).save()
    scheme = Scheme(date=since)
    for name, category, weight, names in colleges:
        college = College(name=name, category=category)
        college.save()
        scheme.weights.new(college=college, weight=Decimal(weight))
        for member in names:
            party = Party(name=member)
            party.save()
            record_share(
                'subscription', since, party, shares=1,
                paid=Decimal('20.00'))
            Member(party=party, college=college, start=since).save()
    scheme.click('adopt')
    return scheme


def adopt_rule(kind, date, **values):
    Rule = Model.get('tibillet.assembly.rule')
    rule = Rule(kind=kind, date=date)
    for name, value in values.items():
        setattr(rule, name, value)
    rule.click('adopt')
    return rule


def create_assembly(date, convened_on, resolutions, kind='ordinary'):
    "Return a draft assembly; resolutions: title and options of each"
    Assembly = Model.get('tibillet.assembly')
    assembly = Assembly(
        kind=kind, date=date, convened_on=convened_on,
        place="La Raffinerie, Montpellier")
    for name, options in resolutions:
        resolution = assembly.resolutions.new(name=name, text=f"{name} ?")
        for option, value in options.items():
            setattr(resolution, option, value)
    assembly.save()
    return assembly


def attend(assembly, present, represented=()):
    "Note who is there, and who represents whom"
    members = {a.party_name: a for a in assembly.attendances}
    for name in present:
        members[name].is_present = True
    for name, proxy in represented:
        members[name].proxy = members[proxy]
    assembly.save()


def vote(resolution, choice, *names):
    "Record the votes of members, of all others if none is named"
    Attendance = Model.get('tibillet.assembly.attendance')
    cast = Wizard('tibillet.vote.cast', [resolution])
    cast.form.choice = choice
    if names:
        cast.form.voters.extend(Attendance.find([
                    ('assembly', '=', resolution.assembly.id),
                    ('party_name', 'in', names),
                    ]))
    else:
        cast.form.all_others = True
    cast.execute('cast')
    resolution.reload()


def plain(sentence):
    "Return a sentence with spaces that break"
    return sentence.replace('\xa0', ' ')


def set_surplus_accounts():
    "Make the accounts of the result, and return them by what they hold"
    Account = Model.get('account.account')
    Configuration = Model.get('tibillet.membership.configuration')
    model = get_accounts()['cash']
    configuration = Configuration(1)
    accounts = {}
    for role, code in [
            ('profit', '120'), ('loss', '129'), ('legal', '1061'),
            ('statutory', '1063'), ('other', '1068'), ('interest', '457'),
            ('carried', '110'), ('losses', '119')]:
        account, = model.duplicate(default={'name': code, 'code': code})
        accounts[role] = Account(account.id)
        setattr(configuration, f'surplus_{role}_account', accounts[role])
    configuration.save()
    return accounts
