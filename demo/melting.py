"""Money that melts, at the bar: a policy, a notice and a run.

By hand: of two cards that nobody has used, one was loaded with 15.00 sixteen
months ago, of which its holder was told a month before, and melts on the
first of this month; the other, 8.00, will melt in a month or two.
"""
import datetime as dt
import uuid
from decimal import Decimal

from tibillet_cashless import wallet_writer
from tibillet_cashless.wallet_request import At

from proteus import Model, Wizard
from proteus.config import get_config
from trytond.transaction import Transaction

from tibillet.terms import add_months

from . import books, counters

TEXT = (
    "Ce qui reste sur la carte quatorze mois sans servir fond : le lieu vous "
    "prévient un mois avant. Chaque paiement ou rechargement remet le compte "
    "à zéro. Si vous n'êtes pas d'accord, dites-le nous : c'est rendu.")
# Number that is read, printed number, loaded, how many months ago
CARDS = [
    ('04A1B2C3D4E505', 'BAR-005', Decimal('15.00'), 16),
    ('04A1B2C3D4E506', 'BAR-006', Decimal('8.00'), 13),
    ]
MELTED = Decimal('15.00')


def build(house, money, today):
    "Let the money of the place melt, for two cards that are not used"
    Batch = Model.get('tibillet.card.batch')
    Card = Model.get('tibillet.card')
    first = today.replace(day=1)
    start = add_months(first, -CARDS[0][3])
    counters.open_years(
        house.cooperative, [add_months(first, -CARDS[-1][3]), start])
    money.melts = True
    for account in money.accounts:
        account.melt_account = books.account(house.cooperative, '7588')
        account.fee_account = books.account(house.cooperative, '6278')
    money.save()
    policy = _policy(money, start, first)
    batch, = Batch.find([('name', '=', "Cartes du bar")])
    for uid, number, amount, months in CARDS:
        day = add_months(first, -months)
        card = Card(batch=batch, uid=uid, number=number)
        card.save()
        _load(house.cooperative, uid, money, amount, day)
        with books.on(day):
            wizard = Wizard('tibillet.money.terms.accept', [card])
            wizard.form.money = money
            wizard.execute('accept')
    # A month before the run.
    for day in [first - dt.timedelta(days=31), today]:
        with books.on(day):
            give = Wizard('tibillet.melt.notice.give', [policy])
            if give.form.lines:
                give.execute('give')
    _melt(policy)
    policy.click('forecast_wizard')


def _policy(money, start, first):
    Policy = Model.get('tibillet.melt.policy')
    Terms = Model.get('tibillet.money.terms')
    policy = Policy(money=money, from_date=first)
    policy.save()
    Terms(money=money, from_date=start, policy=policy, text=TEXT).save()
    return policy


def _load(company, card, money, amount, day):
    config = get_config()
    with Transaction().start(
            config.database_name, config.user,
            context={'company': company.id}) as transaction:
        wallet_writer.top_up(
            At(company.id), str(uuid.uuid4()), card, money.id, amount,
            now=dt.datetime.combine(day, dt.time(12)))
        transaction.commit()


def _melt(policy):
    Run = Model.get('tibillet.melt.run')
    melt = Wizard('tibillet.melt', [policy])
    melt.execute('melt')
    run, = Run.find([('policy', '=', policy.id)])
    if (run.state, run.amount) != ('done', MELTED):
        raise AssertionError(f"{run.amount} has melted, {run.state}")
