"""Texts without what people write differently."""
import re
import unicodedata


def plain(text):
    "Return a text without case, accents and punctuation"
    text = unicodedata.normalize('NFKD', str(text))
    text = ''.join(c for c in text if not unicodedata.combining(c))
    return ' '.join(re.sub(r'[\W_]+', ' ', text).casefold().split())


def plain_reference(reference):
    """Return the reference of a document as anyone may write it

    What separates two figures counts: F-2026-1 is f 2026/1 and F2026-1, and
    not F-20261.
    """
    return (
        re.sub(r'(?<!\d) | (?!\d)', '', plain(reference))
        or ' '.join(reference.split()))
