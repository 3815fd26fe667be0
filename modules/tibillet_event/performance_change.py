"""A performance that is cancelled or postponed, told to who has tickets."""
from decimal import Decimal

from sql.aggregate import Sum
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.instant import Instant
from tibillet_base.of_company import OfCompanyMixin

from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access

from . import change_mail, change_making

ZERO = Decimal(0)
KINDS = [
    ('cancelled', "Cancelled"),
    ('postponed', "Postponed"),
    ]
OFFERS = [
    ('keep', "Keep the Tickets"),
    ('refund', "Be Paid Back"),
    ('give', "Give the Price"),
    ]


def _amount(name, help=""):
    return fields.Function(Monetary(
            name, currency='currency', digits='currency', help=help),
        'get_figures')


class PerformanceChange(FactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.performance.change'
    __string__ = "Performance Change"
    _fact_message = 'tibillet_event.msg_performance_change_fact'

    company = fields.Many2One(
        'company.company', "Organiser", required=True, readonly=True,
        ondelete='RESTRICT')
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True, readonly=True,
        ondelete='RESTRICT')
    kind = fields.Selection(
        KINDS, "Kind", required=True, readonly=True, sort=False)
    kind_string = kind.translated('kind')
    at = Instant("At", required=True, readonly=True)
    by = fields.Char("By", readonly=True, strip=False)
    request = fields.Char(
        "Request", required=True, readonly=True, strip=False,
        help="The identifier made by who asked, so that it counts once.")
    old_start = fields.DateTime(
        "Announced Start", required=True, readonly=True)
    new_start = fields.DateTime(
        "New Start", readonly=True,
        states={
            'invisible': Eval('kind') != 'postponed',
            },
        help="Empty while it is not known.")
    old_date = fields.Function(
        fields.Char("Announced for", help="On the clock of the venue."),
        'get_date')
    new_date = fields.Function(fields.Char(
            "New Date",
            states={
                'invisible': Eval('kind') != 'postponed',
                },
            help="On the clock of the venue."), 'get_date')
    offers = fields.MultiSelection(
        OFFERS, "Offers", required=True, readonly=True, sort=False)
    offered = fields.Function(fields.Char("Holders May"), 'get_offered')
    deadline = fields.Date(
        "Until", required=True, readonly=True,
        help="The last day, on the clock of the venue.")
    messages = fields.One2Many(
        'tibillet.performance.change.message', 'change', "Messages",
        readonly=True)
    choices = fields.One2Many(
        'tibillet.performance.choice', 'change', "Choices", readonly=True)
    tickets = fields.Function(fields.Integer(
            "Tickets", help="That were sold or given."), 'get_figures')
    amount = _amount("Paid", "What they have cost, with tax and fee.")
    refunded = _amount("Paid Back")
    given = _amount("Given")
    waiting = _amount(
        "Waiting", "Of who has not chosen yet.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('request_unique', Unique(table, table.request),
                'tibillet_event.msg_uuid_unique'),
            ]
        cls._sql_indexes.add(Index(
                table,
                (table.performance, Index.Equality()),
                (table.id, Index.Range())))
        cls._order = [('at', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'company', 'performance', 'kind', 'at', 'by', 'request',
                'old_start', 'new_start', 'offers', 'deadline'])

    def get_rec_name(self, name):
        return f'{self.kind_string} – {self.performance.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('performance.rec_name', *clause[1:])]

    def get_date(self, name):
        return change_mail.format_start(
            getattr(self, name.replace('date', 'start')),
            self.performance.timezone)

    def get_offered(self, name):
        names = dict(self.fields_get(['offers'])['offers']['selection'])
        return ', '.join(
            names[offer] for offer, _ in OFFERS if offer in self.offers)

    @classmethod
    def get_figures(cls, changes, names):
        choice = tools.table('tibillet.performance.choice')
        result = {
            name: dict.fromkeys(
                [c.id for c in changes], 0 if name == 'tickets' else ZERO)
            for name in names}
        columns = {
            'refund': 'refunded', 'give': 'given', 'waiting': 'waiting'}
        statement = tools.cursor()
        statement.execute(*choice.select(
                choice.change, choice.choice, Sum(choice.quantity),
                Sum(choice.amount),
                where=fields.SQL_OPERATORS['in'](
                    choice.change, [c.id for c in changes]),
                group_by=[choice.change, choice.choice]))
        by_id = {c.id: c for c in changes}
        for id_, chosen, tickets, amount in statement.fetchall():
            # SQLite sums floats.
            amount_ = by_id[id_].currency.round(Decimal(str(amount)))
            for name in {'amount', columns.get(chosen)} & set(names):
                result[name][id_] += amount_
            if 'tickets' in names:
                result['tickets'][id_] += int(tickets)
        return result

    @property
    def is_last(self):
        "Tell whether nothing has changed again since"
        return self.performance.changes[0] == self

    @property
    def ends_at(self):
        "The instant after the last day, in UTC"
        return change_making.end_of(
            self.deadline, self.performance.venue.timezone)

    @classmethod
    @without_check_access
    def make(cls, performance, asked):
        """Cancel or postpone a performance and return the change

        asked: change_making.Asked; once for its uuid.
        """
        tools.write_alone()
        return change_making.make(performance, asked)


class PerformanceChangeMessage(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.performance.change.message'
    __string__ = "Performance Change Message"
    _fact_message = 'tibillet_event.msg_performance_change_fact'

    change = fields.Many2One(
        'tibillet.performance.change', "Change", required=True, readonly=True,
        ondelete='RESTRICT')
    language = fields.Many2One(
        'ir.lang', "Language", required=True, readonly=True,
        ondelete='RESTRICT')
    subject = fields.Char(
        "Subject", required=True, readonly=True, strip=False)
    body = fields.Text("Message", required=True, readonly=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('change')
        cls._sql_constraints += [
            ('language_unique', Unique(table, table.change, table.language),
                'tibillet_event.msg_performance_change_language_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['change', 'language', 'subject', 'body'])

    def get_rec_name(self, name):
        return f'{self.change.rec_name} – {self.language.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('change.rec_name', *clause[1:])]


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    changes = fields.One2Many(
        'tibillet.performance.change', 'performance', "Changes",
        readonly=True, order=[('at', 'DESC'), ('id', 'DESC')],
        states={
            'invisible': ~Eval('changes', []),
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # A date that was not known is told in the same way.
        cls._buttons['postpone']['invisible'] = ~Eval('state').in_(
            ['draft', 'on_sale', 'postponed'])

    @classmethod
    def copy(cls, performances, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('changes', None)
        return super().copy(performances, default=default)

    @classmethod
    @without_check_access
    def get_sold(cls, performances):
        "Return those of which tickets are valid"
        ticket = tools.table('tibillet.ticket')
        statement = tools.cursor()
        statement.execute(*ticket.select(
                ticket.performance,
                where=fields.SQL_OPERATORS['in'](
                    ticket.performance, [p.id for p in performances])
                & (ticket.state == 'valid'),
                group_by=[ticket.performance]))
        ids = {id_ for id_, in statement}
        return [p for p in performances if p.id in ids]

    @classmethod
    @ModelView.button
    def cancel(cls, performances):
        return cls._change(performances, 'cancel', super().cancel)

    @classmethod
    @ModelView.button
    def postpone(cls, performances):
        return cls._change(performances, 'postpone', super().postpone)

    @classmethod
    def call_off(cls, performances):
        "Cancel them, whoever has tickets"
        super().cancel(performances)

    @classmethod
    def put_off(cls, performances):
        "Postpone them, whoever has tickets"
        super().postpone(performances)

    @classmethod
    def _change(cls, performances, name, act):
        "Do it at once if nobody has a ticket, else open the wizard"
        pool = Pool()
        Action = pool.get('ir.action')
        ModelData = pool.get('ir.model.data')
        cls.lock(performances)
        if not performances or not cls.get_sold(performances):
            return act(performances)
        return Action.get_action_id(ModelData.get_id(
                'tibillet_event', f'wizard_performance_{name}'))
