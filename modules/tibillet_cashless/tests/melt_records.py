"""Moneys that melt, for tests: terms, their acceptance, notices and runs."""
import datetime as dt

from trytond.modules.company.tests import set_company
from trytond.pool import Pool

from .wallet_records import WalletMixin, utc

ACCEPTED = dt.date(2024, 9, 21)
DUE = dt.date(2026, 4, 1)
NOTICED = dt.date(2026, 2, 20)
OLD = utc(2024, 9, 21, 12)


class MeltMixin(WalletMixin):
    "A coop whose federated money melts for who has accepted it"

    def make_policy(self, money=None, **values):
        "Return a policy and the terms that carry it"
        pool = Pool()
        Money = pool.get('tibillet.money')
        Policy = pool.get('tibillet.melt.policy')
        Terms = pool.get('tibillet.money.terms')
        money = money or self.fed
        Money.write([money], {'melts': True})
        with set_company(self.company):
            policy, = Policy.create([{
                        'money': money.id,
                        'from_date': dt.date(2026, 4, 1),
                        **values}])
        terms, = Terms.create([{
                    'money': money.id,
                    'from_date': dt.date(2024, 1, 1),
                    'policy': policy.id,
                    'text': "It melts.",
                    }])
        return policy, terms

    def accept(self, terms, *cards, date=ACCEPTED):
        pool = Pool()
        Acceptance = pool.get('tibillet.money.terms.acceptance')
        Card = pool.get('tibillet.card')
        return [
            Acceptance.accept(terms, date, card=Card.find(card))
            for card in cards]

    def give(self, policy, date=NOTICED):
        pool = Pool()
        Notice = pool.get('tibillet.melt.notice')
        return Notice.give(policy, date)

    def run_until(self, policy, date=DUE):
        "Make the runs that are due, return what each has melted"
        pool = Pool()
        Run = pool.get('tibillet.melt.run')
        runs = Run.begin(policy, date)
        while Run.work([policy]):
            self.assertTrue(runs or policy)
        return [str(run.amount) for run in Run.browse(runs)]
