"""What each member gets of the interest on shares of a year."""
from decimal import Decimal

from tibillet_base import tools
from tibillet_base.append_only import refuse_changes

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool

from . import allocation, share_register
from .exceptions import SurplusAccessError


def get_paid_days(surplus, at_close):
    """Return for how much each shareholder counts, by id of party

    What was paid up at the end of each day of the year, summed; in the order
    of the register.
    at_close: only of who still holds shares on the last day.
    """
    entry = tools.table('tibillet.share.entry')
    cursor = tools.cursor()
    cursor.execute(*entry.select(
            entry.party, entry.date, entry.paid, entry.shares,
            where=(entry.company == surplus.company.id)
            & (entry.date <= surplus.end) & share_register.standing(entry),
            order_by=entry.number.asc))
    changes, shares = {}, {}
    for party, date, paid, number in cursor:
        changes.setdefault(party, []).append((date, Decimal(str(paid))))
        shares[party] = shares.get(party, 0) + number
    days = {
        party: allocation.get_paid_days(rows, surplus.start, surplus.end)
        for party, rows in changes.items() if shares[party] or not at_close}
    return {party: count for party, count in days.items() if count}


class SurplusInterest(ModelSQL, ModelView):
    __name__ = 'tibillet.surplus.interest'
    __string__ = "Surplus Interest"

    surplus = fields.Many2One(
        'tibillet.surplus', "Surplus", required=True, readonly=True,
        ondelete='RESTRICT')
    party = fields.Many2One(
        'party.party', "Member", required=True, readonly=True,
        ondelete='RESTRICT')
    party_name = fields.Char(
        "Name", required=True, readonly=True, strip=False)
    paid_days = fields.Numeric(
        "Paid Up × Days", digits=(16, 2), required=True, readonly=True,
        help="What was paid up at the end of each day of the year, summed.")
    amount = Monetary(
        "Interest", currency='currency', digits='currency', required=True,
        readonly=True)
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('surplus')
        table = cls.__table__()
        cls._sql_indexes.add(Index(table, (table.surplus, Index.Equality())))
        cls._order = [('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['surplus', 'party_name', 'paid_days', 'amount'],
            ['party'],
            within="(SELECT state FROM tibillet_surplus "
            "WHERE id = {row}.surplus) IN ('allocated', 'refused')")

    @fields.depends('surplus', '_parent_surplus.company')
    def on_change_with_currency(self, name=None):
        if self.surplus and self.surplus.company:
            return self.surplus.company.currency

    def get_rec_name(self, name):
        return self.party_name

    @classmethod
    def check_modification(
            cls, mode, interests, values=None, external=False):
        super().check_modification(
            mode, interests, values=values, external=external)
        for interest in interests:
            if (external or mode == 'write'
                    or interest.surplus.state in {'allocated', 'refused'}):
                raise SurplusAccessError(gettext(
                        'tibillet_membership.msg_surplus_immutable',
                        surplus=interest.surplus.rec_name))

    @classmethod
    def make(cls, surplus, weights):
        "Give its part to each shareholder"
        pool = Pool()
        Party = pool.get('party.party')
        amounts = allocation.share_interest(
            surplus.interest, list(weights.values()),
            surplus.company.currency.rounding)
        cls.create([{
                    'surplus': surplus.id,
                    'party': party.id,
                    'party_name': party.name or party.rec_name,
                    'paid_days': weights[party.id],
                    'amount': amount,
                    } for party, amount in zip(
                    Party.browse(list(weights)), amounts, strict=True)
                if amount])
