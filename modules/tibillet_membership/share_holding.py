"""What each member holds, from the register."""
from itertools import groupby

from sql.aggregate import Min, Sum
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.tools import today

from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If

from . import capital, share_register


def _amount(name, help=""):
    return Monetary(name, currency='currency', digits='currency', help=help)


class ShareHolding(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.share.holding'
    __string__ = "Share Holding"

    company = fields.Many2One('company.company', "Company")
    party = fields.Many2One(
        'party.party', "Member",
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    share_class = fields.Many2One('tibillet.share.class', "Class")
    shares = fields.Integer("Shares")
    subscribed = _amount("Subscribed", "The shares at their nominal value.")
    called = _amount("Called", "What the co-operative has asked for.")
    paid = _amount("Paid", "What the member has paid of it.")
    uncalled = _amount(
        "To Call", "What is subscribed and not called yet.")
    to_pay = _amount(
        "Called, Not Paid", "What the member is asked for and has not paid.")
    owed = _amount(
        "To Pay Back", "What the co-operative owes to who has left.")
    since = fields.Date(
        "Since", help="The day of the first entry of the member.")
    call_until = fields.Function(fields.Date(
            "To Call Until",
            states={
                'invisible': ~Eval('call_until'),
                },
            help="Five years after the subscription of the oldest part that "
            "is not called yet."),
        'get_call_until', searcher='search_call_until')
    is_late = fields.Function(
        fields.Boolean("Late"), 'get_is_late')
    entries = fields.Function(fields.Many2Many(
            'tibillet.share.entry', None, None, "Register"), 'get_entries')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('party.name', 'ASC'), ('id', 'ASC')]

    @classmethod
    def table_query(cls):
        pool = Pool()
        Entry = pool.get('tibillet.share.entry')
        entry = Entry.__table__()

        def total(name, expression):
            return getattr(cls, name).sql_cast(Sum(expression)).as_(name)

        keys = [entry.company, entry.party, entry.share_class]
        return entry.select(
            Min(entry.id).as_('id'),
            *(key.as_(key.name) for key in keys),
            *(total(name, getattr(entry, name)) for name in [
                    'shares', 'subscribed', 'called', 'paid', 'owed']),
            total('uncalled', entry.subscribed - entry.called),
            total('to_pay', entry.called - entry.paid),
            cls.since.sql_cast(Min(entry.date)).as_('since'),
            group_by=keys)

    def get_rec_name(self, name):
        return f'{self.party.rec_name} · {self.share_class.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party.rec_name', *clause[1:])]

    @classmethod
    def get_call_until(cls, holdings, name):
        days = dict.fromkeys(h.id for h in holdings)
        holdings = sorted(
            (h for h in holdings if h.uncalled), key=lambda h: h.company.id)
        for company, group in groupby(holdings, key=lambda h: h.company):
            held = list(group)
            since = share_register.get_uncalled_days(
                company, list({h.party.id for h in held}))
            for holding in held:
                day = since.get((holding.party.id, holding.share_class.id))
                days[holding.id] = day and capital.call_until(day)
        return days

    @classmethod
    def search_call_until(cls, name, clause):
        pool = Pool()
        Model = pool.get(cls.__name__)
        _, operator, value = clause
        compare = {
            '=': lambda day: day == value,
            '!=': lambda day: day != value,
            '<': lambda day: day and value and day < value,
            '<=': lambda day: day and value and day <= value,
            '>': lambda day: day and value and day > value,
            '>=': lambda day: day and value and day >= value,
            'in': lambda day: day in value,
            'not in': lambda day: day not in value,
            }[operator]
        return [('id', 'in', [
                    h.id for h in Model.search([]) if compare(h.call_until)])]

    @classmethod
    def get_is_late(cls, holdings, name):
        days = {h.company: today(h.company) for h in holdings}
        return {
            h.id: bool(h.to_pay or (
                    h.call_until and h.call_until < days[h.company]))
            for h in holdings}

    @classmethod
    def get_entries(cls, holdings, name):
        pool = Pool()
        Entry = pool.get('tibillet.share.entry')
        entries = Entry.search([
                ('company', 'in', list({h.company.id for h in holdings})),
                ('party', 'in', list({h.party.id for h in holdings})),
                ])
        found = {}
        for entry in entries:
            found.setdefault(
                (entry.company, entry.party, entry.share_class),
                []).append(entry.id)
        return {
            h.id: found.get((h.company, h.party, h.share_class), [])
            for h in holdings}

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('is_late', False), 'danger',
                    If(Eval('shares', 0) == 0, 'muted', ''))),
            ]
