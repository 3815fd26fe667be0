"""What the readers that nfcpy drives have in common.

The library is asked for when one of them is used: a terminal with another
reader does without it.
"""
from ..exceptions import ReaderError

# One technology only: each that is absent costs a second.
TARGET = '106A'
INTERVAL_SECONDS = 0.1
# How often a card is not sensed before it is gone.
MISSED = 3


def library():
    try:
        import nfc.clf.udp
    except ImportError as error:
        raise ReaderError('reader_library') from error
    return nfc


def cards(path, options):
    """Yield the numbers of the cards of a reader

    path: as nfcpy names it. options: target, such as 212F for FeliCa.
    A card that stays there is one card: a tap senses it several times, and
    one that was left there does not pay for the next one.
    """
    nfc = library()
    frontend = nfc.ContactlessFrontend()
    try:
        found = frontend.open(path)
        reason = "nothing found"
    except (OSError, ValueError) as error:
        found, reason = False, error
    if not found:
        raise ReaderError('reader_device', path=path, reason=reason)
    try:
        target = nfc.clf.RemoteTarget(options.get('target', TARGET))
        last, missed = None, 0
        while True:
            card = _sense(nfc, frontend, target, path)
            missed = 0 if card else missed + 1
            if card and card != last:
                yield card
            if card or missed >= MISSED:
                last = card
    finally:
        frontend.close()


def _sense(nfc, frontend, target, path):
    try:
        found = frontend.sense(
            target, iterations=1, interval=INTERVAL_SECONDS)
        tag = nfc.tag.activate(frontend, found) if found else None
    except nfc.clf.CommunicationError:
        # Taken away too early: it is as if it had not been there.
        return None
    except OSError as error:
        raise ReaderError(
            'reader_device', path=path, reason=error) from error
    return tag.identifier.hex().upper() if tag else None
