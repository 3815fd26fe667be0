"""Names that people type or paste, a line each.

Pure, without database.
"""
# A name that is longer does not fit a ticket.
LENGTH_MAX = 80


def read(text):
    "Return the names of the lines that are not empty"
    lines = [' '.join(line.split()) for line in (text or '').splitlines()]
    return [line for line in lines if line]


def get_long(names):
    "Return the first name that does not fit a ticket, None if all do"
    return next((n for n in names if len(n) > LENGTH_MAX), None)
