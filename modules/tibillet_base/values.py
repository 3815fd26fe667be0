"""What no field may hold.

What the field cannot read, and values that make every later reading fail: an
amount of thirty digits breaks each sum it enters, a date of the year 9999
each term that is counted from it; the lists they are shown in cannot be read
any more. The mixin is laid over every model that stores (see register_mixin
in tryton.cfg) and refuses them before anything is written, whoever writes:
the ranges are far beyond what the standard needs. No query, and for a usual
value one comparison.
"""
import datetime as dt
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelStorage
from trytond.pool import Pool

from .exceptions import ValueFormError, ValueRangeError

# Sums of thousands of them, and their products by a rate, stay exact in the
# 28 digits of a Decimal.
NUMERIC_MAX = Decimal(10) ** 13 - 1
FLOAT_MAX = 10 ** 12
# What a column of integers holds.
INTEGER_MAX = 2 ** 31 - 1
# A term of a century, counted from either, is still a date.
DATE_MIN = dt.date(1900, 1, 1)
DATE_MAX = dt.date(2199, 12, 31)

RANGES = {
    'numeric': (-NUMERIC_MAX, NUMERIC_MAX),
    'float': (-FLOAT_MAX, FLOAT_MAX),
    'integer': (-INTEGER_MAX, INTEGER_MAX),
    'date': (DATE_MIN, DATE_MAX),
    'datetime': (DATE_MIN, DATE_MAX),
    'timestamp': (DATE_MIN, DATE_MAX),
    }
# Clients may send texts, which the fields read in this way, as the example.
READERS = {
    'numeric': (Decimal, '12.50'),
    'float': (float, '12.5'),
    'integer': (int, '12'),
    'date': (dt.date.fromisoformat, '2025-01-31'),
    'datetime': (dt.datetime.fromisoformat, '2025-01-31 20:30:00'),
    'timestamp': (dt.datetime.fromisoformat, '2025-01-31 20:30:00'),
    }


def _plain_number(value):
    return -INTEGER_MAX <= value <= INTEGER_MAX


def _plain_decimal(value):
    return value.is_finite() and -NUMERIC_MAX <= value <= NUMERIC_MAX


def _plain_date(value):
    return DATE_MIN.year <= value.year <= DATE_MAX.year


# What is within the range of any field: by far the most, decided at once.
PLAIN = {
    Decimal: _plain_decimal,
    int: _plain_number,
    float: _plain_number,
    dt.date: _plain_date,
    dt.datetime: _plain_date,
    str: lambda value: False,
    }


def is_readable(kind, value):
    """Return if a field of this kind can read the value

    No database keeps a text with the character of code zero.
    """
    if isinstance(value, str) and '\0' in value:
        return False
    if kind not in READERS:
        return True
    if isinstance(value, str):
        read, _ = READERS[kind]
        try:
            read(value)
        except (ArithmeticError, ValueError):
            return False
    return not isinstance(value, (list, tuple, dict, bytes))


def is_within(kind, value):
    "Return if a field of this kind may hold the value, which it can read"
    if kind not in RANGES:
        return True
    if isinstance(value, str):
        read, _ = READERS[kind]
        value = read(value)
    low, high = RANGES[kind]
    if isinstance(value, dt.date):
        return not isinstance(low, dt.date) or _plain_date(value)
    if isinstance(low, dt.date) or not isinstance(
            value, (Decimal, int, float)):
        return True
    # Comparing a Decimal that is not a number is an error; a float that is
    # not one is within nothing.
    finite = not isinstance(value, Decimal) or value.is_finite()
    return finite and low <= value <= high


class ValueGuard(ModelStorage):
    __slots__ = ()

    @classmethod
    def preprocess_values(cls, mode, values):
        for name, value in values.items():
            plain = PLAIN.get(type(value))
            if plain is None or plain(value):
                continue
            field = cls._fields.get(name)
            if not field:
                continue
            if not is_readable(field._type, value):
                cls._refuse_form(name, field._type, value)
            if (not is_within(field._type, value)
                    and not cls._is_always(value)):
                cls._refuse_value(name, field._type, value)
        return super().preprocess_values(mode, values)

    @classmethod
    def _is_always(cls, value):
        "Return if the value is how the standard says: since always"
        return (
            value == dt.date.min and not cls.__name__.startswith('tibillet.'))

    @classmethod
    def _refuse_form(cls, name, kind, value):
        if kind not in READERS:
            raise ValueFormError(gettext(
                    'tibillet_base.msg_value_text', **cls.__names__(name)))
        _, example = READERS[kind]
        raise ValueFormError(gettext(
                'tibillet_base.msg_value_form',
                value=str(value).replace('\0', ''), example=example,
                **cls.__names__(name)))

    @classmethod
    def _refuse_value(cls, name, kind, value):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        low, high = RANGES[kind]
        if isinstance(low, dt.date):
            low, high = lang.strftime(low), lang.strftime(high)
            if isinstance(value, dt.date):
                value = value.isoformat()
        else:
            low, high = (
                lang.format('%d', limit, grouping=True)
                for limit in [low, high])
        raise ValueRangeError(gettext(
                'tibillet_base.msg_value_range',
                value=value, low=low, high=high, **cls.__names__(name)))
