"""Tables that a spreadsheet opens, in the language of who reads them.

Amounts are written as the language writes them, without spaces nor symbols,
so that they can be summed.
"""
import csv
import io
import re
from decimal import Decimal

from trytond.transaction import Transaction

_AMOUNT = re.compile(r'^-?\d+(\.\d+)?$')


def write(rows):
    "Return rows as the bytes of a CSV"
    french = (Transaction().language or '').startswith('fr')
    output = io.StringIO()
    writer = csv.writer(output, delimiter=';' if french else ',')
    for row in rows:
        writer.writerow([_write_cell(cell, french) for cell in row])
    # Spreadsheets recognise UTF-8 by its mark.
    return output.getvalue().encode('utf-8-sig')


def _write_cell(cell, french):
    if cell is None:
        return ''
    if isinstance(cell, Decimal):
        cell = f'{cell:f}'
    text = str(cell)
    if _AMOUNT.match(text):
        return text.replace('.', ',') if french else text
    # A text is never a formula.
    if text[:1] in {'=', '+', '-', '@', '\t', '\r'}:
        return "'" + text
    return text


def names(record, columns):
    "Return what people call the fields of a record"
    definitions = record.__class__.fields_get(columns)
    return [definitions[name]['string'] for name in columns]


def values(record, columns):
    "Return the fields of a record as people read them"
    definitions = record.__class__.fields_get(columns)
    found = []
    for name in columns:
        value = getattr(record, name)
        type_ = definitions[name]['type']
        if type_ == 'selection':
            value = dict(definitions[name]['selection']).get(value, value)
        elif type_ == 'many2one' and value:
            value = value.rec_name
        elif type_ == 'boolean':
            value = int(value)
        found.append(value)
    return found
