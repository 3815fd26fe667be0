"""What an entry of the log of a till says, in a sentence.

The entry keeps what the chain holds: bare figures, names of fields, a uuid.
"""
from decimal import Decimal, InvalidOperation

from trytond.i18n import gettext
from trytond.pool import Pool

from . import till_finish


def say(entry):
    "Return the sentence of an entry, in the language of the user"
    return _SENTENCES.get(entry.kind, _both)(entry)


def _sentence(entry, **values):
    return gettext(f'tibillet_base.msg_till_log_{entry.kind}', **values)


def _both(entry):
    return ' '.join(filter(None, [entry.subject, entry.detail]))


def _subject(entry):
    return _sentence(entry, subject=entry.subject)


def _amount(text, entry):
    "Return a kept figure with its currency, as it is if it is none"
    try:
        return till_finish.say(Decimal(text), entry.company.id)
    except InvalidOperation:
        return text


def _of_amount(entry):
    return _sentence(
        entry, subject=entry.subject, amount=_amount(entry.detail, entry))


def _cash(entry):
    return _sentence(
        entry, amount=_amount(entry.subject.lstrip('-'), entry),
        reason=entry.detail)


def _cancellation(entry):
    lines, _, total = entry.detail.partition(': ')
    return _sentence(entry, lines=lines, amount=_amount(total, entry))


def _check(entry):
    return ' '.join([_subject(entry), entry.detail or gettext(
                'tibillet_base.msg_till_check_ok')])


def _setting(entry):
    "Name the fields as the form of the till does"
    Point = Pool().get('sale.point')
    names = entry.detail.split(', ')
    labels = Point.fields_get([n for n in names if n in Point._fields])
    return _sentence(entry, labels=', '.join(
            labels[n]['string'] if n in labels else n for n in names))


_SENTENCES = {
    'key': _subject,
    'opening': _of_amount,
    'closing': _of_amount,
    'period': _of_amount,
    'cancellation': _cancellation,
    'cash_in': _cash,
    'cash_out': _cash,
    'check': _check,
    'archive': _subject,
    'setting': _setting,
    }
