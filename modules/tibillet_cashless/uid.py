"""Numbers of cards, as readers give them and people type them.

Text in, canonical text out, without a database.
"""

# ISO/IEC 14443-3: single, double and triple size; JIS X 6319-4 (FeliCa): 8.
LENGTHS = [4, 7, 8, 10]
SEPARATORS = ' :-'


class UidError(ValueError):
    """A number that no card may have

    code: 'empty', 'hex', 'length', 'random', 'truncated' or 'zero'.
    """

    def __init__(self, code, text):
        super().__init__(f'{code}: {text!r}')
        self.code = code


def parse(text):
    """Return the number of a card as hexadecimal digits in capitals

    text: hexadecimal digits, with or without separators, as 04:a1:b2:c3.
    Raise UidError if it cannot be the number of a card.
    """
    digits = (text or '').strip().upper()
    for separator in SEPARATORS:
        digits = digits.replace(separator, '')
    if not digits:
        raise UidError('empty', text)
    # bytes.fromhex skips other blanks.
    if not set(digits) <= set('0123456789ABCDEF'):
        raise UidError('hex', text)
    if len(digits) not in {2 * length for length in LENGTHS}:
        raise UidError('length', text)
    if not digits.strip('0'):
        raise UidError('zero', text)
    if len(digits) == 8:
        # ISO/IEC 14443-3, 6.5.4: 08 announces a number drawn at each
        # reading, 88 the first part of a longer one.
        if digits.startswith('08'):
            raise UidError('random', text)
        if digits.startswith('88'):
            raise UidError('truncated', text)
    return digits


def canonical(text, around=None):
    """Return the number of a card as it is kept, else the text itself

    around: characters that may surround the number.
    """
    try:
        return parse(text.strip(around) if isinstance(text, str) else None)
    except UidError:
        return text
