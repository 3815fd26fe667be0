"""Writers of a ledger beside each other, on PostgreSQL: make test-pg.

Each race is shown twice: with the turn of the convention, and without it.
"""
import datetime as dt
from decimal import Decimal

import pytest
from tibillet_federation.exceptions import StatementLockError
from tibillet_federation.tests.ledger import LedgerTestCase

from trytond.exceptions import UserError
from trytond.pool import Pool
from trytond.transaction import Transaction

pytestmark = pytest.mark.postgresql


class TurnTestCase(LedgerTestCase):

    def write_off(self, amount='-100.00'):
        return self.create_entry('write_off', amount)

    def test_write_off_at_once(self):
        "Test that no more than what remains is written off at once"
        refused = self.at_once(self.write_off, 4)
        self.assertEqual(refused, ['EntryValidationError'] * 3)
        self.assertEqual(self.remaining(), 0)

    def test_write_off_overtaken(self):
        "Test that what remains is counted after the other's turn"
        with self.assertRaises(UserError):
            self.overtake(self.write_off, by=self.write_off)
        self.assertEqual(self.remaining(), 0)

    def test_write_off_overtaken_without_turns(self):
        "Test that it is the turn that makes the difference"
        with self.without_turns():
            self.assertEqual(
                self.overtake(self.write_off, by=self.write_off), 1)
        self.assertEqual(self.remaining(), -100)

    def test_write_off_overtaken_with_lock(self):
        "Test that to lock the convention without changing it is not enough"
        def lock_only(conventions):
            database = Transaction().database
            database.lock_records(
                Transaction().connection, 'tibillet_convention',
                [c.id for c in conventions])

        with self.without_turns() as take_turn:
            take_turn.side_effect = lock_only
            self.assertEqual(
                self.overtake(self.write_off, by=self.write_off), 1)
        self.assertEqual(self.remaining(), -100)

    def test_turn_leaves_no_trace(self):
        "Test that a turn does not modify the convention, nor stops others"
        def modified():
            return self.read(
                'tibillet.convention', self.convention, 'write_date')

        def refer():
            pool = Pool()
            Service = pool.get('tibillet.convention.service')
            Service.create([{
                        'convention': self.convention,
                        'operator': self.operator,
                        'date': dt.date(2026, 3, 14),
                        'event_name': "Spring Ball",
                        }])

        before = modified()
        self.assertEqual(self.overtake(
                refer, by=lambda: self.write_off('-1.00')), 1)
        self.assertEqual(modified(), before)

    def reverse(self, entry):
        Entry = Pool().get('tibillet.convention.entry')
        Entry.reverse([Entry(entry)], dt.date(2026, 2, 2), "Mistake")

    def test_reverse_overtaken(self):
        "Test that an entry is reversed once"
        entry = self.perform(self.write_off)

        def reverse():
            self.reverse(entry)

        with self.assertRaises(UserError):
            self.overtake(reverse, by=reverse)
        self.assertEqual(self.remaining(), 100)
        with self.without_turns():
            entry = self.perform(self.write_off)
            self.assertEqual(self.overtake(reverse, by=reverse), 1)
        self.assertEqual(self.remaining(), 200)

    def accrue(self, cost):
        Cost = Pool().get('tibillet.convention.cost')
        Cost.accrue([Cost(cost)])

    def test_accrue_overtaken(self):
        "Test that a cost is accrued once"
        cost = self.perform(self.create_cost, '50.00')

        def accrue():
            self.accrue(cost)

        self.assertEqual(self.overtake(accrue, by=accrue), 2)
        self.assertEqual(self.remaining(), 150)

        cost = self.perform(self.create_cost, '50.00')
        with self.without_turns():
            self.assertEqual(self.overtake(accrue, by=accrue), 1)
        self.assertEqual(self.remaining(), 250)

    def test_accrue_at_once(self):
        "Test that several clicks at once accrue a cost once"
        cost = self.perform(self.create_cost, '50.00')
        self.assertEqual(self.at_once(lambda: self.accrue(cost), 4), [])
        self.assertEqual(self.remaining(), 150)

    def test_ceiling_overtaken(self):
        "Test that two costs do not both fit under the ceiling of the year"
        costs = [self.perform(self.create_cost, '400.00') for _ in range(2)]
        acts = [lambda c=c: self.accrue(c) for c in costs]
        with self.assertRaisesRegex(UserError, "yearly ceiling"):
            self.overtake(acts[0], by=acts[1])
        self.assertEqual(self.remaining(), 500)

    def test_ceiling_overtaken_without_turns(self):
        costs = [self.perform(self.create_cost, '400.00') for _ in range(2)]
        acts = [lambda c=c: self.accrue(c) for c in costs]
        with self.without_turns():
            self.assertEqual(self.overtake(acts[0], by=acts[1]), 1)
        self.assertEqual(self.remaining(), 900)

    def lock(self, statement):
        Statement = Pool().get('tibillet.convention.statement')
        Statement.lock_content([Statement(statement)])

    def prepare(self):
        "Return a service and what locks its statement"
        service = self.perform(self.create_service)
        statement = self.perform(self.create_statement)
        return service, statement, lambda: self.lock(statement)

    def state(self, statement):
        return self.read('tibillet.convention.statement', statement, 'state')

    def shown(self, entry):
        return self.read('tibillet.convention.entry', entry, 'statement')

    def test_lock_overtaken_by_entry(self):
        "Test that a statement is not locked without an entry of its period"
        _, statement, lock = self.prepare()
        with self.assertRaisesRegex(UserError, "compute it again"):
            self.overtake(lock, by=lambda: self.write_off('-10.00'))
        self.assertEqual(self.state(statement), 'approved')

    def test_lock_overtaken_by_entry_without_turns(self):
        _, statement, lock = self.prepare()
        entries = []
        with self.without_turns():
            self.assertEqual(self.overtake(
                    lock,
                    by=lambda: entries.append(self.write_off('-10.00'))), 1)
        self.assertEqual(self.state(statement), 'locked')
        self.assertIsNone(self.shown(entries[0]))

    def test_entry_overtaken_by_lock(self):
        "Test that what a statement recoups is not written off as well"
        _, _, lock = self.prepare()
        with self.assertRaisesRegex(UserError, "more than what remains"):
            self.overtake(self.write_off, by=lock)
        self.assertEqual(self.remaining(), 65)
        # What still fits comes after the statement, for the next one.
        self.assertEqual(
            self.overtake(lambda: self.write_off('-65.00'), by=lock), 1)
        self.assertEqual(self.remaining(), 0)

    def test_entry_overtaken_by_lock_without_turns(self):
        _, _, lock = self.prepare()
        with self.without_turns():
            self.assertEqual(self.overtake(self.write_off, by=lock), 1)
        self.assertEqual(self.remaining(), -35)

    def test_accrual_moves_overtaken(self):
        "Test that of two clicks at once the second sees what the first does"
        _, statement, lock = self.prepare()
        self.perform(lock)

        def accrue():
            Statement = Pool().get('tibillet.convention.statement')
            Statement.accrue([Statement(statement)])

        self.assertEqual(self.overtake(accrue, by=accrue), 2)
        with self.without_turns():
            self.assertEqual(self.overtake(accrue, by=accrue), 1)

    def test_lock_overtaken_by_accrual(self):
        "Test that a statement is not locked without an accrual"
        cost = self.perform(self.create_cost, '50.00')
        _, statement, lock = self.prepare()
        with self.assertRaisesRegex(UserError, "compute it again"):
            self.overtake(lock, by=lambda: self.accrue(cost))
        self.assertEqual(self.state(statement), 'approved')

    def test_accrual_overtaken_by_lock(self):
        "Test that nothing is accrued to a pot that a statement has recouped"
        self.perform(self.write_off, '-65.00')
        cost = self.perform(self.create_cost, '50.00')
        _, _, lock = self.prepare()
        with self.assertRaisesRegex(UserError, "recouped"):
            self.overtake(lambda: self.accrue(cost), by=lock)
        self.assertEqual(self.remaining(), 0)

    def test_accrual_overtaken_by_lock_without_turns(self):
        self.perform(self.write_off, '-65.00')
        cost = self.perform(self.create_cost, '50.00')
        _, _, lock = self.prepare()
        with self.without_turns():
            self.assertEqual(
                self.overtake(lambda: self.accrue(cost), by=lock), 1)
        self.assertEqual(self.remaining(), 50)

    def set_back(self, service):
        Service = Pool().get('tibillet.convention.service')
        Service.draft([Service(service)])

    def service_state(self, service):
        return self.read('tibillet.convention.service', service, 'state')

    def test_draft_overtaken_by_lock(self):
        "Test that a service of a locked statement stays declared"
        service, _, lock = self.prepare()
        with self.assertRaisesRegex(UserError, "statement"):
            self.overtake(lambda: self.set_back(service), by=lock)
        self.assertEqual(self.service_state(service), 'declared')

    def test_draft_overtaken_by_lock_without_turns(self):
        service, _, lock = self.prepare()
        with self.without_turns():
            self.assertEqual(self.overtake(
                    lambda: self.set_back(service), by=lock), 1)
        self.assertEqual(self.service_state(service), 'draft')

    def test_lock_overtaken_by_draft(self):
        "Test that a statement is not locked with a service set back"
        service, statement, lock = self.prepare()
        with self.assertRaisesRegex(UserError, "compute it again"):
            self.overtake(lock, by=lambda: self.set_back(service))
        self.assertEqual(self.state(statement), 'approved')

    def test_lock_overtaken_by_draft_without_turns(self):
        service, statement, lock = self.prepare()
        with self.without_turns():
            self.assertEqual(self.overtake(
                    lock, by=lambda: self.set_back(service)), 1)
        self.assertEqual(self.state(statement), 'locked')

    def test_lock_overtaken_by_service(self):
        "Test that a statement is not locked without a declared service"
        _, statement, lock = self.prepare()
        with self.assertRaisesRegex(UserError, "compute it again"):
            self.overtake(lock, by=self.create_service)
        self.assertEqual(self.state(statement), 'approved')

    def get_content(self, statement):
        return self.read(
            'tibillet.convention.statement', statement, 'content')

    def test_lock_overtaken_by_cost(self):
        "Test that nothing is locked that was added after it was approved"
        _, statement, lock = self.prepare()
        with self.assertRaisesRegex(StatementLockError, "since it was sent"):
            self.overtake(lock, by=lambda: self.create_cost('123.45'))
        self.assertEqual(self.state(statement), 'approved')

    def test_lock_overtaken_by_cost_without_turns(self):
        _, statement, lock = self.prepare()
        with self.without_turns():
            self.assertEqual(self.overtake(
                    lock, by=lambda: self.create_cost('123.45')), 1)
        self.assertNotIn('123.45', self.get_content(statement))

    def test_cost_overtaken_by_lock(self):
        "Test that no cost joins a period while its statement is locked"
        _, _, lock = self.prepare()
        with self.assertRaisesRegex(UserError, "date it after"):
            self.overtake(lambda: self.create_cost('123.45'), by=lock)

    def test_cost_overtaken_by_lock_without_turns(self):
        _, statement, lock = self.prepare()
        with self.without_turns():
            self.assertEqual(self.overtake(
                    lambda: self.create_cost('123.45'), by=lock), 1)
        self.assertNotIn('123.45', self.get_content(statement))

    def correct(self, service):
        Turnover = Pool().get('tibillet.convention.service.turnover')
        Turnover.create([{
                    'service': service,
                    'description': "Credit note",
                    'amount': Decimal('-20.00'),
                    'correction_date': dt.date(2026, 9, 1),
                    }])

    def prepare_next(self):
        "Return a settled service and what locks the next statement"
        service, _, lock = self.prepare()
        self.perform(lock)
        statement = self.perform(
            self.create_statement, dt.date(2026, 7, 1),
            dt.date(2026, 12, 31))
        return service, lambda: self.lock(statement)

    def test_correction_overtaken_by_lock(self):
        "Test that a correction is left to a statement that can settle it"
        service, lock = self.prepare_next()
        with self.assertRaisesRegex(UserError, "date the line after"):
            self.overtake(lambda: self.correct(service), by=lock)

    def test_correction_overtaken_by_lock_without_turns(self):
        service, lock = self.prepare_next()
        with self.without_turns():
            self.assertEqual(self.overtake(
                    lambda: self.correct(service), by=lock), 1)
        # Neither this statement nor the next will ever settle it.
        statement = self.perform(
            self.create_statement, dt.date(2027, 1, 1),
            dt.date(2027, 12, 31))
        self.assertFalse(self.count(
                'tibillet.convention.statement.line',
                ('kind', '=', 'adjustment'),
                ('service', '=', service)))
        self.assertEqual(self.state(statement), 'approved')

    def send(self):
        "Return a sent statement and what approves it for each party"
        statement = self.perform(self.send_statement)
        approvals = self.read(
            'tibillet.convention.statement', statement, 'approvals')
        return statement, [
            lambda a=a.id: self.approve(a) for a in approvals]

    def approve(self, approval):
        Approval = Pool().get('tibillet.convention.statement.approval')
        Approval.approve([Approval(approval)])

    def test_approval_overtaken(self):
        "Test that a statement is approved when the last two do so at once"
        statement, approvals = self.send()
        self.assertEqual(self.overtake(*approvals), 2)
        self.assertEqual(self.state(statement), 'approved')

    def test_approval_overtaken_without_turns(self):
        statement, approvals = self.send()
        with self.without_turns():
            self.assertEqual(self.overtake(*approvals), 1)
        self.assertEqual(self.state(statement), 'sent')

    def contest(self):
        "Return a contested statement and what answers each dispute"
        statement = self.perform(self.send_statement)
        disputes = [
            self.perform(self.create_dispute, statement) for _ in range(2)]
        return statement, [
            lambda d=d: self.answer(d) for d in disputes]

    def answer(self, dispute):
        Dispute = Pool().get('tibillet.convention.statement.dispute')
        Dispute.answer([Dispute(dispute)])

    def test_answer_overtaken(self):
        "Test that a statement is answered when the last two are at once"
        statement, answers = self.contest()
        self.assertEqual(self.overtake(*answers), 2)
        self.assertEqual(self.state(statement), 'answered')

    def test_answer_overtaken_without_turns(self):
        statement, answers = self.contest()
        with self.without_turns():
            self.assertEqual(self.overtake(*answers), 1)
        self.assertEqual(self.state(statement), 'contested')

    def test_answer_overtaken_by_dispute(self):
        "Test that a statement stays contested by what comes meanwhile"
        statement, answers = self.contest()
        self.perform(answers[0])
        self.assertEqual(self.overtake(
                answers[1], by=lambda: self.create_dispute(statement)), 2)
        self.assertEqual(self.state(statement), 'contested')

    def test_answer_overtaken_by_dispute_without_turns(self):
        statement, answers = self.contest()
        self.perform(answers[0])
        with self.without_turns():
            self.assertEqual(self.overtake(
                    answers[1],
                    by=lambda: self.create_dispute(statement)), 1)
        self.assertEqual(self.state(statement), 'answered')

    def test_invoice_overtaken(self):
        "Test that two clicks at once invoice again what is cancelled once"
        _, statement, lock = self.prepare()
        self.perform(lock)

        def invoice():
            Statement = Pool().get('tibillet.convention.statement')
            Statement.invoice([Statement(statement)])

        self.perform(invoice)
        self.assertEqual(self.state(statement), 'invoiced')
        self.assertEqual(self.overtake(invoice, by=invoice), 2)
        with self.without_turns():
            self.assertEqual(self.overtake(invoice, by=invoice), 1)

    def test_statements_overtaken(self):
        "Test that two periods do not overlap"
        with self.assertRaisesRegex(UserError, "overlap"):
            self.overtake(self.create_statement, by=self.create_statement)

    def test_statements_overtaken_without_turns(self):
        with self.without_turns():
            self.assertEqual(self.overtake(
                    self.create_statement, by=self.create_statement), 1)
        self.assertEqual(self.count(
                'tibillet.convention.statement',
                ('convention', '=', self.convention)), 2)


del LedgerTestCase
