from trytond.model import ModelView, fields
from trytond.pool import PoolMeta
from trytond.pyson import Eval

from .incident import GONE


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    incidents = fields.One2Many(
        'tibillet.equipment.incident', 'equipment', "Incidents",
        readonly=True)
    written_off = fields.Many2One(
        'tibillet.equipment.incident', "Written off by", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('written_off'),
            },
        help="The incident that valued the unit and took it out of the "
        "books, until it is found.")

    @classmethod
    def copy(cls, units, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('incidents')
        default.setdefault('written_off')
        return super().copy(units, default=default)

    def is_bound(self):
        return super().is_bound() or any(
            i.state != 'cancelled' for i in self.incidents)

    @classmethod
    @ModelView.button
    def find(cls, units):
        super().find(units)
        cls._forget_write_off(units)

    @classmethod
    def take_back(cls, units):
        super().take_back(units)
        cls._forget_write_off(units)

    @classmethod
    def _forget_write_off(cls, units):
        "What is there again may be lost, and valued, again"
        cls.write([
                u for u in cls.browse(units)
                if u.written_off and u.state not in GONE | {'retired'}], {
                'written_off': None,
                })
