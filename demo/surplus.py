"""The capital of the SCIC in its books, and its first surplus.

By hand, 4 200.00 of 2025 for a capital of 3 800.00 and no reserve yet:

    legal reserve          15 % of 4 200.00     630.00
    statutory reserve      half of 3 570.00   1 785.00
    development reserve    what is left       1 785.00
"""
import datetime as dt
from decimal import Decimal

from proteus import Model, Wizard

from . import books, counters

D = Decimal
YEAR = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
RESULT, DEVELOPMENT = D('4200.00'), D('1785.00')
QUESTION = "Affectation du résultat"
# Role of an account in the configuration, its code in the French chart
ACCOUNTS = {
    'share_contribution': '45615', 'share_uncalled': '109',
    'share_called': '45625', 'share_capital_uncalled': '1011',
    'share_capital_called': '1012', 'share_capital_paid': '10132',
    'share_owed': '4567', 'share_losses': '119', 'share_money': '5121',
    'surplus_profit': '120', 'surplus_loss': '129', 'surplus_legal': '10611',
    'surplus_statutory': '1063', 'surplus_other': '10688',
    'surplus_interest': '457', 'surplus_carried': '110',
    'surplus_losses': '119',
    }
SPENT = [
    (dt.date(2026, 6, 8), "Douze lecteurs de cartes reconditionnés",
        D('540.00')),
    (dt.date(2026, 7, 20), "Trois jours d'accessibilité du site",
        D('1050.00')),
    ]


def post_shares(company):
    "Choose the accounts of the capital, and post what members subscribed"
    Configuration = Model.get('tibillet.membership.configuration')
    Entry = Model.get('tibillet.share.entry')
    counters.open_years(company, YEAR)
    configuration = Configuration(1)
    for role, code in ACCOUNTS.items():
        account = books.account(company, code)
        if not account.type:
            # The French chart ships some accounts without a type.
            account.template_override = True
            account.type = books.account(company, '10132').type
            account.save()
        setattr(configuration, f'{role}_account', account)
    configuration.share_journal = _journal()
    configuration.save()
    Wizard('tibillet.share.post', Entry.find([])).execute('post')


def propose(company, assembly):
    "Say what the assembly is asked to do with the result, which is booked"
    Move = Model.get('account.move')
    Surplus = Model.get('tibillet.surplus')
    move = Move(date=dt.date(2026, 1, 1), journal=_journal())
    move.description = "Reprise du résultat de 2025"
    move.lines.new(account=books.account(company, '5121'), debit=RESULT)
    move.lines.new(account=books.account(company, '120'), credit=RESULT)
    move.click('post')
    surplus = Surplus(start=YEAR[0], end=YEAR[1])
    surplus.result, surplus.other = RESULT, DEVELOPMENT
    surplus.resolution, = [
        r for r in assembly.resolutions if r.name == QUESTION]
    surplus.click('propose')
    if (surplus.legal, surplus.statutory, surplus.carried) != (
            D('630.00'), D('1785.00'), 0):
        raise AssertionError(surplus.legal, surplus.statutory)
    return surplus


def allocate(surplus):
    "Do as the assembly decided, and say what was spent since"
    surplus.click('allocate')
    for date, description, amount in SPENT:
        with books.on(date):
            use = surplus.uses.new(date=date, description=description)
            use.amount = amount
            surplus.save()


def _journal():
    Journal = Model.get('account.journal')
    return Journal.find([('type', '=', 'general')], limit=1)[0]
