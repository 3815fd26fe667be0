from sql import Literal, Window
from sql.aggregate import Min, Sum
from sql.conditionals import Case

from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.report import Report

from .of_convention import CurrencyMixin


class RecoupmentCurve(CurrencyMixin, ModelSQL, ModelView):
    "The ledger day by day: the pot, and what of it is recouped"
    __name__ = 'tibillet.convention.curve'
    __string__ = "Convention Curve"

    convention = fields.Many2One(
        'tibillet.convention', "Convention", required=True)
    date = fields.Date("Date")
    pot = Monetary("Pot", currency='currency', digits='currency')
    recouped = Monetary("Recouped", currency='currency', digits='currency')
    remaining = Monetary("Remaining", currency='currency', digits='currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        cls._order = [
            ('convention', 'ASC'),
            ('date', 'ASC'),
            ('id', 'ASC'),
            ]

    @classmethod
    def table_query(cls):
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        entry = Entry.__table__()
        is_pot = entry.type.in_(Entry.pot_types())
        days = entry.select(
            Min(entry.id).as_('id'),
            entry.convention.as_('convention'),
            entry.date.as_('date'),
            Sum(Case((is_pot, entry.amount), else_=Literal(0))).as_('pot'),
            Sum(Case((is_pot, Literal(0)), else_=-entry.amount)).as_(
                'recouped'),
            group_by=[entry.convention, entry.date])
        window = Window([days.convention], order_by=[days.date.asc])
        pot = Sum(days.pot, window=window)
        recouped = Sum(days.recouped, window=window)
        return days.select(
            days.id.as_('id'),
            days.convention.as_('convention'),
            days.date.as_('date'),
            cls.pot.sql_cast(pot).as_('pot'),
            cls.recouped.sql_cast(recouped).as_('recouped'),
            cls.remaining.sql_cast(pot - recouped).as_('remaining'))

    def get_rec_name(self, name):
        return f'{self.convention.rec_name} {Report.format_date(self.date)}'
