"""Each kind of entry of the log of a till is told in a sentence."""
from tibillet_base import till_sql

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .till_records import TillMixin

# Kind, subject and detail as the chain holds them, and what is read
TOLD = [
    ('key', '2', 'rA6x0', "Signs with its key number 2 from here on."),
    ('opening', None, '1234.50', "With usd1,234.50 in the drawer."),
    ('closing', '3', '98.35', "Closure 3, usd98.35 counted in the drawer."),
    ('period', '2', '30.00', "Total 2, usd30.00 sold."),
    ('cancellation', '9f6c', '2: 7.00',
        "A basket that was not paid: lines 2, usd7.00."),
    ('drawer', None, None, ""),
    ('cash_in', '80.00', "Float: Of the evening",
        "usd80.00 – Float: Of the evening"),
    ('cash_out', '-6.50', "Purchase: Ice", "usd6.50 – Purchase: Ice"),
    ('print', 'Z BAR-0001', None, "Z BAR-0001"),
    ('reprint', 'Z BAR-0001', None, "Z BAR-0001"),
    ('check', '12', None, "12 facts were read again. "
        "Nothing is missing and nothing was changed."),
    ('check', '12', 'sale 4: link', "12 facts were read again. sale 4: link"),
    ('archive', '1', 'a3f0',
        "Archive number 1, of which the fingerprint is kept."),
    ('clock', None, '2026-03-06 19:00:00 > 2026-03-06 18:00:00 UTC',
        "2026-03-06 19:00:00 > 2026-03-06 18:00:00 UTC"),
    ('setting', None, 'journal, screens_of_2020',
        "Journal, screens_of_2020"),
    # What is no figure is shown as it is.
    ('opening', None, 'some', "With some in the drawer."),
    ]


class TillLogTestCase(TillMixin, TestCase):

    @with_transaction()
    def test_sentences(self):
        "The chain holds bare figures, who reads has their currency"
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        with set_company(self.get_company()):
            point = self.open_till()
            row = till_sql.lock(point)
            first = row.log_counter
            for kind, subject, detail, _ in TOLD:
                Log.append(row, kind, subject=subject, detail=detail)
            till_sql.advance(row)
            entries = Log.search(
                [('number', '>', first)], order=[('number', 'ASC')])
            self.assertEqual(
                [(e.kind, e.subject, e.detail, e.sentence) for e in entries],
                TOLD)

    @with_transaction()
    def test_every_kind(self):
        "None is forgotten in the table above"
        Log = Pool().get('tibillet.till.log')
        self.assertEqual(
            {kind for kind, *_ in TOLD}, set(dict(Log.kind.selection)))
