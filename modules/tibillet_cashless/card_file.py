"""Lists of cards in CSV, line by line.

Bytes in, lines with their problem out, without a database.
"""
import csv
import io
from dataclasses import dataclass

from .uid import UidError, parse

HEADERS = {
    'uid': {'uid', 'tag_id', 'tag', 'identifier', 'identifiant'},
    'number': {'number', 'numero', 'numéro', 'n°', 'printed number'},
    }


class CardFileError(ValueError):
    """A file that is not a list of cards

    code: 'empty', 'encoding' or 'column'.
    """

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass
class Line:
    """A line of the file

    line: its number, the first being 1.
    uid: canonical when there is no problem with it, else as written.
    number: the printed one, or None.
    problem: code of UidError, 'uid_twice' or 'number_twice', or None.
    """
    line: int
    uid: str
    number: str | None
    problem: str | None = None


def read(content):
    """Return the lines of a list of cards

    content: bytes of a CSV file in UTF-8, separated by comma, semicolon or
        tabulation, with or without a line of headers; without, the first
        column is the number read on the card and the second the printed one.
    Raise CardFileError if it cannot be read as such.
    """
    try:
        text = content.decode('utf-8-sig')
    except UnicodeDecodeError as error:
        raise CardFileError('encoding') from error
    rows = [
        (i, [cell.strip() for cell in row])
        for i, row in enumerate(
            csv.reader(io.StringIO(text), delimiter=_delimiter(text)), 1)
        if any(cell.strip() for cell in row)]
    if not rows:
        raise CardFileError('empty')
    columns = _columns(rows[0][1])
    if columns:
        rows = rows[1:]
        if not rows:
            raise CardFileError('empty')
    else:
        columns = {'uid': 0, 'number': 1}
    if 'uid' not in columns:
        raise CardFileError('column')
    return _check([_line(i, row, columns) for i, row in rows])


def _delimiter(text):
    first = next((line for line in text.splitlines() if line.strip()), '')
    return max(',;\t', key=first.count)


def _columns(cells):
    "Return the index of each column that the cells name"
    columns = {}
    for index, cell in enumerate(cells):
        for name, headers in HEADERS.items():
            if cell.lower() in headers:
                columns[name] = index
    return columns


def _line(line, row, columns):
    def cell(name):
        index = columns.get(name)
        return row[index] if index is not None and index < len(row) else ''

    try:
        return Line(line, parse(cell('uid')), cell('number') or None)
    except UidError as error:
        return Line(line, cell('uid'), cell('number') or None, error.code)


def _check(lines):
    uids, numbers = set(), set()
    for line in lines:
        if line.problem:
            continue
        if line.uid in uids:
            line.problem = 'uid_twice'
        elif line.number and line.number in numbers:
            line.problem = 'number_twice'
        uids.add(line.uid)
        numbers.add(line.number)
    return lines
