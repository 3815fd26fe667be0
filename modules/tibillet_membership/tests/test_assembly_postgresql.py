"""What only a real PostgreSQL shows of assemblies: make test-pg."""
import datetime as dt
import threading
from unittest.mock import patch

import pytest
from tibillet_base import tools

from trytond import backend
from trytond.exceptions import UserError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction

pytestmark = pytest.mark.postgresql
DAY = dt.date(2024, 6, 20)
WEIGHTS = [('employees', '0.5'), ('beneficiaries', '0.3'), ('public', '0.2')]


class AssemblyPostgreSQLTestCase(RouteTestCase):
    module = 'tibillet_membership'

    @classmethod
    def setUpDatabase(cls):
        company = create_company()
        cls.company = company.id

    def start(self):
        return Transaction().start(
            self.db_name, 0, context={'company': self.company})

    def hold(self):
        "Return the ids of a resolution to vote on and of four attendances"
        with self.start(), set_company(
                Pool().get('company.company')(self.company)):
            pool = Pool()
            Assembly = pool.get('tibillet.assembly')
            Attendance = pool.get('tibillet.assembly.attendance')
            College = pool.get('tibillet.college')
            Line = pool.get('tibillet.roll.line')
            Party = pool.get('party.party')
            Resolution = pool.get('tibillet.resolution')
            Roll = pool.get('tibillet.roll')
            Rule = pool.get('tibillet.assembly.rule')
            Scheme = pool.get('tibillet.college.scheme')
            colleges = College.create([
                    {'name': c, 'category': c} for c, _ in WEIGHTS])
            found = Scheme.search([])
            scheme = found[0] if found else Scheme.create([{'date': DAY}])[0]
            roll, = Roll.create([{
                        'date': DAY, 'scheme': scheme.id, 'state': 'frozen',
                        }])
            lines = Line.create([{
                        'roll': roll.id,
                        'party': party.id,
                        'party_name': "Member",
                        'college': colleges[0].id,
                        'college_name': "Employees",
                        'shares': 1,
                        } for party in Party.create([{}] * 4)])
            rules = Rule.search([])
            rule = rules[0] if rules else Rule.create([{
                        'date': DAY, 'state': 'adopted',
                        }])[0]
            assembly, = Assembly.create([{
                        'date': DAY, 'place': "Dock", 'roll': roll.id,
                        'rule': rule.id,
                        'resolutions': [('create', [{
                                        'name': "Ask", 'text': "Ask ?",
                                        }])],
                        }])
            attendances = Attendance.create([{
                        'assembly': assembly.id, 'line': line.id,
                        'is_present': True,
                        } for line in lines])
            resolution, = assembly.resolutions
            Assembly.write([assembly], {'state': 'open'})
            Resolution.write([resolution], {'state': 'voting'})
            return resolution.id, [a.id for a in attendances]

    def at_once(self, *acts):
        "Do acts that have read the same; return the names of the refusals"
        barrier = threading.Barrier(len(acts))
        refused = []

        def do(act):
            met = False
            while True:
                try:
                    with self.start():
                        Resolution = Pool().get('tibillet.resolution')
                        Resolution.search([])
                        if not met:
                            met = True
                            barrier.wait(120)
                        act()
                    return
                except backend.DatabaseOperationalError:
                    continue
                except UserError as error:
                    refused.append(type(error).__name__)
                    return

        threads = [threading.Thread(target=do, args=(a,)) for a in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return refused

    def vote(self, resolution, attendance, choice='yes'):
        def act():
            pool = Pool()
            Vote = pool.get('tibillet.vote')
            Resolution = pool.get('tibillet.resolution')
            Attendance = pool.get('tibillet.assembly.attendance')
            Vote.cast(
                Resolution(resolution), [Attendance(attendance)], choice)
        return act

    def represent(self, giver, proxy):
        def act():
            Attendance = Pool().get('tibillet.assembly.attendance')
            Attendance.write([Attendance(giver)], {
                    'is_present': False, 'proxy': proxy})
        return act

    def test_vote_once(self):
        "Test a member who votes twice at once votes once"
        resolution, (member, *_) = self.hold()
        refused = self.at_once(
            self.vote(resolution, member, 'yes'),
            self.vote(resolution, member, 'no'))
        self.assertEqual(refused, ['VoteError'])
        with self.start():
            Vote = Pool().get('tibillet.vote')
            self.assertEqual(
                Vote.search([('resolution', '=', resolution)], count=True), 1)

    def _proxies(self, givers, proxy):
        refused = self.at_once(*(self.represent(g, proxy) for g in givers))
        with self.start():
            Attendance = Pool().get('tibillet.assembly.attendance')
            return refused, Attendance.search(
                [('proxy', '=', proxy)], count=True)

    def test_proxy_limit(self):
        "Test of two powers given to one at once, one is refused"
        _, (proxy, *givers) = self.hold()
        self.assertEqual(
            self._proxies(givers[:2], proxy), (['ProxyError'], 1))

    def test_proxy_limit_control(self):
        "Test both would be taken if nobody took a turn"
        _, (proxy, *givers) = self.hold()
        with patch.object(tools, 'take_turn'):
            self.assertEqual(self._proxies(givers[:2], proxy), ([], 2))

    def test_facts(self):
        "Test the database refuses to edit votes and what is decided"
        resolution, (member, *_) = self.hold()
        with self.start():
            self.vote(resolution, member)()
        with self.start():
            pool = Pool()
            pool.get('tibillet.resolution').write(
                [pool.get('tibillet.resolution')(resolution)],
                {'state': 'adopted'})
        for statement in [
                "UPDATE tibillet_vote SET choice = 'no'",
                "DELETE FROM tibillet_vote",
                "UPDATE tibillet_resolution SET state = 'rejected' "
                f"WHERE id = {resolution}",
                "UPDATE tibillet_resolution SET text = 'Else' "
                f"WHERE id = {resolution}",
                ]:
            with self.subTest(statement=statement):
                with self.start() as transaction:
                    cursor = transaction.connection.cursor()
                    with self.assertRaisesRegex(Exception, 'append-only'):
                        cursor.execute(statement)
                    transaction.rollback()
