"""Card readers, one a file, each with cards(options).

It yields the number of each card that is shown: digits in hexadecimal in
capitals, or what else a card says, which the server knows. options are those
of [readers.<name>] in the configuration.
"""
import importlib
import re

from ..exceptions import ReaderError

NAMES = ('fake', 'udp', 'usb', 'wedge')
# As 04:a1:b2:c3, of 4, 7, 8 or 10 bytes.
UID = re.compile(r'(?:[0-9A-F]{2}[ :-]?){4,10}')


def cards(name, options):
    "Return what yields the cards of a reader"
    if name not in NAMES:
        raise ReaderError(
            'reader_unknown', name=name, names=', '.join(NAMES))
    reader = importlib.import_module(f'{__name__}.{name}')
    return filter(None, map(number, reader.cards(options)))


def one(found):
    "Return the next card"
    for card in found:
        return card
    raise ReaderError('reader_end')


def number(text):
    """Return the number of a card as it is sent

    What is no number of a chip is left as it is: a printed number, or what
    a QR code holds.
    """
    text = text.strip()
    digits = text.upper()
    return re.sub('[ :-]', '', digits) if UID.fullmatch(digits) else text
