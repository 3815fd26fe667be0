"""A reader on USB, or on a serial line such as that of a Raspberry Pi.

path is usb, usb:054c:06c3, or tty:S0:pn532.
"""
from . import contactless


def cards(options):
    yield from contactless.cards(options.get('path', 'usb'), options)
