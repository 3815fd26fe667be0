import datetime as dt
import io
import pathlib
import unittest
from decimal import Decimal

from openpyxl import Workbook
from tibillet_federation import contribution_table as table

# A spreadsheet gives dates as naive times.
CELL = dt.datetime(2024, 9, 14, 18, 30)  # noqa: DTZ001
HEADER = "Description;Quantity;Unit cost;VAT rate;Date;Total\n"


def lines_of(text):
    return table.read(text.encode()).lines


def problems_of(row):
    line, = lines_of(HEADER + row + '\n')
    return [code for code, _ in line.problems]


def spreadsheet(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class ContributionTableTestCase(unittest.TestCase):

    def test_number(self):
        for cell, number in [
                ('17', '17'),
                ('0,35', '0.35'),
                ('0.35', '0.35'),
                ('1 234,50', '1234.50'),
                ('1\u202f234\u00a0567', '1234567'),
                ('1.234,50', '1234.50'),
                ('1,234.50', '1234.50'),
                ('1.234.567', '1234567'),
                ('300 €', '300'),
                ('-3', '-3'),
                ('1000000000', '1000000000'),
                (17, '17'),
                (0.35, '0.35'),
                (0.1 + 0.2, '0.3'),
                ]:
            with self.subTest(cell=cell):
                self.assertEqual(table.read_number(cell), Decimal(number))

    def test_number_refused(self):
        for cell, code in [
                ('nan', 'number'),
                ('Infinity', 'number'),
                ('1e5', 'number'),
                ('17 pieces', 'number'),
                ('17 2', 'number'),
                ('1.2.2024', 'number'),
                ('=17*300', 'number'),
                (float('nan'), 'number'),
                (float('inf'), 'number'),
                (True, 'number'),
                (dt.date(2024, 9, 14), 'number'),
                ('1000000001', 'huge'),
                ('9' * 400, 'huge'),
                (1e20, 'huge'),
                ('0,12345', 'decimals'),
                ]:
            with self.subTest(cell=cell):
                with self.assertRaises(ValueError) as caught:
                    table.read_number(cell)
                self.assertEqual(caught.exception.args, (code,))

    def test_number_ambiguous(self):
        for cell, mark, number in [
                ('1,000', '.', '1000'),
                ('1,000', ',', '1'),
                ('-12.250 €', ',', '-12250'),
                ('999.125', '.', '999.125'),
                # These have one meaning.
                ('0,125', '.', '0.125'),
                ('1234.500', ',', '1234.5'),
                ('1,000.000', None, '1000'),
                ('1 000,125', None, '1000.125'),
                (1.125, None, '1.125'),
                ]:
            with self.subTest(cell=cell, mark=mark):
                self.assertEqual(
                    table.read_number(cell, mark), Decimal(number))
        for cell, whole, decimal in [
                ('1,000', '1000', '1,0000'),
                ('12.250 €', '12250', '12.2500'),
                ]:
            with self.subTest(cell=cell):
                with self.assertRaises(ValueError) as caught:
                    table.read_number(cell)
                self.assertEqual(caught.exception.args, (
                        'ambiguous', {'whole': whole, 'decimal': decimal}))
                # What is proposed has one meaning.
                self.assertEqual(
                    table.read_number(decimal) * 1000,
                    table.read_number(whole))

    def test_decimal_mark(self):
        for cells, mark in [
                (['1,000', '2.500', '17', 0.35, None, 'nan'], None),
                (['1,000', '0.35'], '.'),
                (['1,000', '5,5 %'], ','),
                (['1.234.567'], ','),
                (['1,234.50'], '.'),
                (['1 234,500'], ','),
                (['1,5', '1.5'], None),
                ]:
            with self.subTest(cells=cells):
                self.assertEqual(table.decimal_mark(cells), mark)

    def test_number_settled_by_others(self):
        "The other numbers of a file tell what its separators are"
        for rows, quantities in [
                (['Terminal;1,000;3;;;'], [None]),
                (['Terminal;1,000;0.35;;;'], ['1000']),
                (['Terminal;1,000;0,35;;;'], ['1']),
                (['Terminal;1,000;3;;;', 'Card;2;0.35;;;'], ['1000', '2']),
                (['Terminal;1,000;0.3;;;', 'Card;2;0,35;;;'], [None, '2']),
                ]:
            with self.subTest(rows=rows):
                lines = lines_of(HEADER + '\n'.join(rows) + '\n')
                self.assertEqual(
                    [l.values.get('quantity') for l in lines],
                    [q and Decimal(q) for q in quantities])
                self.assertEqual(
                    [[code for code, _ in l.problems] for l in lines],
                    [[] if q else ['ambiguous'] for q in quantities])

    def test_rate(self):
        for cell, rate in [
                ('20', '0.2'), ('20 %', '0.2'), ('0,2', '0.2'),
                (0.2, '0.2'), (20, '0.2'), ('5,5', '0.055'),
                ('5,5 %', '0.055'), ('0', '0'), ('0,5 %', '0.005'),
                ('20%', '0.2'), ('0.3', '0.3'), ('2', '0.02'),
                ('2,1', '0.021'), ('1 %', '0.01'), ('100 %', '1'),
                ]:
            with self.subTest(cell=cell):
                self.assertEqual(table.read_rate(cell), Decimal(rate))

    def test_rate_ambiguous(self):
        "1 may be 1 % and 100 %, 0.9 may be 0.9 % and 90 %"
        for cell, percent, times in [
                ('1', '1', '100'), ('1,0', '1', '100'), (1, '1', '100'),
                (1.0, '1', '100'), ('0,9', '0.9', '90'),
                ('0.31', '0.31', '31'), ('1,2', '1.2', '120'),
                ('1.99', '1.99', '199'),
                ]:
            with self.subTest(cell=cell):
                with self.assertRaises(ValueError) as caught:
                    table.read_rate(cell)
                self.assertEqual(caught.exception.args, (
                        'ambiguous_rate',
                        {'percent': Decimal(percent),
                            'times': Decimal(times)}))

    def test_date(self):
        for cell in [
                '2024-09-14', '14/09/2024', '14/09/24', '14.09.2024',
                dt.date(2024, 9, 14), CELL]:
            with self.subTest(cell=cell):
                self.assertEqual(
                    table.read_date(cell), dt.date(2024, 9, 14))

    def test_problems(self):
        for row, codes in [
                ('Terminal;17;300;20;14/09/2024;5100', []),
                ('Terminal;17;300;;;', []),
                ('Terminal;17;0;;;0', []),
                ('Terminal;;300;;;5100', ['no_quantity']),
                ('Terminal;17;;;;5100', ['no_unit_cost']),
                (';17;300;;;', ['no_description']),
                ('Terminal;0;300;;;', ['quantity']),
                ('Terminal;-17;300;;;', ['quantity']),
                ('Terminal;17;-0,01;;;', ['unit_cost']),
                ('Terminal;nan;inf;;;', ['number', 'number']),
                ('Terminal;17;300;100;;', []),
                ('Terminal;17;300;101;;', ['rate']),
                ('Terminal;17;300;-5;;', ['rate']),
                ('Terminal;17;300;;31/02/2024;', ['date']),
                ('Terminal;17;300;;31/12/1899;', ['year']),
                ('Terminal;17;300;;01/01/1900;', []),
                ('Terminal;17;300;;2200-01-01;', ['year']),
                ('Terminal;1000000000;1;;;', []),
                ('Terminal;1000000000;1,01;;;', ['huge']),
                ('Terminal;17;300;;;5099,99', ['total']),
                ]:
            with self.subTest(row=row):
                self.assertEqual(problems_of(row), codes)

    def test_sample(self):
        "The sample file of the draft gives its totals"
        sample = pathlib.Path(__file__).with_name('contributions.csv')
        lines = table.read(sample.read_bytes()).lines
        totals = {}
        for line in lines:
            self.assertEqual(line.problems, [])
            values = line.values
            totals[values['contributor']] = (
                totals.get(values['contributor'], 0)
                + values['quantity'] * values['unit_cost'])
        self.assertEqual(totals, {
                'Co-operative': Decimal('15560'),
                'Association': Decimal('3850'),
                })
        self.assertEqual([l.values['nature'] for l in lines], [
                'equipment', 'equipment', 'equipment', 'equipment',
                'consumable', 'fee', 'time', 'sundry', 'consumable'])

    def test_separators_and_encodings(self):
        rows = [
            ["Désignation", "Quantité", "Coût unitaire"],
            ["Câble", "2", "1.5"]]
        for separator in ';,\t':
            text = '\r\n'.join(map(separator.join, rows))
            for encoding in ['utf-8', 'utf-8-sig', 'utf-16', 'cp1252']:
                with self.subTest(separator=separator, encoding=encoding):
                    line, = table.read(text.encode(encoding)).lines
                    self.assertEqual(line.values, {
                            'description': "Câble",
                            'quantity': Decimal(2),
                            'unit_cost': Decimal('1.5'),
                            })

    def test_quoted_cells(self):
        line, = table.read(
            b'Description,Quantity,Unit cost\n"Cable, 5 m",2,"1,5"\n'
            ).lines
        self.assertEqual(line.values['description'], "Cable, 5 m")
        self.assertEqual(line.values['unit_cost'], Decimal('1.5'))

    def test_line_numbers(self):
        "Empty lines are skipped and counted"
        lines = lines_of(HEADER + '\nTerminal;17;300\n;;\nCard;1;2\n')
        self.assertEqual([l.number for l in lines], [3, 5])

    def test_spreadsheet(self):
        line, = table.read(spreadsheet(
                ["Description", "Qty", "Unit cost", "VAT", "Date"],
                ["NFC cards", 6000, 0.35, 0.2, CELL])).lines
        self.assertEqual(line.number, 2)
        self.assertEqual(line.problems, [])
        self.assertEqual(line.values, {
                'description': "NFC cards",
                'quantity': Decimal(6000),
                'unit_cost': Decimal('0.35'),
                'vat_rate': Decimal('0.2'),
                'date': dt.date(2024, 9, 14),
                })

    def test_spreadsheet_formula(self):
        "A formula that was never computed is a missing cell"
        line, = table.read(spreadsheet(
                ["Description", "Qty", "Unit cost"],
                ["NFC cards", '=2*3000', 0.35])).lines
        self.assertEqual(
            [code for code, _ in line.problems], ['no_quantity'])

    def test_unknown_columns(self):
        "What is not read is said, with the name it looks like"
        for headers, row, unknown in [
                ('', '', []),
                (';Colour', ';red', [("Colour", None)]),
                (';Justificatifs', ';F-1', [
                        ("Justificatifs", 'justificatif')]),
                (';Récupérée  par', ';pot', [
                        ("Récupérée par", 'récupéré par')]),
                # Its column is there already.
                (';VAT rate;TVA taux', ';20;20', [("TVA taux", None)]),
                (';', ';something', [('4', None)]),
                (';;', ';;', []),
                ('', ';more than the headers', [('4', None)]),
                ]:
            with self.subTest(headers=headers):
                read = table.read((
                        f'Description;Quantity;Unit cost{headers}\n'
                        f'Terminal;1;300{row}\n').encode())
                self.assertEqual(read.unknown, unknown)
                self.assertEqual(len(read.lines), 1)

    def test_missing_column_near(self):
        with self.assertRaises(table.TableError) as caught:
            table.read(b'Designation;Quantitee;Cout unitaire\nTerminal;1;3\n')
        code, values = caught.exception.args
        self.assertEqual(
            (code, values['header'], values['other']),
            ('column_near', "Quantitee", "quantité"))

    def test_file_refused(self):
        for data, code in [
                (b'', 'empty'),
                (b'\n\n;;\n', 'headers'),
                (HEADER.encode(), 'empty'),
                (b'Name;Price\nTerminal;3\n', 'headers'),
                (b'Description;Unit cost\nTerminal;3\n', 'column'),
                (b'Description;Quantity;Qty;Unit cost\nA;1;1;1\n', 'twice'),
                (b'\x00\x01\x02', 'format'),
                (b'PK\x03\x04 not a spreadsheet', 'format'),
                (b'x' * (table.SIZE_MAX + 1), 'size'),
                ((HEADER + 'A;1;1\n' * (table.LINES_MAX + 1)).encode(),
                    'lines'),
                ]:
            with self.subTest(data=data[:40]):
                with self.assertRaises(table.TableError) as caught:
                    table.read(data)
                self.assertEqual(caught.exception.args[0], code)
