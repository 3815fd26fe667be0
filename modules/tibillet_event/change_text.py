"""The message to the holders of tickets, with its named fields. Pure."""
import re

# What a message may hold between braces.
FIELDS = [
    'holder', 'event', 'date', 'venue', 'new_date', 'tickets', 'amount',
    'choices', 'deadline', 'organiser']
_FIELD = re.compile(r'{\s*(\w+)\s*}')


def unknown(text):
    "Return what is between braces and is no field, in its order"
    return [name for name in _FIELD.findall(text) if name not in FIELDS]


def fill(text, values):
    """Return the text with the value of each field

    values: texts by name. What is not a field stays as it is, and nothing
    that a value holds is read again.
    """
    return _FIELD.sub(
        lambda match: values.get(match.group(1), match.group(0)), text)
