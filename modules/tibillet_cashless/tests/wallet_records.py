"""Moneys, cards and parties for the tests of the wallet engine."""
import datetime as dt
import uuid
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import tools
from tibillet_cashless import wallet_writer
from tibillet_cashless.wallet_writer import At, Sold

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool


def utc(*values):
    "Return an instant as the database keeps it"
    return dt.datetime(*values, tzinfo=dt.UTC).replace(tzinfo=None)


NOW = utc(2024, 9, 21, 18, 30)


class WalletMixin:
    "A coop that issues the federated money, a venue and a baker who take it"

    # Others than those of the database, if there are some.
    codes, numbers = '', 'EE1442'

    def make_records(self):
        pool = Pool()
        Acceptance = pool.get('tibillet.money.acceptance')
        Batch = pool.get('tibillet.card.batch')
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        self.company = create_company("CCC")
        self.coop = self.company.party
        self.venue, self.baker = parties = [
            Party(name="La Raffinerie"), Party(name="Baker")]
        Party.save(parties)
        with set_company(self.company):
            self.fed = self.make_money("Federated", 'FED', 'federated')
            self.raf = self.make_money(
                "Rafftou", 'RAF', 'local', issuer=self.venue)
            self.gift = self.make_money("Gift", 'GIFT', 'gift')
            self.hours = self.make_money("Hours", 'H', 'time', unit="hour")
            self.badge = self.make_money("Badge", 'BDG', 'badge', unit="badge")
            batch = Batch(name="First", origin=self.coop)
            batch.save()
            numbered = Batch(
                name="Old", origin=self.venue, technology='number')
            numbered.save()
            self.cards = cards = [
                Card(
                    batch=batch, uid=f'{self.numbers}{i:02}',
                    number=f'{self.codes}{i:04}')
                for i in range(20)]
            self.copied = Card(batch=numbered, uid=f'{self.numbers}99')
            Card.save([*cards, self.copied])
        Acceptance.save([
                Acceptance(
                    money=money, party=party,
                    from_date=dt.date(2024, 1, 1))
                for money, party in [
                    (self.fed, self.venue), (self.fed, self.baker),
                    (self.fed, self.coop), (self.raf, self.venue),
                    (self.gift, self.coop), (self.gift, self.venue),
                    (self.hours, self.coop)]])
        self.lea, self.tom = (c.uid for c in cards[:2])
        self.at_coop = At(self.company.id)
        self.at_venue = At(self.company.id, self.venue.id)
        self.at_baker = At(self.company.id, self.baker.id)

    def make_money(self, name, code, kind, **values):
        pool = Pool()
        Money = pool.get('tibillet.money')
        money = Money(name=name, code=code + self.codes, kind=kind)
        money.on_change_kind()
        for key, value in values.items():
            setattr(money, key, value)
        money.save()
        return money

    def call(self, name, *args, at=None, uuid_=None, now=NOW, **values):
        return getattr(wallet_writer, name)(
            at or self.at_coop, uuid_ or str(uuid.uuid4()), *args, now=now,
            **values)

    def top_up(self, of, amount, money=None, **values):
        return self.call(
            'top_up', of, (money or self.fed).id, Decimal(amount), **values)

    def grant(self, of, amount, money=None, **values):
        return self.call(
            'grant', of, (money or self.gift).id, Decimal(amount), **values)

    def spend(self, of, amount, money=None, **values):
        return self.call(
            'spend', of, [((money or self.fed).id, Decimal(amount))],
            **{'at': self.at_venue, **values})

    def redeem(self, of, amount, money=None, **values):
        return self.call(
            'redeem', of, (money or self.fed).id, Decimal(amount), **values)

    def pay(self, of, *amounts, **values):
        return self.call(
            'pay', of, [
                Sold(Decimal(a)) if isinstance(a, str)
                else Sold(Decimal(a[0]), False) for a in amounts],
            **{'at': self.at_venue, **values})

    def reverse(self, operation, **values):
        return self.call('reverse', operation, **values)

    def balance(self, of, money=None):
        pool = Pool()
        Balance = pool.get('tibillet.wallet.balance')
        Card = pool.get('tibillet.card')
        balances = Balance.search([
                ('wallet', '=', Card.find(of).wallet),
                ('money', '=', money or self.fed),
                ])
        return str(sum((b.amount for b in balances), Decimal('0.00')))

    def lots(self, of, money=None):
        "Return what is left of the lots of a card, the oldest first"
        pool = Pool()
        Card = pool.get('tibillet.card')
        Lot = pool.get('tibillet.wallet.lot')
        return [
            (str(lot.date), str(lot.left)) for lot in Lot.search([
                    ('wallet', '=', Card.find(of).wallet),
                    ('money', '=', money or self.fed),
                    ('left_units', '>', 0),
                    ], order=[('date', 'ASC'), ('id', 'ASC')])]

    def counts(self):
        "Return how many rows there are"
        pool = Pool()
        return [
            pool.get(name).search([], count=True) for name in [
                'tibillet.wallet', 'tibillet.wallet.operation',
                'tibillet.wallet.move', 'tibillet.wallet.lot',
                'tibillet.wallet.lot.use', 'tibillet.wallet.balance']]


def at(now):
    "Let the server have another time"
    return patch.object(tools, 'now', return_value=now)
