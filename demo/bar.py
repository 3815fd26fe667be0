"""A bar that is open: articles on a screen, gifts and cards.

By hand, what the drawer holds: a float of 100.00, 20.00 and 12.35 loaded, a
beer of 3.50 with a tip of 0.50, and the deposits of three cups of 1.00, one
of which is back; less 40.00 in a bag on its way to the bank.
"""
import uuid
from decimal import Decimal

from tibillet_cashless import wallet_writer
from tibillet_cashless.wallet_request import At

from proteus import Model, Wizard
from proteus.config import get_config
from trytond.transaction import Transaction

from . import books, counters, melting

D = Decimal
NORMAL = "T.V.A. Vente de biens Taux Normal"
MIDDLE = "T.V.A. Vente de services Taux Intermédiaire"
# Name, VAT, price, colour, whether gifts may not pay it
ARTICLES = [
    ("Bière artisanale 25 cl", NORMAL, '3.50', '#c98a1b', False),
    ("Jus de pomme", MIDDLE, '2.50', '#7a9e3b', False),
    ("Assiette du jour", MIDDLE, '9.00', '#a34f3c', False),
    ("Part de gâteau", MIDDLE, '3.00', '#8a5a83', False),
    ("Gobelet consigné", None, '1.00', '#5f6b73', True),
    ]
# What may be on one card, whose holder is known or not
CAP_LOADED, CAP_GIVEN = D('150.00'), D('30.00')
# Number that is read, printed number, loaded in cash, given
CARDS = [
    ('04A1B2C3D4E501', 'BAR-001', '20.00', '5.00'),
    ('04A1B2C3D4E502', 'BAR-002', '12.35', None),
    ('04A1B2C3D4E503', 'BAR-003', None, '10.00'),
    ('04A1B2C3D4E504', 'BAR-004', None, None),
    ]
FLOAT, BAG = D('100.00'), D('40.00')
DRAWER = D('98.35')


def build(house, progress, today):
    "Open a bar, load some cards and sell a beer"
    with books.working_for(house.cooperative):
        progress("bar")
        counters.open_years(house.cooperative, [today])
        counters.prepare(house.cooperative)
        _articles(house.cooperative)
        own, gift = _moneys(house.cooperative, today)
        _cards(house.parties.cooperative)
        _sell(house.cooperative, gift)
        melting.build(house, own, today)


def _articles(company):
    "Make the till, its screen and what is on it"
    Category = Model.get('product.category')
    Point = Model.get('sale.point')
    Screen = Model.get('tibillet.till.screen')
    Template = Model.get('product.template')
    categories = {}
    for name, tax in [
            ("Boissons et objets", NORMAL), ("À table", MIDDLE),
            ("Consignes", None)]:
        category = Category(name=name, accounting=True)
        if tax:
            category.account_revenue = books.account(company, '706')
            category.customer_taxes.append(books.tax(company, tax))
        category.save()
        categories[tax] = category
    screen = Screen(name="Bar")
    for name, tax, price, color, without_gifts in ARTICLES:
        template = Template(name=name, type='service', salable=True)
        template.default_uom = books.data('product.uom', 'product.uom_unit')
        template.account_category = categories[tax]
        template.gross_price = D(price)
        template.without_gifts = without_gifts
        template.deposit = not tax
        template.save()
        screen.articles.new(product=template.products[0], color=color)
    for till in [
            counters.make("Bar de la Halle", 'BAR'),
            counters.make("Bar, pour apprendre", 'ECOLE', practice=True)]:
        screen.points.append(Point(till.id))
    screen.save()


def _moneys(company, today):
    "Return the money of the place, which tills take, and its gifts"
    Acceptance = Model.get('tibillet.money.acceptance')
    Method = Model.get('sale.point.payment.method')
    Money = Model.get('tibillet.money')
    own, = Money.find([('code', '=', 'LUC')])
    own.cap_anonymous = own.cap_identified = CAP_LOADED
    own.save()
    method = Method(name="Carte du lieu")
    method.tender = 'wallet'
    method.money = own
    method.save()
    gift = Money(name="Cadeau de la maison", code='CADEAU', kind='gift')
    gift.cap_anonymous = gift.cap_identified = CAP_GIVEN
    gift.save()
    Acceptance(
        money=gift, party=company.party,
        from_date=today.replace(month=1, day=1)).save()
    return own, gift


def _cards(party):
    Batch = Model.get('tibillet.card.batch')
    Card = Model.get('tibillet.card')
    batch = Batch(name="Cartes du bar", origin=party, generation=2)
    batch.save()
    Card.save([
            Card(batch=batch, uid=uid, number=number)
            for uid, number, _, _ in CARDS])


def _sell(company, gift):
    "Open the till, load the cards, sell a beer and lend cups, in cash"
    Point = Model.get('sale.point')
    Session = Model.get('sale.point.cash.session')
    till, = Point.find([('code', '=', 'BAR')])
    till.click('open_till')
    counters.put_float(till, FLOAT)
    for uid, _, loaded, given in CARDS:
        if loaded:
            load = Wizard('tibillet.card.load')
            load.form.point = till
            load.form.card = uid
            load.form.amount = D(loaded)
            load.execute('cash')
        if given:
            _give(company, uid, gift, D(given))
    sell = till.click('sell_articles')
    sell.form.lines[0].quantity = 1
    sell.form.lines[-1].quantity = 3
    sell.form.tip = D('0.50')
    sell.execute('cash')
    sell = till.click('sell_articles')
    sell.form.lines[-1].quantity = -1
    sell.execute('give')
    counters.move_cash(till, 'bank', BAG, "Sac 1")
    Wizard('tibillet.till.remittance.make').execute('make')
    session, = Session.find([
            ('point', '=', till.id), ('state', '=', 'open')])
    if session.balance != DRAWER:
        raise AssertionError(f"{session.balance} in the drawer of the bar")


def _give(company, card, money, amount):
    config = get_config()
    with Transaction().start(
            config.database_name, config.user,
            context={'company': company.id}) as transaction:
        wallet_writer.grant(
            At(company.id), str(uuid.uuid4()), card, money.id, amount,
            reason="Bienvenue")
        transaction.commit()
