"""Texts that people write with named fields between braces. Pure."""
import re

_FIELD = re.compile(r'{\s*(\w+)\s*}')


def unknown(text, names):
    "Return what is between braces and is none of the names, in its order"
    return [name for name in _FIELD.findall(text) if name not in names]


def fill(text, values):
    """Return the text with the value of each field

    values: texts by name. What is not a field stays as it is, and nothing
    that a value holds is read again.
    """
    return _FIELD.sub(
        lambda match: values.get(match.group(1), match.group(0)), text)
