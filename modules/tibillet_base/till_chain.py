"""What the chains of a till hold, and how they are signed and verified.

A verifier needs this file, the facts as plain data and the public keys.
No database, no trytond here.
"""
from tibillet import chain


def name(kind, till):
    """Return the name of a chain

    kind: sale, closure or log.
    till: the identifier of the till, the same in all databases.
    """
    return ['till', kind, till]


def start(kind, till):
    "Return the link before the first one"
    return chain.genesis(name(kind, till))


def use(till):
    "Return what the key of a till is derived for"
    return ('till', till)


def follow(previous, data):
    "Return the link of data that follows another link"
    return chain.link(previous, data)


def public(private):
    "Return the public key of a private one, in hexadecimal"
    return chain.public_key(private).hex()


def sign(private, link):
    "Return the signature of a link, in hexadecimal"
    return chain.sign(private, bytes.fromhex(link)).hex()


def is_signed(public, link, signature):
    "Return whether the signature of the link is the one of the public key"
    try:
        return chain.is_signed(
            bytes.fromhex(public), bytes.fromhex(link),
            bytes.fromhex(signature))
    except (TypeError, ValueError):
        return False


SALE = [
    'number', 'operation', 'uuid', 'date', 'finished_at', 'cashier']
LINE = [
    'product', 'label', 'quantity', 'unit_price', 'vat_rate', 'vat_base',
    'vat_amount']
TAX = ['rate', 'base', 'amount']
PAYMENT = ['method', 'tender', 'amount']


def sale(head, lines, taxes, payments):
    """Return the data of a finished sale

    head, lines, taxes, payments: dictionaries with the names above; those
        of lines, taxes and payments in the order of their rows.
    """
    return {
        'kind': 'sale',
        **{key: head[key] for key in SALE},
        'lines': [[line[key] for key in LINE] for line in lines],
        'taxes': [[tax[key] for key in TAX] for tax in taxes],
        'payments': [
            [payment[key] for key in PAYMENT] for payment in payments],
        }
