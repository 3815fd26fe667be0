"""Reads contributions from a CSV file or a spreadsheet, without database.

Nothing is guessed in silence: each line gives what was read and, when it is
broken, the problems as (code, values); the caller puts them in words.
"""
import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from .contribution_columns import (
    COLUMNS_MAX, FRENCH, HEADERS, REQUIRED, find_column, find_near,
    find_unknown, is_filled)
from .plain_text import plain

SIZE_MAX = 5 * 2 ** 20
LINES_MAX = 5000
# More than any venue will ever bring; a typing error most of the time.
NUMBER_MAX = Decimal(10) ** 9
DECIMALS_MAX = 4
YEAR_MIN, YEAR_MAX = 1900, 2199

# No VAT is above 30 %, and none that is above 0 is below 0.3 %: between the
# two a rate without % is a fraction or a percentage, 0.9 % as 90 %.
FRACTION_MAX, PERCENTAGE_MIN = Decimal('0.3'), Decimal(2)
NATURES = {
    'equipment': ['equipment', 'materiel', 'equipement'],
    'consumable': [
        'consumable', 'consumables', 'consommable', 'consommables'],
    'fee': ['fee', 'fees', 'frais'],
    'time': ['time', 'days', 'temps', 'journees', 'jours'],
    'sundry': ['sundry', 'other', 'divers', 'autre'],
    }
CHANNELS = {
    'pot': ['pot', 'pot a amortir'],
    'melting': ['melting', 'melting money', 'monnaie fondante', 'fonte'],
    'common': ['common', 'common costs', 'frais communs', 'pot commun'],
    'reinvoiced': ['re invoiced', 'reinvoiced', 'refacture', 'refacturee'],
    'none': ['none', 'not recovered', 'non recupere', 'aucun'],
    }
BOOLEANS = {
    True: ['yes', 'y', 'true', 'oui', 'o', 'vrai', 'x', '1', 'ttc'],
    False: ['no', 'n', 'false', 'non', 'faux', '0', 'ht'],
    }
DATES = ['%Y-%m-%d', '%d/%m/%Y', '%d/%m/%y', '%d.%m.%Y', '%d-%m-%Y']
# 1234,5 or 1234.5, else groups of three digits: 1 234,5 or 1,234,567.5.
SIMPLE = re.compile(r'[+-]?\d+([.,]\d+)?')
GROUPED = [
    (re.compile(r'[+-]?\d{1,3}( \d{3})+([.,]\d+)?'), ' '),
    (re.compile(r'[+-]?\d{1,3}(\.\d{3})+,\d+|[+-]?\d{1,3}(\.\d{3}){2,}'), '.'),
    (re.compile(r'[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}'), ','),
    ]
# A thousand, or one and three decimals: 1,000 or 1.000.
AMBIGUOUS = re.compile(r'[+-]?[1-9]\d{0,2}[.,]\d{3}')
NUMBERS = ['quantity', 'unit_cost', 'vat_rate', 'total']


class TableError(ValueError):
    """The file as a whole cannot be read

    args: code, values.
    """


@dataclass
class Line:
    """A line of the file

    number: as the spreadsheet shows it, the headers being line 1.
    values: what was read, by name of column; a broken cell is absent.
    problems: (code, values) pairs.
    """
    number: int
    values: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)


@dataclass
class Table:
    """What was read of a file

    unknown: (header, known name it looks like) of the columns that are not
    read.
    """
    lines: list
    unknown: list


def read(data):
    """Return the Table of a CSV file or of a spreadsheet, lines in order.

    data: the bytes of the file.
    Raise TableError if it is no such file, or has no usable header.
    """
    if not data:
        raise TableError('empty', {})
    if len(data) > SIZE_MAX:
        raise TableError('size', {'size': SIZE_MAX // 2 ** 20})
    rows = _spreadsheet(data) if data[:2] == b'PK' else _csv(data)
    rows = [
        (number, row) for number, row in rows
        if any(is_filled(cell) for cell in row)]
    if len(rows) < 2:
        raise TableError('empty', {})
    if len(rows) > LINES_MAX + 1:
        raise TableError('lines', {'lines': LINES_MAX})
    columns = _columns(rows[0][1])
    mark = decimal_mark(
        row[columns[column]] for _, row in rows[1:] for column in NUMBERS
        if column in columns and columns[column] < len(row))
    return Table(
        [_line(number, row, columns, mark) for number, row in rows[1:]],
        find_unknown([row for _, row in rows]))


def _spreadsheet(data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(i.file_size for i in archive.infolist())
        if size > SIZE_MAX * 10:
            raise TableError('size', {'size': SIZE_MAX // 2 ** 20})
        book = load_workbook(
            io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = []
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            rows.append((number, row[:COLUMNS_MAX]))
            if number > LINES_MAX * 2:
                raise TableError('lines', {'lines': LINES_MAX})
        return rows
    except TableError:
        raise
    # A broken archive breaks openpyxl in many ways.
    except (
            InvalidFileException, zipfile.BadZipFile, zlib.error, EOFError,
            KeyError, ValueError, IndexError, TypeError, AttributeError,
            OSError, SyntaxError, RuntimeError):
        raise TableError('format', {})


def _csv(data):
    text = _decode(data)
    if '\0' in text:
        raise TableError('format', {})
    found = max(
        (_split(text, separator) for separator in ';,\t'),
        key=_known_headers)
    if not _known_headers(found):
        raise TableError('headers', {})
    return found


def _decode(data):
    for mark, encoding in [
            (b'\xff\xfe', 'utf-16'), (b'\xfe\xff', 'utf-16')]:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise TableError('format', {})
    try:
        return data.decode('utf-8-sig')
    except UnicodeDecodeError:
        # What a French spreadsheet saves as CSV without asking.
        return data.decode('cp1252', errors='replace')


def _split(text, separator):
    reader = csv.reader(io.StringIO(text, newline=''), delimiter=separator)
    rows, number = [], 1
    try:
        for row in reader:
            rows.append((number, row))
            number = reader.line_num + 1
    except csv.Error:
        raise TableError('format', {})
    return rows


def _known_headers(rows):
    for _, row in rows:
        if any(is_filled(cell) for cell in row):
            return sum(1 for cell in row if find_column(cell))
    return 0


def _columns(row):
    "Return the index of each column"
    columns = {}
    for index, cell in enumerate(row):
        column = find_column(cell)
        if not column:
            continue
        if column in columns:
            raise TableError('twice', {'column': str(cell).strip()})
        columns[column] = index
    if not columns:
        raise TableError('headers', {})
    for column in REQUIRED:
        if column not in columns:
            raise TableError(*_missing(column, row))
    return columns


def _missing(column, row):
    "Return the code and the values of a column that the headers lack"
    values = {'column': HEADERS[column][0], 'other': FRENCH[column]}
    for cell in row:
        if (is_filled(cell) and not find_column(cell)
                and find_near(cell, {column})):
            return 'column_near', {**values, 'header': str(cell).strip()}
    return 'column', values


def _line(number, row, columns, mark):
    line = Line(number)
    for column, index in columns.items():
        cell = row[index] if index < len(row) else None
        if not is_filled(cell):
            continue
        try:
            values = {'mark': mark} if column in NUMBERS else {}
            line.values[column] = READERS[column](cell, **values)
        except ValueError as error:
            code, *more = error.args
            line.problems.append((code, dict(
                        *more, column=column, cell=_shown(cell))))
    _check_missing(line)
    _check_signs(line)
    _check_amount(line)
    _check_total(line)
    return line


def _shown(cell):
    "Return a cell as its writer knows it, a number as one"
    if (isinstance(cell, (int, float)) and not isinstance(cell, bool)
            and isfinite(cell)):
        return Decimal(format(cell, '.15g'))
    text = str(cell).strip()
    return text if len(text) <= 40 else text[:40] + '…'


def _check_missing(line):
    broken = {values['column'] for _, values in line.problems}
    for column in REQUIRED:
        if column not in line.values and column not in broken:
            line.problems.append((f'no_{column}', {'column': column}))


def _check_signs(line):
    quantity = line.values.get('quantity')
    if quantity is not None and quantity <= 0:
        line.problems.append(('quantity', {
                    'column': 'quantity', 'cell': quantity}))
    unit_cost = line.values.get('unit_cost')
    if unit_cost is not None and unit_cost < 0:
        line.problems.append(('unit_cost', {
                    'column': 'unit_cost', 'cell': unit_cost}))
    rate = line.values.get('vat_rate')
    if rate is not None and not 0 <= rate <= 1:
        line.problems.append(('rate', {
                    'column': 'vat_rate', 'cell': rate * 100}))


def _check_amount(line):
    if not {'quantity', 'unit_cost'} <= set(line.values):
        return
    amount = line.values['quantity'] * line.values['unit_cost']
    if amount > NUMBER_MAX:
        line.problems.append(('huge', {
                    'column': 'unit_cost', 'cell': amount}))


def _check_total(line):
    "A total is never taken, but it must be what the line makes"
    if not {'total', 'quantity', 'unit_cost'} <= set(line.values):
        return
    computed = line.values['quantity'] * line.values['unit_cost']
    if abs(computed - line.values['total']) >= Decimal('0.005'):
        line.problems.append(('total', {
                    'column': 'total',
                    'cell': line.values['total'],
                    'computed': computed}))


def read_text(cell):
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = ' '.join(str(cell).split())
    if len(text) > 500:
        raise ValueError('text')
    return text


def decimal_mark(cells):
    """Return what comes before the decimals in all the cells: , or .

    None if no cell tells it, or if they do not agree.
    """
    marks = set()
    for cell in cells:
        text = _bare(cell.replace('%', '')) if isinstance(cell, str) else ''
        if AMBIGUOUS.fullmatch(text):
            continue
        if SIMPLE.fullmatch(text):
            marks.update(set(text) & set(',.'))
        for pattern, separator in GROUPED:
            if pattern.fullmatch(text):
                marks.update(
                    {',': '.', '.': ','}.get(separator)
                    or set(text) & set(',.'))
    return marks.pop() if len(marks) == 1 else None


def _bare(text):
    "Return a number as it is written, without its currency"
    text = re.sub(r'[€$£]|EUR', '', text, flags=re.IGNORECASE)
    return ' '.join(text.split())


def _read_ambiguous(text, mark):
    whole, decimals = re.split('[.,]', text)
    if mark is None:
        raise ValueError('ambiguous', {
                'whole': whole + decimals,
                # With another number of decimals it has one meaning.
                'decimal': text + '0'})
    return Decimal(f'{whole}.{decimals}' if mark in text else whole + decimals)


def read_number(cell, mark=None):
    """Return the Decimal of a cell: 1 234,50 or 1,234.50 or 300 €

    mark: what comes before the decimals in the other cells, if known.
    Raise ValueError with a code when it is no number, too big, too fine, or
    has two meanings.
    """
    if isinstance(cell, (bool, dt.date, dt.time)):
        raise ValueError('number')
    if isinstance(cell, str) and AMBIGUOUS.fullmatch(_bare(cell)):
        return _read_ambiguous(_bare(cell), mark)
    if isinstance(cell, float):
        # A spreadsheet shows 15 digits: 0.35 and not 0.34999999999999998.
        cell = format(cell, '.15g')
        if 'e' in cell:
            cell = format(Decimal(cell), 'f')
    text = _bare(str(cell))
    if not SIMPLE.fullmatch(text):
        for pattern, separator in GROUPED:
            if pattern.fullmatch(text):
                text = text.replace(separator, '')
                break
        else:
            raise ValueError('number')
    text = text.replace(',', '.')
    if len(text) > 30:
        raise ValueError('huge')
    number = Decimal(text)
    if abs(number) > NUMBER_MAX:
        raise ValueError('huge')
    if -number.normalize().as_tuple().exponent > DECIMALS_MAX:
        raise ValueError('decimals')
    return number


def read_rate(cell, mark=None):
    """Return a rate as a fraction: 20, 20 % and 0.2 are all 0.2

    Raise ValueError when it may be a fraction and a percentage: 1 or 0.9.
    """
    percent = isinstance(cell, str) and '%' in cell
    number = read_number(cell.replace('%', '') if percent else cell, mark)
    if not percent and FRACTION_MAX < number < PERCENTAGE_MIN:
        raise ValueError('ambiguous_rate', {
                'percent': number, 'times': number * 100})
    rate = number / 100 if percent or abs(number) > 1 else number
    if -rate.normalize().as_tuple().exponent > DECIMALS_MAX:
        raise ValueError('decimals')
    return rate


def count_decimals(number):
    "Return how many decimals a number has, the zeros that say nothing apart"
    return max(-number.normalize().as_tuple().exponent, 0)


def read_date(cell):
    date = _date(cell)
    if not date:
        raise ValueError('date')
    if not YEAR_MIN <= date.year <= YEAR_MAX:
        raise ValueError('year')
    return date


def _date(cell):
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    for format_ in DATES:
        try:
            return dt.datetime.strptime(  # noqa: DTZ007
                str(cell).strip(), format_).date()
        except ValueError:
            continue


def _one_of(choices, code):
    def read_choice(cell):
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        name = plain(cell)
        for value, names in choices.items():
            if name in names:
                return value
        raise ValueError(code)
    return read_choice


READERS = {
    'contributor': read_text,
    'nature': _one_of(NATURES, 'nature'),
    'description': read_text,
    'quantity': read_number,
    'unit': read_text,
    'unit_cost': read_number,
    'tax_included': _one_of(BOOLEANS, 'boolean'),
    'vat_rate': read_rate,
    'vat_recoverable': _one_of(BOOLEANS, 'boolean'),
    'date': read_date,
    'evidence_reference': read_text,
    'recovered_through': _one_of(CHANNELS, 'channel'),
    'total': read_number,
    }
