"""An instant that is kept to the microsecond and shown to the second."""
import datetime as dt

from trytond.model import fields


class Instant(fields.Timestamp):
    "In UTC; the part of the second orders what is signed, nobody reads it"
    format = '%H:%M:%S'


def shown(read):
    """Return what was read with its instants as people see them

    A client takes an instant back from the text it shows of it: with a part of
    the second that the text leaves out it would hold the record for modified.
    read: what a call answers, lists and dictionaries in each other.
    """
    if isinstance(read, dict):
        return {key: shown(value) for key, value in read.items()}
    elif isinstance(read, (list, tuple)):
        return type(read)(shown(value) for value in read)
    elif isinstance(read, dt.datetime):
        return read.replace(microsecond=0)
    return read
