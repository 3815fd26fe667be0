"""The yield of the bonds of private companies, which bounds the interest."""
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool

from . import allocation
from .exceptions import SurplusBoundError

# Published with two decimals of a percent, 1.325 % once.
YIELD_DIGITS = (3, 6)


class BondYield(ModelSQL, ModelView):
    __name__ = 'tibillet.bond.yield'
    __string__ = "Bond Yield"

    year = fields.Integer(
        "Year", required=True,
        domain=[
            ('year', '>=', 1990),
            ('year', '<=', 2999),
            ])
    half = fields.Selection([
            ('1', "First"),
            ('2', "Second"),
            ], "Half of the Year", required=True, sort=False)
    rate = fields.Numeric(
        "Mean Yield", digits=YIELD_DIGITS, required=True,
        domain=[
            ('rate', '>=', Decimal('-0.1')),
            ('rate', '<=', Decimal('0.5')),
            ],
        help="Of the bonds of private companies, over the half of the year.")
    source = fields.Char(
        "Source", required=True,
        help="Where it was published, such as the Journal officiel of a day.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('half_unique', Unique(table, table.year, table.half),
                'tibillet_membership.msg_bond_yield_unique'),
            ]
        cls._order = [('year', 'DESC'), ('half', 'DESC'), ('id', 'DESC')]

    @classmethod
    def default_half(cls):
        return '1'

    def get_rec_name(self, name):
        return gettext(
            'tibillet_membership.msg_bond_yield_name',
            year=self.year, half=self.half)

    @classmethod
    def get_bound(cls, date):
        "Return the highest rate of interest for an assembly on a date"
        pool = Pool()
        Yield = pool.get(cls.__name__)
        halves = allocation.get_yield_halves(date)
        rates = {
            (y.year, int(y.half)): y.rate for y in Yield.search([
                    ('year', 'in', sorted({year for year, _ in halves})),
                    ])}
        if missing := [half for half in halves if half not in rates]:
            raise SurplusBoundError(gettext(
                    'tibillet_membership.msg_surplus_yield_missing',
                    halves=', '.join(
                        f'{year}-{half}' for year, half in missing)))
        return allocation.get_bound([rates[half] for half in halves])
