"""Which columns of a file are known, without database."""
import difflib

from .plain_text import plain

HEADERS = {
    'contributor': [
        'contributor', 'party', 'contributeur', 'apporteur', 'tiers'],
    'nature': ['nature', 'kind', 'type'],
    'description': [
        'description', 'label', 'item', 'désignation', 'libellé', 'objet'],
    'quantity': ['quantity', 'qty', 'quantité', 'qté', 'nombre'],
    'unit': ['unit', 'unité'],
    'unit_cost': [
        'unit cost', 'unit price', 'cost', 'coût unitaire', 'prix unitaire',
        'coût', 'PU'],
    'tax_included': [
        'tax included', 'VAT included', 'TVA incluse', 'TTC', 'TVA comprise'],
    'vat_rate': ['VAT rate', 'VAT', 'taux de TVA', 'taux TVA', 'TVA'],
    'vat_recoverable': [
        'VAT recoverable', 'recoverable', 'TVA récupérable', 'récupérable'],
    'date': ['date', "date d'apport"],
    'evidence_reference': [
        'evidence', 'reference', 'justificatif', 'pièce', 'preuve'],
    'recovered_through': [
        'recovered through', 'channel', 'récupéré par', 'récupération',
        'canal'],
    'total': ['total', 'amount', 'montant', 'total TTC', 'total HT'],
    }
REQUIRED = ['description', 'quantity', 'unit_cost']
FRENCH = {
    'description': "désignation",
    'quantity': "quantité",
    'unit_cost': "coût unitaire",
    }
COLUMNS_MAX = 100
# How alike two names are when one was meant for the other.
ALIKE = 0.7


# The column of each name, and the name as people write it.
NAMES = {
    plain(name): (column, name)
    for column, names in HEADERS.items() for name in names}


def is_filled(cell):
    return cell is not None and str(cell).strip() != ''


def find_column(cell):
    "Return the column which a header names, if it is known"
    if is_filled(cell):
        return NAMES.get(plain(cell), (None, None))[0]


def find_near(header, columns):
    "Return the known name the header looks like, of one of the columns"
    names = [n for n, (column, _) in NAMES.items() if column in columns]
    for name in difflib.get_close_matches(
            plain(header), names, n=1, cutoff=ALIKE):
        return NAMES[name][1]


def find_unknown(rows):
    """Return (header, known name it looks like) of what is not read

    rows: the cells, headers first. A column without header has a number.
    """
    headers, *lines = rows
    width = min(COLUMNS_MAX, max(len(row) for row in rows))
    missing = set(HEADERS) - {find_column(cell) for cell in headers}
    unknown = []
    for index in range(width):
        cell = headers[index] if index < len(headers) else None
        if find_column(cell):
            continue
        if is_filled(cell):
            header = ' '.join(str(cell).split())
            unknown.append((header, find_near(header, missing)))
        elif any(
                index < len(row) and is_filled(row[index])
                for row in lines):
            unknown.append((str(index + 1), None))
    return unknown
