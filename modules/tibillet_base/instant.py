"""An instant that is kept to the microsecond and shown to the second."""
from trytond.model import fields


class Instant(fields.Timestamp):
    "In UTC; the part of the second orders what is signed, nobody reads it"
    format = '%H:%M:%S'
