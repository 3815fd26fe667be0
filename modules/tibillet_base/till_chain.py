"""What the chains of a till hold, and how they are signed.

No database, no trytond here; tibillet.verify reads them again.
"""
from tibillet import chain, verify


def start(kind, till):
    """Return the link before the first one

    kind: sale, closure, log or another chain of the till.
    till: the identifier of the till, the same in all databases.
    """
    return chain.genesis(verify.name(kind, till))


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


def mark(signature):
    "Return the four characters of a signature that the law asks to print"
    return ''.join(signature[i] for i in [2, 6, 12, 18])


SALE = [
    'number', 'operation', 'uuid', 'date', 'finished_at', 'cashier']
LINE = [
    'product', 'label', 'quantity', 'unit_price', 'vat_rate', 'vat_base',
    'vat_amount']
DISCOUNT = ['line', 'discount', 'discount_reason']
TAX = ['rate', 'base', 'amount']
PAYMENT = ['method', 'tender', 'amount']


def sale(head, lines, taxes, payments):
    """Return the data of a finished sale

    head, lines, taxes, payments: dictionaries with the names above; those
        of lines, taxes and payments in the order of their rows. The head
        says too if it was for practice.
    """
    discounts = [
        [rank, *(line[key] for key in DISCOUNT[1:])]
        for rank, line in enumerate(lines, 1) if line['discount']]
    return {
        'kind': 'sale',
        **{key: head[key] for key in SALE},
        'lines': [[line[key] for key in LINE] for line in lines],
        **({'practice': True} if head['practice'] else {}),
        # As it was chained when there were none.
        **({'discounts': discounts} if discounts else {}),
        'taxes': [[tax[key] for key in TAX] for tax in taxes],
        'payments': [
            [payment[key] for key in PAYMENT] for payment in payments],
        }
