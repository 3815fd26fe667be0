"""What the holders of a money have agreed to, and when."""
from sql import Null
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.tools import SHOWN, cursor, table

from trytond.i18n import gettext
from trytond.model import Check, Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from .exceptions import TermsAccessError, TermsDateError, TermsMissingError
from .wallet_fact import WalletFactMixin


class Money(metaclass=PoolMeta):
    __name__ = 'tibillet.money'

    terms = fields.One2Many('tibillet.money.terms', 'money', "Terms")

    @classmethod
    def copy(cls, moneys, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('terms')
        return super().copy(moneys, default=default)


class MoneyTerms(ModelSQL, ModelView):
    __name__ = 'tibillet.money.terms'
    __string__ = "Money Terms"

    money = fields.Many2One(
        'tibillet.money', "Money", required=True, ondelete='CASCADE',
        help="The money whose holders agree to the terms.")
    from_date = fields.Date(
        "From", required=True,
        help="The first day on which holders may accept them.")
    policy = fields.Many2One(
        'tibillet.melt.policy', "Melting", ondelete='RESTRICT',
        domain=[
            ('money', '=', Eval('money', -1)),
            ],
        help="How the money melts for who accepts these terms; empty if it "
        "does not.")
    text = fields.Text(
        "Text", required=True, help="What the holder is shown.")
    accepted = fields.Function(
        fields.Integer("Accepted", help="How many times."), 'get_accepted')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('money')
        table = cls.__table__()
        cls._sql_constraints += [
            ('date_unique', Unique(table, table.money, table.from_date),
                'tibillet_cashless.msg_terms_unique'),
            ]
        cls._order = [
            ('money', 'ASC'), ('from_date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def get_accepted(cls, terms, name):
        pool = Pool()
        Acceptance = pool.get('tibillet.money.terms.acceptance')
        with without_check_access():
            return {
                t.id: Acceptance.search([('terms', '=', t.id)], count=True)
                for t in terms}

    def get_rec_name(self, name):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return gettext(
            'tibillet_cashless.msg_terms_name',
            money=self.money.rec_name if self.money else '',
            date=Lang.get().strftime(self.from_date))

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('money.rec_name', *clause[1:])]

    @classmethod
    def check_modification(cls, mode, terms, values=None, external=False):
        super().check_modification(
            mode, terms, values=values, external=external)
        if mode in {'write', 'delete'}:
            for found in terms:
                if found.accepted:
                    raise TermsAccessError(gettext(
                            'tibillet_cashless.msg_terms_modify',
                            terms=found.rec_name))

    @classmethod
    @without_check_access
    def get_current(cls, money, date):
        "Return the terms of a money that may be accepted on a date, or None"
        terms = cls.search([
                ('money', '=', money.id),
                ('from_date', '<=', date),
                ], order=[('from_date', 'DESC')], limit=1)
        return terms[0] if terms else None


class TermsAcceptance(WalletFactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.money.terms.acceptance'
    __string__ = "Money Terms Acceptance"

    terms = fields.Many2One(
        'tibillet.money.terms', "Terms", required=True, readonly=True,
        ondelete='RESTRICT')
    party = fields.Many2One(
        'party.party', "Holder", readonly=True, ondelete='RESTRICT',
        help="Empty as long as nobody knows who has the card.")
    card = fields.Many2One(
        'tibillet.card', "Card", readonly=True, ondelete='RESTRICT',
        states={
            'invisible': ~Eval('card'),
            })
    date = fields.Date("Accepted on", required=True, readonly=True)
    user = fields.Char(
        "Recorded by", readonly=True, strip=False,
        help="Empty if the holder has done it by himself.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('holder', Check(
                    table, (table.party != Null) | (table.card != Null)),
                'tibillet_cashless.msg_terms_holder'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.party, Index.Equality())),
                Index(table, (table.card, Index.Equality())),
                Index(table, (table.terms, Index.Equality())),
                })
        cls._order = [('date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['terms', 'card', 'date', 'user'],
            party_columns=['party'])

    def get_rec_name(self, name):
        return f'{self.terms.rec_name}, {(self.party or self.card).rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('terms.rec_name', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ('card.rec_name', *clause[1:]),
            ]

    @classmethod
    @without_check_access
    def accept(cls, terms, date, party=None, card=None):
        """Record that a holder, or a card, accepts terms; return it

        The holder of a card accepts for all the cards. Accepted again without
        others in between, it is the same acceptance.
        """
        pool = Pool()
        Terms = pool.get('tibillet.money.terms')
        if card and card.party:
            party, card = card.party, None
        if not party and not card:
            raise TermsMissingError(gettext(
                    'tibillet_cashless.msg_terms_holder'))
        if Terms.get_current(terms.money, date) != terms:
            raise TermsDateError(gettext(
                    'tibillet_cashless.msg_terms_date', terms=terms.rec_name))
        last = cls.search([
                ('terms.money', '=', terms.money.id),
                ('party', '=', party.id) if party
                else ('card', '=', card.id),
                ], limit=1)
        if last and last[0].terms == terms:
            return last[0]
        acceptance, = cls.create([{
                    'terms': terms.id,
                    'party': party.id if party else None,
                    'card': card.id if card else None,
                    'date': date,
                    'user': tools.who(),
                    }])
        return acceptance


class Card(metaclass=PoolMeta):
    __name__ = 'tibillet.card'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'accept_terms': {
                    'invisible': Eval('state') != 'active',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                })

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_terms_accept')
    def accept_terms(cls, cards):
        pass


class TermsAcceptStart(ModelView):
    __name__ = 'tibillet.money.terms.accept.start'
    __string__ = "Money Terms Accept Start"

    card = fields.Many2One('tibillet.card', "Card", states=SHOWN)
    party = fields.Many2One(
        'party.party', "Holder",
        states={
            **SHOWN,
            'invisible': ~Eval('party'),
            },
        help="Accepts for all the cards.")
    moneys = fields.Many2Many(
        'tibillet.money', None, None, "Moneys with Terms")
    money = fields.Many2One(
        'tibillet.money', "Money", required=True,
        domain=[
            ('id', 'in', Eval('moneys', [])),
            ])
    terms = fields.Many2One('tibillet.money.terms', "Terms", states=SHOWN)
    text = fields.Text("Text", states=SHOWN)

    @fields.depends('money')
    def on_change_money(self):
        pool = Pool()
        Terms = pool.get('tibillet.money.terms')
        self.terms = self.text = None
        if self.money:
            self.terms = Terms.get_current(self.money, tools.today())
        if self.terms:
            with without_check_access():
                self.text = Terms(self.terms.id).text


class TermsAccept(Wizard):
    __name__ = 'tibillet.money.terms.accept'

    start = StateView(
        'tibillet.money.terms.accept.start',
        'tibillet_cashless.terms_accept_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Accepted by the Holder", 'accept', 'tryton-ok',
                default=True),
            ])
    accept = StateTransition()

    def default_start(self, fields):
        pool = Pool()
        Terms = pool.get('tibillet.money.terms')
        if not self.record:
            return {}
        terms = table('tibillet.money.terms')
        statement = cursor()
        statement.execute(*terms.select(
                terms.money, where=terms.from_date <= tools.today(),
                group_by=terms.money, order_by=terms.money.asc))
        moneys = [money for money, in statement]
        values = {
            'card': self.record.id,
            'party': self.record.party.id if self.record.party else None,
            'moneys': moneys,
            }
        if len(moneys) == 1:
            current = Terms.get_current(
                pool.get('tibillet.money')(*moneys), tools.today())
            values.update({
                    'money': moneys[0],
                    'terms': current.id,
                    'text': current.text,
                    })
        return values

    def transition_accept(self):
        pool = Pool()
        Acceptance = pool.get('tibillet.money.terms.acceptance')
        Terms = pool.get('tibillet.money.terms')
        today = tools.today()
        terms = Terms.get_current(self.start.money, today)
        if not terms:
            raise TermsMissingError(gettext(
                    'tibillet_cashless.msg_terms_missing',
                    money=self.start.money.rec_name))
        Acceptance.accept(terms, today, card=self.record)
        return 'end'

    def end(self):
        return 'reload'
