"""An evening of tills that nobody has planned, for tests."""
import datetime as dt
import random
from collections import Counter
from decimal import Decimal as D
from unittest.mock import patch

from tibillet_base.tools import cursor
from tibillet_cashless import (
    fifo, melt_holders, melt_writer, wallet_sql, wallet_writer)
from tibillet_cashless.wallet_exceptions import WalletError

from trytond.modules.company.tests import set_company
from trytond.pool import Pool

from .wallet_records import NOW


class FaultError(Exception):
    "The server stops in the middle of an act"


class Simulation:
    "Several tills whose clocks differ, that resend and are interrupted"

    def __init__(self, test, seed):
        self.test = test
        self.random = random.Random(seed)
        test.make_records()
        test.gift.cap_anonymous = D('30.00')
        test.gift.save()
        Party = Pool().get('party.party')
        self.parties = [Party(name=f"Holder {i}") for i in range(3)]
        Party.save(self.parties)
        self.now = NOW
        self.answers = {}
        self.past = []
        self.melted = []
        self.done = Counter()
        self.refused = Counter()

    def check(self):
        "Everything has happened"
        for kind in wallet_writer.__all__:
            if kind.islower() and kind != 'quote':
                self.test.assertGreater(self.done[kind], 0, kind)
        self.test.assertGreater(self.done['replayed'], 5)
        self.test.assertGreater(self.done['faulty'], 5)
        self.test.assertGreater(len(self.refused), 5)

    def act(self):
        draw = self.random
        self.now += dt.timedelta(seconds=draw.randint(1, 4000))
        if self.past and draw.random() < .15:
            name, args, values = draw.choice(self.past)
            self.replay(name, args, values)
            return
        if draw.random() < .03:
            self.hold_card()
            return
        if draw.random() < .03:
            self.melt_card()
            return
        name, args, values = self.draw()
        # A till whose clock is late by up to an hour.
        values['now'] = self.now - dt.timedelta(
            seconds=draw.choice([0, 0, 30, 3600]))
        values['uuid_'] = f'act-{len(self.past)}'
        self.past.append((name, args, values))
        fault = draw.random() < .05
        try:
            if fault:
                self.fail(name, args, values)
            else:
                answer = self.test.call(name, *args, **values)
                self.answers[values['uuid_']] = answer
                self.done[name] += 1
        except WalletError as error:
            self.refused[error.api_code] += 1

    def replay(self, name, args, values):
        try:
            answer = self.test.call(
                name, *args, **{**values, 'now': self.now})
        except WalletError as error:
            self.test.assertNotIn(values['uuid_'], self.answers, error)
            return
        first = self.answers.setdefault(values['uuid_'], answer)
        self.test.assertEqual(answer, first)
        self.done['replayed'] += 1

    def fail(self, name, args, values):
        "The server stops before it has written everything"
        steps = [
            'insert', 'insert_operation', 'change_lots', 'subtract', 'add']
        step = self.random.choice(steps)

        def stop(*args):
            raise FaultError

        cursor().execute('SAVEPOINT fault')
        try:
            with patch.object(wallet_sql, step, stop):
                answer = self.test.call(name, *args, **values)
            self.answers[values['uuid_']] = answer
        except (FaultError, WalletError):
            cursor().execute('ROLLBACK TO SAVEPOINT fault')
            self.done['faulty'] += 1
        cursor().execute('RELEASE SAVEPOINT fault')

    def hold_card(self):
        "A holder says who he is"
        card = self.random.choice(self.test.cards[:12])
        with set_company(self.test.company):
            card = Pool().get('tibillet.card')(card.id)
            if not card.party:
                with patch('tibillet_base.tools.now', return_value=self.now):
                    card.party = self.random.choice(self.parties)
                    card.save()

    def melt_card(self):
        "A part of what is on a card melts"
        test = self.test
        card = Pool().get('tibillet.card')(
            self.random.choice(test.cards[:12]).id)
        if not card.wallet:
            return
        wallet = card.wallet.id
        units = wallet_sql.read(wallet, test.fed.id)
        free = wallet_sql.read(wallet, test.fed.id, available=True)
        if not free:
            return
        holder = melt_holders.Holder(wallet, units, free, None)
        taken = fifo.consume(
            wallet_sql.lots(wallet, test.fed.id),
            self.random.randint(1, free))
        ids = melt_writer.melt(
            test.company, test.fed,
            NOW.date() + dt.timedelta(len(self.melted)),
            [(holder, taken)], self.now)
        Operation = Pool().get('tibillet.wallet.operation')
        self.melted.append(Operation(ids[wallet]).uuid)

    def draw(self):
        draw, test = self.random, self.test
        of = draw.choice(test.cards[:15]).uid
        amount = D(draw.choice([1, 50, 100, 350, 350, 1200, 5000])) / 100
        money = draw.choice([test.fed, test.fed, test.raf, test.gift]).id
        at = draw.choice([test.at_coop, test.at_venue, test.at_baker])
        name = draw.choice([
                'top_up', 'top_up', 'top_up', 'grant', 'spend', 'spend',
                'pay', 'pay', 'pay', 'redeem', 'reverse', 'hold', 'capture',
                'release', 'restore', 'fee', 'charge_back'])
        if name in {'top_up', 'grant', 'redeem'}:
            if name == 'grant':
                money, at = test.gift.id, test.at_coop
            return name, [of, money, amount], {'at': at}
        if name == 'spend':
            return name, [of, [(money, amount)]], {'at': at}
        if name == 'pay':
            lines = [
                wallet_writer.Sold(D(draw.randint(0, 900)) / 100)
                for _ in range(draw.randint(1, 4))]
            second = draw.choice([None, test.cards[15].uid, test.cards[3].uid])
            return name, [of, lines], {'at': at, 'second': second}
        if name == 'hold':
            until = self.now + dt.timedelta(hours=draw.randint(1, 30))
            return name, [of, [(test.fed.id, amount)], until], {'at': at}
        if name == 'restore':
            return name, [draw.choice(self.melted or ['none'])], {}
        if name in {'fee', 'charge_back'}:
            loads = [u for u, a in self.answers.items() if a.kind == 'top_up']
            of = draw.choice(loads or ['none'])
            return name, [of, amount] if name == 'fee' else [of], {}
        kind = 'hold' if name != 'reverse' else None
        uuids = [
            u for u, a in self.answers.items()
            if (a.kind == 'hold') == (kind == 'hold')]
        return name, [draw.choice(uuids or ['none'])], {}
