"""The message to the holders of tickets, with its named fields. Pure."""
from tibillet import named_fields
from tibillet.named_fields import fill

# What a message may hold between braces.
FIELDS = [
    'holder', 'event', 'date', 'venue', 'new_date', 'tickets', 'amount',
    'choices', 'deadline', 'organiser']


def unknown(text):
    "Return what is between braces and is no field, in its order"
    return named_fields.unknown(text, FIELDS)


__all__ = ['FIELDS', 'fill', 'unknown']
