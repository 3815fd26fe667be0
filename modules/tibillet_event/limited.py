"""What is sold up to a number: one row says how much of it is taken.

Uses are all alike and an order takes several: they are summed in one row,
that of the record itself, by an UPDATE that holds only as long as the number
allows. One row a use would have to be made and taken away with each change
of the number, and would tell nothing more. Where there is no number no row
is written, so that those who buy do not wait for each other.
"""
from sql import For, Null
from sql.aggregate import Count
from tibillet_base.tools import cursor, sliced

from trytond import backend
from trytond.model import fields
from trytond.pyson import Eval


class LimitedMixin:
    """A record of which no more is sold than its number

    Its get_uses returns the table of what is used, and of that table the
    column of the record and the condition that a row counts.
    """
    __slots__ = ()

    number = fields.Integer(
        "Limited To",
        domain=['OR',
            ('number', '=', None),
            ('number', '>', 0),
            ],
        help="Leave empty for no limit.")
    taken = fields.Integer("Taken", readonly=True)
    used = fields.Function(fields.Integer("Used"), 'get_used')
    left = fields.Function(fields.Integer(
            "Left",
            states={
                'invisible': ~Eval('number'),
                }),
        'get_left')

    @classmethod
    def get_used(cls, records, name):
        table, key, where = cls.get_uses()
        used = dict.fromkeys((r.id for r in records), 0)
        statement = cursor()
        for some in sliced(list(used)):
            statement.execute(*table.select(
                    key, Count(table.id),
                    where=fields.SQL_OPERATORS['in'](key, list(some)) & where,
                    group_by=key))
            used.update(statement.fetchall())
        return used

    def get_left(self, name):
        if self.number:
            return max(self.number - self.used, 0)

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        # Only take counts.
        values.pop('taken', None)
        return values

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        super().on_modification(mode, records, field_names=field_names)
        if mode == 'write' and 'number' in field_names:
            count_again(cls, {r.id for r in records})

    @classmethod
    def copy(cls, records, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('taken')
        return super().copy(records, default=default)


def take(Model, id_, quantity):
    "Count what is taken of a record, return whether its number allows it"
    if _add(Model, id_, quantity):
        return True
    if _count(Model, id_) or _is_limited(Model, id_):
        return _add(Model, id_, quantity)
    return True


def count_again(Model, ids):
    "Let who takes next count, since what was taken is not all used any more"
    limited = Model.__table__()
    if ids:
        cursor().execute(*limited.update(
                [limited.taken], [Null],
                where=fields.SQL_OPERATORS['in'](limited.id, sorted(ids))
                & (limited.taken != Null)))


def _add(Model, id_, quantity):
    limited = Model.__table__()
    statement = cursor()
    statement.execute(*limited.update(
            [limited.taken], [limited.taken + quantity],
            where=(limited.id == id_) & (limited.number != Null)
            & (limited.taken + quantity <= limited.number)))
    return bool(statement.rowcount)


def _count(Model, id_):
    "Count what was taken before, if nobody has"
    limited = Model.__table__()
    uses, key, counts = Model.get_uses()
    statement = cursor()
    statement.execute(*limited.update(
            [limited.taken],
            [uses.select(Count(uses.id), where=(key == id_) & counts)],
            where=(limited.id == id_) & (limited.number != Null)
            & (limited.taken == Null)))
    return bool(statement.rowcount)


def _is_limited(Model, id_):
    """Tell whether there is a number

    Who writes one waits until what is bought meanwhile is there to count.
    """
    limited = Model.__table__()
    statement = cursor()
    statement.execute(*limited.select(
            limited.number, where=limited.id == id_,
            for_=For('SHARE') if backend.name == 'postgresql' else None))
    number, = statement.fetchone()
    return number is not None
