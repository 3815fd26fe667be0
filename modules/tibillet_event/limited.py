"""What is sold up to a number: one row says how much of it is taken.

Uses are all alike and an order takes several: they are summed in one row,
that of the record itself, by an UPDATE that holds only as long as the number
allows. One row a use would have to be made and taken away with each change
of the number, and would tell nothing more. Where there is no number no row
is written, so that those who buy do not wait for each other.
"""
from sql import Null
from sql.aggregate import Count
from tibillet_base.till_sql import for_update
from tibillet_base.tools import cursor, sliced

from trytond import backend
from trytond.model import fields
from trytond.pyson import Eval
from trytond.transaction import Transaction


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
            _forget(cls, [r.id for r in records])

    @classmethod
    def copy(cls, records, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('taken')
        return super().copy(records, default=default)


def take(Model, id_, quantity):
    "Count what is taken of a record, return whether its number allows it"
    if _add(Model, id_, quantity) or _is_unlimited(Model, id_):
        return True
    number, taken = _lock(Model, id_)
    if number is None:
        return True
    if taken is None:
        _count(Model, id_)
    return _add(Model, id_, quantity)


def count_again(Model, ids):
    "Let who takes next count, since what was taken is not all used any more"
    # One by one, in the order of who takes.
    for id_ in sorted(ids):
        if not _is_unlimited(Model, id_):
            _forget(Model, [id_])


def _forget(Model, ids):
    """Forget what was taken

    Also where nobody has counted: who does waits until it is not used.
    """
    limited = Model.__table__()
    cursor().execute(*limited.update(
            [limited.taken], [Null],
            where=fields.SQL_OPERATORS['in'](limited.id, ids)))


def _add(Model, id_, quantity):
    limited = Model.__table__()
    statement = cursor()
    statement.execute(*limited.update(
            [limited.taken], [limited.taken + quantity],
            where=(limited.id == id_) & (limited.number != Null)
            & (limited.taken + quantity <= limited.number)))
    return bool(statement.rowcount)


def _is_unlimited(Model, id_):
    """Tell whether there is no number, and nobody is writing one

    Who writes one waits until what is bought meanwhile is there to count.
    """
    limited = Model.__table__()
    for_ = None
    if backend.name == 'postgresql':
        for_ = Transaction().database.get_select_for_skip_locked()('SHARE')
    statement = cursor()
    statement.execute(*limited.select(
            limited.id,
            where=(limited.id == id_) & (limited.number == Null), for_=for_))
    return bool(statement.fetchone())


def _lock(Model, id_):
    "Return the number and what is taken, which nobody else changes"
    limited = Model.__table__()
    statement = cursor()
    statement.execute(*limited.select(
            limited.number, limited.taken,
            where=limited.id == id_, for_=for_update()))
    return statement.fetchone()


def _count(Model, id_):
    """Count what was taken before

    The row is locked by a statement before: this one sees what was changed
    until then.
    """
    limited = Model.__table__()
    uses, key, counts = Model.get_uses()
    cursor().execute(*limited.update(
            [limited.taken],
            [uses.select(Count(uses.id), where=(key == id_) & counts)],
            where=limited.id == id_))
