"Bookings to come that lack units since they were confirmed"
from tibillet_base.tools import today

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access

from .availability import get_short


class Booking(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment.booking'

    short = fields.Function(
        fields.Boolean(
            "Short of Units",
            help="Units were retired, lost or sent to repair, or are late: "
            "what is booked is not all there."),
        'get_short', searcher='search_short')

    @classmethod
    def get_short(cls, bookings, name):
        short = set(cls._get_short({b.company for b in bookings}))
        return {b.id: b in short for b in bookings}

    @classmethod
    def search_short(cls, name, clause):
        pool = Pool()
        Company = pool.get('company.company')
        _, operator, value = clause
        short = bool(value) if operator == '=' else not value
        return [('id', 'in' if short else 'not in', [
                    b.id for b in cls._get_short(Company.search([]))])]

    @classmethod
    @without_check_access
    def _get_short(cls, companies):
        # What others booked counts, whoever looks.
        return [b for c in companies for b in get_short(c, today(c))]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('short', False), 'danger',
                    If(Eval('late', False), 'warning',
                        If(Eval('state') == 'cancelled', 'muted', '')))),
            ]
