"""A till that sells memberships, for tests on the server."""
import datetime as dt
from decimal import Decimal

from tibillet_base.tests.till_records import (
    NOW, TillMixin, make_methods, make_products, make_till)
from tibillet_membership import membership_writer
from tibillet_membership.membership_writer import Item, Paid

from trytond.modules.company.tests import set_company
from trytond.pool import Pool

D = Decimal
TODAY = dt.date(2026, 3, 6)


class CounterMixin(TillMixin):
    "A till that is open, a plan of 36.50 a year, and its accounts"
    __slots__ = ()
    module = 'tibillet_membership'

    def open_counter(self):
        pool = Pool()
        Account = pool.get('account.account')
        Configuration = pool.get('tibillet.membership.configuration')
        Journal = pool.get('account.journal')
        Plan = pool.get('tibillet.membership.plan')
        Point = pool.get('sale.point')
        self.company = self.get_company()
        with set_company(self.company):
            self.product, = make_products('0')
            self.product.template.type = 'service'
            self.product.template.save()
            self.cash, self.card = make_methods()
            self.till = make_till()
            Point.open_till([self.till])
            model, = Account.search([
                    ('type.revenue', '=', True),
                    ('closed', '!=', True),
                    ('company', '=', self.company.id)], limit=1)
            self.deferred, = Account.copy(
                [model], default={'code': '487', 'name': "In Advance"})
            Configuration(
                1, deferred_account=self.deferred,
                earning_journal=Journal.search(
                    [('type', '=', 'revenue')], limit=1)[0]).save()
            self.plan, = Plan.create([{
                        'name': "Yearly", 'duration_unit': 'year',
                        'duration_count': 1, 'grace_days': 30,
                        'price_kind': 'fixed', 'price': D('36.50'),
                        'product': self.product.id,
                        }])

    def join(self, *names, plan=None):
        "Return the memberships of new parties"
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Party = pool.get('party.party')
        with set_company(self.company):
            parties = Party.create([{'name': name} for name in names])
            return Membership.create([{
                        'party': party.id, 'since': TODAY,
                        'plan': (plan or self.plan).id,
                        } for party in parties])

    def sell(self, uuid, *items, paid=None, method=None):
        payments = []
        if paid is not None:
            payments = [Paid((method or self.cash).id, D(paid))]
        return membership_writer.sell(self.till, uuid, items, payments)


__all__ = ['D', 'NOW', 'TODAY', 'CounterMixin', 'Item', 'Paid']
