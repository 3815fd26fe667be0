"""Whoever may not read a field does not read through it.

trytond decides of the names that a client sends: a field that is refused as
`person` would be read as `person.name`.
"""
from trytond.pool import PoolMeta


class ModelFieldAccess(metaclass=PoolMeta):
    __name__ = 'ir.model.field.access'

    @classmethod
    def check(cls, model_name, fields, mode='read', raise_exception=True):
        return super().check(
            model_name, {name.partition('.')[0] for name in fields}, mode,
            raise_exception)
