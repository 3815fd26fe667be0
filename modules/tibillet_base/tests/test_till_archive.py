"""What a till has recorded leaves the database, and is checked elsewhere."""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile
from unittest.mock import patch

from tibillet_base import till_archiving
from tibillet_base.exceptions import FactError, TillArchiveEmptyError

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from tibillet import verify

from .till_records import TillMixin, make_till, sell


def check(*archives):
    "Return how many facts of each chain there are, and what is broken"
    checked = [verify.verify(io.BytesIO(a.file)) for a in archives]
    problems = [p for c in checked for p in c.problems]
    return [c.counts for c in checked], problems + verify.check_order(checked)


class TillArchiveTestCase(TillMixin, TestCase):

    @with_transaction()
    def test_archives(self):
        "Each archive goes on where the one before ends"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        Log = pool.get('tibillet.till.log')
        with set_company(self.get_company()):
            point = self.open_till()
            for _ in range(3):
                sell(point, self.beer, self.cash)
            first = Archive.make(point)
            self.assertEqual(
                check(first), (
                    [{'sale': 3, 'log': 2, 'closure': 0, 'period': 0}], []))
            self.assertEqual(
                [(p.label, p.first, p.last, p.count) for p in first.chains],
                [("Sales", 1, 3, 3), ("Log", 1, 2, 2)])
            self.assertEqual(first.filename, 'BAR-0001-2026-03-06.zip')
            sell(point, self.beer, self.cash)
            second = Archive.make(point)
            self.assertEqual(
                check(second, first), ([
                        {'sale': 1, 'log': 1, 'closure': 0, 'period': 0},
                        {'sale': 3, 'log': 2, 'closure': 0, 'period': 0}], []))
            entry, _ = Log.search([
                    ('kind', '=', 'archive'),
                    ], order=[('number', 'ASC')])
            self.assertEqual(
                (entry.subject, entry.detail), ('1', first.fingerprint))

    @with_transaction()
    def test_some_at_a_time(self):
        "An archive holds so many facts at most, the next one those after"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            point = self.open_till()
            for _ in range(5):
                sell(point, self.beer, self.card)
            with patch.object(till_archiving, 'FACTS_MAX', 2):
                archives = [Archive.make(point) for _ in range(3)]
            counts, problems = check(*archives)
            self.assertEqual([c['sale'] for c in counts], [2, 2, 1])
            self.assertEqual(problems, [])

    @with_transaction()
    def test_nothing(self):
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            point = make_till()
            with self.assertRaises(TillArchiveEmptyError):
                Archive.make(point)
            self.assertEqual(Archive.search([], count=True), 0)

    @with_transaction()
    def test_twice(self):
        "That it was archived is nothing to archive"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            point = self.open_till()
            sell(point, self.beer, self.card)
            Archive.make(point)
            with self.assertRaises(TillArchiveEmptyError):
                Archive.make(point)
            sell(point, self.beer, self.card)
            second = Archive.make(point)
            self.assertEqual(
                check(second)[0],
                [{'sale': 1, 'log': 1, 'closure': 0, 'period': 0}])

    @with_transaction()
    def test_shortened(self):
        "A chain that has lost what was archived of it is told"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            point = self.open_till()
            *_, last = [
                sell(point, self.beer, self.card) for _ in range(3)]
            Archive.make(point)
            cursor = Transaction().connection.cursor()
            cursor.execute(
                'UPDATE "sale_point_sale" SET "operation" = NULL, '
                f'"link" = NULL WHERE "id" = {last.id}')
            cursor.execute(
                f'UPDATE "sale_point" SET "counter" = 2 WHERE id = {point.id}')
            sell(point, self.beer, self.card)
            self.assertIn(
                "Sales: the last one should be number 3",
                Archive.make(point).problems)

    @with_transaction()
    def test_content(self):
        "The tables of an archive say what was sold"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            point = self.open_till()
            sell(point, self.beer, self.card, quantity=2)
            archive = Archive.make(point)
            file = zipfile.ZipFile(io.BytesIO(archive.file))

        def table(name):
            text = file.read(name).decode('utf-8-sig')
            return list(csv.DictReader(io.StringIO(text)))

        sale, = table('sale.csv')
        line, = table('sale_lines.csv')
        payment, = table('sale_payments.csv')
        self.assertEqual(
            (sale['number'], line['number'], payment['number']),
            ('BAR-000001',) * 3)
        self.assertEqual(
            (line['quantity'], line['unit_price'], payment['tender']),
            ('2.0', '3.50', 'card'))
        manifest = json.loads(file.read('archive.json'))
        self.assertEqual(
            (manifest['till']['code'], manifest['currency']), ('BAR', 'usd'))
        self.assertIn(b'python3 verify.pyz', file.read('README.txt'))

    @with_transaction()
    def test_verifier(self):
        "The verifier in the archive runs alone, without the platform"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            point = self.open_till()
            sell(point, self.beer, self.card)
            archive = Archive.make(point)
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(io.BytesIO(archive.file)).extractall(folder)

            def run():
                # -I: nothing but the standard library and what is installed.
                return subprocess.run(
                    [sys.executable, '-I', '-X', 'importtime', 'verify.pyz',
                        '--language', 'en'],
                    cwd=folder, text=True, capture_output=True)

            sound = run()
            self.assertIn("Nothing is broken: 3 facts", sound.stdout)
            self.assertEqual(sound.returncode, 0)
            self.assertNotIn('trytond', sound.stderr)
            file = pathlib.Path(folder) / 'sale.jsonl'
            file.write_text(file.read_text().replace('3.5', '2.5'))
            broken = run()
            self.assertIn("sale BAR-000001: it was changed", broken.stdout)
            self.assertEqual(broken.returncode, 1)

    @with_transaction()
    def test_broken(self):
        "A till whose chain is broken is archived, and the archive says so"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            point = self.open_till()
            sale = sell(point, self.beer, self.card)
            Transaction().connection.cursor().execute(
                'UPDATE "sale_point_sale_line" SET "quantity" = 2 '
                f'WHERE "sale" = {sale.id}')
            archive = Archive.make(point)
            self.assertEqual(
                archive.problems,
                "sale BAR-000001: it was changed, or what is before it.")

    @with_transaction()
    def test_fact(self):
        "An archive is made by its button, and stays"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            point = self.open_till()
            sell(point, self.beer, self.card)
            archive = Archive.make(point)
            for act in [
                    lambda: Archive.write([archive], {'number': 2}),
                    lambda: Archive.delete([archive]),
                    lambda: archive.chains[0].delete([archive.chains[0]]),
                    ]:
                with self.assertRaises(FactError):
                    act()
