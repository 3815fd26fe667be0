"""Who reads what is earned, and from which account to which it goes."""
import datetime as dt
from unittest.mock import patch

from tibillet_membership.exceptions import EarningAccountError

from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction, check_access

from .counter_records import CounterMixin, D, Item

MARCH = dt.date(2026, 3, 31)


class EarningTestCase(CounterMixin, TestCase):

    @with_transaction()
    def test_start(self):
        "Test only those who post what is earned read how much it is"
        pool = Pool()
        Access = pool.get('ir.model.access')
        Data = pool.get('ir.model.data')
        Start = pool.get('tibillet.membership.earn.start')
        User = pool.get('res.user')
        for group, granted in [
                ('accountant', True), ('administrator', True),
                ('internal', False), ('venue_manager', False)]:
            user, = User.create([{
                        'login': group,
                        'groups': [('add', [Data.get_id(
                                        'tibillet_base', f'group_{group}')])],
                        }])
            with self.subTest(group=group), \
                    Transaction().set_user(user.id), check_access():
                name = 'on_change_with_amount'
                call = (Start, name, Start.__rpc__[name], [])
                if granted:
                    Access.check_call(*call)
                else:
                    with self.assertRaises(AccessError):
                        Access.check_call(*call)

    @with_transaction()
    def test_same_account(self):
        "Test what is paid waits elsewhere than on the revenue of the plan"
        pool = Pool()
        Configuration = pool.get('tibillet.membership.configuration')
        self.open_counter()
        lea, = self.join("Lea")
        with set_company(self.company):
            Configuration(
                1, deferred_account=self.product.account_revenue_used).save()
        with self.assertRaises(EarningAccountError) as caught:
            self.sell('a', Item(lea.id), paid='36.50')
        self.assertIn("Yearly", caught.exception.message)

    @with_transaction()
    def test_same_account_before(self):
        "Test nothing is posted from an account to itself"
        pool = Pool()
        Earning = pool.get('tibillet.membership.earning')
        Period = pool.get('tibillet.membership.period')
        self.open_counter()
        lea, max_ = self.join("Lea", "Max")
        self.sell('a', Item(lea.id), paid='36.50')
        period = Period.__table__()
        Transaction().connection.cursor().execute(*period.update(
                [period.deferred_account], [period.revenue_account]))
        with set_company(self.company), patch(
                'tibillet_membership.earning.today', return_value=MARCH):
            self.assertIsNone(Earning.earn(self.company, MARCH))
            self.sell('b', Item(max_.id), paid='36.50')
            earning = Earning.earn(self.company, MARCH)
        self.assertEqual(earning.amount, D('2.60'))


del TestCase
