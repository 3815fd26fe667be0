"""A coop, a bar with a till and a baker without books, for tests."""
import datetime as dt
import uuid
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import till_writer, tools
from tibillet_base.tests.till_records import TillMixin, make_books
from tibillet_cashless import till_card, wallet_writer
from tibillet_cashless.wallet_writer import At

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.transaction import Transaction

SATURDAY = dt.datetime(2026, 3, 7, 19, 0, tzinfo=dt.UTC).replace(tzinfo=None)
SUNDAY = SATURDAY + dt.timedelta(days=1)
MONDAY = SATURDAY + dt.timedelta(days=2)
LEA, TOM = 'EE144200', 'EE144201'


class PostingMixin(TillMixin):
    "A festival: cards are loaded and pay at the coop, the bar, the baker"
    __slots__ = ()
    module = 'tibillet_cashless'

    def make_festival(self):
        pool = Pool()
        Batch = pool.get('tibillet.card.batch')
        Card = pool.get('tibillet.card')
        Method = pool.get('sale.point.payment.method')
        Party = pool.get('party.party')
        self.bar = self.get_company()
        # Its products are of the only company there is by then.
        with set_company(self.bar):
            self.point = self.open_till()
        self.coop = create_company("CCC", self.bar.currency)
        self.baker = Party(name="Baker")
        self.baker.save()
        with set_company(self.coop):
            make_books()
            self.fed = self.make_money('FED', 'federated', self.coop.party)
            self.fed_coop = self.make_account(
                self.fed, self.coop, '467F', due='467M', counter='517')
            self.gift = self.make_money('GIFT', 'gift', self.coop.party)
            self.accept(self.fed, self.coop.party)
            self.accept(self.fed, self.baker)
            self.accept(self.gift, self.bar.party)
            batch = Batch(name="First", origin=self.coop.party)
            batch.save()
            Card.save([
                    Card(batch=batch, uid=uid, number=uid[-4:])
                    for uid in [LEA, TOM]])
        with set_company(self.bar):
            self.own = self.make_money('OWN', 'local', self.bar.party)
            for money, counter in [(self.own, None), (self.fed, '580')]:
                self.make_account(
                    money, self.bar, f'4{money.code}', counter=counter)
                self.accept(money, self.bar.party)
                method = Method(
                    name=money.code, tender='wallet', company=self.bar,
                    money=money)
                method.on_change_money()
                method.save()

    def make_money(self, code, kind, issuer):
        pool = Pool()
        Money = pool.get('tibillet.money')
        money = Money(name=code, code=code, kind=kind, issuer=issuer)
        money.on_change_kind()
        money.save()
        return money

    def make_account(self, money, company, code, due=None, counter=None):
        "Return the accounts of a money in the books of a company"
        pool = Pool()
        Account = pool.get('account.account')
        MoneyAccount = pool.get('tibillet.money.account')
        like, = Account.search([
                ('code', '=', '2.1.1'), ('company', '=', company.id)])

        def copy(code, **values):
            account, = Account.copy([like], {
                    'code': code, 'name': code, 'party_required': False,
                    **values})
            return account.id
        account, = MoneyAccount.create([{
                    'money': money.id, 'company': company.id,
                    'account': copy(code),
                    'due_account': due and copy(due, party_required=True),
                    'counter_account': counter and copy(counter),
                    }])
        return account

    def accept(self, money, party):
        pool = Pool()
        Acceptance = pool.get('tibillet.money.acceptance')
        Acceptance.create([{
                    'money': money.id, 'party': party.id,
                    'from_date': dt.date(2026, 1, 1)}])

    def at(self, now):
        "Let the server have another time"
        return patch.object(tools, 'now', return_value=now)

    def write(self, name, *args, company=None, party=None):
        at = At((company or self.coop).id, party and party.id)
        return getattr(wallet_writer, name)(at, str(uuid.uuid4()), *args)

    def load_at_till(self, card, money, amount):
        return till_card.top_up(
            self.point, str(uuid.uuid4()), card, money.id, Decimal(amount),
            [till_writer.Paid(self.cash.id, Decimal(amount))])

    def redeem_at_till(self, card, money, amount):
        return till_card.redeem(
            self.point, str(uuid.uuid4()), card, money.id, Decimal(amount),
            self.cash.id)

    def pay_at_till(self, card, quantity):
        return till_card.pay(
            self.point, str(uuid.uuid4()), [till_writer.Sold(
                    self.beer.id, Decimal(quantity), Decimal('3.50'))],
            card)

    def play_saturday(self):
        "What is done on a festival day, at the till and elsewhere"
        with self.at(SATURDAY):
            self.load_at_till(LEA, self.fed, '20.00')
            self.load_at_till(LEA, self.own, '10.00')
            # 10.00 OWN, then 4.00 FED.
            self.pay_at_till(LEA, 4)
            self.redeem_at_till(LEA, self.fed, '2.00')
            self.write('top_up', TOM, self.fed.id, Decimal('30.00'))
            self.write(
                'spend', TOM, [(self.fed.id, Decimal('5.00'))],
                party=self.baker)

    def close(self, counted):
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        with set_company(self.bar):
            closure = Closure.close_till(self.point, counted)
            Closure.post([closure])
            return closure

    def post(self, company, now=MONDAY):
        pool = Pool()
        Posting = pool.get('tibillet.wallet.posting')
        with self.at(now), set_company(company):
            return Posting.post(company, now.date())

    def get_balances(self, company):
        "Return what each account of cards has on its credit side"
        pool = Pool()
        Line = pool.get('account.move.line')
        with Transaction().set_context(company=company.id):
            lines = Line.search([
                    ('move.company', '=', company.id),
                    ('move.state', '=', 'posted'),
                    ('account.code', 'not like', '_.%'),
                    ])
            balances = {}
            for line in lines:
                key = line.account.code
                if line.party:
                    key += f' {line.party.name}'
                balances[key] = balances.get(key, 0) + (
                    line.credit - line.debit)
            return {k: str(v) for k, v in sorted(balances.items())}
