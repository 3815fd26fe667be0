"""Sell to a card, load it, pay it back and say what is on it, at the counter.

A keyboard reader types the number of a card, a person the printed one.
"""
from decimal import Decimal

from tibillet_base import till_tip
from tibillet_base.counter import (
    TO_PAY, CounterDoneMixin, CounterMixin, CounterStartMixin,
    get_start_values)
from tibillet_base.tools import SHOWN

from trytond.exceptions import UserError
from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import kinds, melt_show, till_card, units, wallet_read
from .exceptions import CardCounterError
from .wallet_request import At

ZERO = Decimal(0)
BY_CARD = {'invisible': ~Eval('sold', False)}


def say(amount, money):
    return money.say(units.to_units(amount, money.scale))


def check_reader():
    "Refuse who may not read wallets: a step is filled for whoever asks"
    pool = Pool()
    ModelAccess = pool.get('ir.model.access')
    ModelAccess.check('tibillet.wallet', 'read')


def get_balances(company, card):
    "Return what is on a card, and its moneys by id"
    pool = Pool()
    Money = pool.get('tibillet.money')
    check_reader()
    balances = wallet_read.balances(At(company.id), card)
    with without_check_access():
        return balances, {
            m.id: m for m in Money.browse([b.money for b in balances])}


def say_card(company, card):
    "Return the sentence of what is on a card, or why it cannot be read"
    try:
        balances, moneys = get_balances(company, card)
    except UserError as error:
        return error.message
    if not balances:
        return gettext('tibillet_cashless.msg_counter_card_empty')
    text = ', '.join(say(b.amount, moneys[b.money]) for b in balances)
    melts = melt_show.say_card(card)
    return text if not melts else gettext(
        'tibillet_cashless.msg_counter_melts', balances=text, melts=melts)


class _CardMixin:
    "A step in which a card is read"
    __slots__ = ()

    card = fields.Char(
        "Card", help="Read it here, or type the number that is printed on it.")
    on_card = fields.Function(
        fields.Char("On the Card"), 'on_change_with_on_card')

    @fields.depends('card', 'company')
    def on_change_with_on_card(self, name=None):
        if self.card and self.company:
            return say_card(self.company, self.card)


class TillSellStart(_CardMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.till.sell.start'

    second = fields.Char(
        "Second Card", help="Pays what the first one has not.")
    missing = fields.Function(Monetary(
            "Missing on the Card", currency='currency', digits='currency',
            help="To be paid otherwise: choose several payments."),
        'on_change_with_missing')

    @fields.depends('card', 'second', 'point', 'lines', 'tip', 'company')
    def on_change_with_missing(self, name=None):
        if not self.card or not self.point:
            return None
        prices = {line.product.id: line.price for line in self.lines or []}
        lines = [
            line.get_sold(prices, self.point.company.currency)
            for line in self.lines or [] if line.quantity]
        try:
            check_reader()
            lines += till_tip.get_lines(self.company.id, self.tip)
            return till_card.quote(
                self.point.id, lines, self.card, self.second or None).missing
        except UserError:
            # Said beside the card, or when it pays.
            return None


class TillSellDone(metaclass=PoolMeta):
    __name__ = 'tibillet.till.sell.done'

    on_card = fields.Char(
        "Left on the Card", readonly=True,
        states={
            'invisible': ~Eval('on_card'),
            })


class TillSell(metaclass=PoolMeta):
    __name__ = 'tibillet.till.sell'

    wallet = StateTransition()

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # Readers end a number with Enter, which must never sell in cash.
        for button in cls.start.buttons:
            button.default = False
        cls.start.buttons.insert(-1, Button(
                "Card of the Venue", 'wallet', 'tryton-ok', default=True,
                states=BY_CARD))

    def _get_again(self):
        return {
            **super()._get_again(),
            'card': self.start.card,
            'second': self.start.second,
            }

    def transition_wallet(self):
        if not self.start.card:
            raise CardCounterError(gettext(
                    'tibillet_cashless.msg_counter_card'))
        return self._sell([])

    def _write(self, lines, payments):
        start = self.start
        total = start.on_change_with_total()
        if not start.card or total < 0 or sum(
                (p.amount for p in payments), ZERO) >= total > 0:
            return super()._write(lines, payments)
        return till_card.pay(
            start.point.id, start.uuid, lines, start.card, payments,
            start.second or None).sale

    def _tell(self, sale):
        super()._tell(sale)
        self.done.on_card = (
            say_card(self.start.company, self.start.card)
            if self.start.card else None)

    def default_done(self, fields):
        return {
            **super().default_done(fields),
            'on_card': self.done.on_card,
            }


class CardLoadStart(_CardMixin, CounterStartMixin, ModelView):
    __name__ = 'tibillet.card.load.start'
    __string__ = "Card Load Start"

    moneys = fields.Many2Many(
        'tibillet.money', None, None, "Moneys", states=SHOWN)
    money = fields.Many2One(
        'tibillet.money', "Money", required=True,
        domain=[
            ('id', 'in', Eval('moneys', [])),
            ])
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        domain=[
            ('amount', '>', 0),
            ])

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.card.required = True

    @fields.depends('amount')
    def on_change_with_total(self, name=None):
        return self.amount or ZERO


class CardDone(CounterDoneMixin, ModelView):
    __name__ = 'tibillet.card.done'
    __string__ = "Card Done"

    on_card = fields.Char("On the Card", readonly=True)


class _CardWizardMixin(CounterMixin):
    "A wizard that loads a card or pays it back"
    __slots__ = ()
    _closed = (CardCounterError, 'tibillet_cashless.msg_counter_closed')
    _no_method = (
        CardCounterError, 'tibillet_cashless.msg_counter_method_')

    done = StateView(
        'tibillet.card.done', 'tibillet_cashless.card_done_view_form', [
            Button("Close", 'end', 'tryton-ok', default=True),
            ])

    def default_start(self, fields):
        pool = Pool()
        Card = pool.get('tibillet.card')
        Company = pool.get('company.company')
        company = Company(Transaction().context['company'])
        return {
            **get_start_values(company),
            'card': (
                self.record.uid
                if self.model == Card and self.record else None),
            }

    @without_check_access
    def sell(self, payments):
        start = self.start
        with Transaction().set_context(company=start.company.id):
            self._tell(self._write(payments).sale)
            self.done.on_card = say_card(start.company, start.card)
        return 'done'

    def default_done(self, fields):
        return {
            **super().default_done(fields),
            'on_card': self.done.on_card,
            }


class CardLoad(_CardWizardMixin, Wizard):
    __name__ = 'tibillet.card.load'

    start = StateView(
        'tibillet.card.load.start',
        'tibillet_cashless.card_load_start_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Cheque", 'cheque', 'tryton-ok', states=TO_PAY),
            Button("Bank Card", 'card', 'tryton-ok', states=TO_PAY),
            Button("Cash", 'cash', 'tryton-ok', states=TO_PAY),
            ])

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        values = super().default_start(fields)
        moneys = get_loaded(Company(values['company']))
        return {
            **values,
            'moneys': [m.id for m in moneys],
            'money': moneys[0].id if moneys else None,
            }

    def _write(self, payments):
        start = self.start
        return till_card.top_up(
            start.point.id, start.uuid, start.card, start.money.id,
            start.amount, payments)


@without_check_access
def get_loaded(company):
    "Return the moneys that a company loads on cards, its own first"
    pool = Pool()
    Method = pool.get('sale.point.payment.method')
    Money = pool.get('tibillet.money')
    moneys = Money.browse(list(Method.get_wallet_methods(company.id)))
    return sorted(
        (m for m in moneys if m.active and m.purchasable and (
                kinds.KINDS[m.kind].shared or m.issuer == company.party)),
        key=lambda m: (m.issuer != company.party, m.name))


class CardRedeemStart(_CardMixin, CounterStartMixin, ModelView):
    __name__ = 'tibillet.card.redeem.start'
    __string__ = "Card Redeem Start"

    moneys = fields.Function(
        fields.Many2Many('tibillet.money', None, None, "Moneys"),
        'on_change_with_moneys')
    money = fields.Many2One(
        'tibillet.money', "Money", required=True,
        domain=[
            ('id', 'in', Eval('moneys', [])),
            ])
    amount = Monetary(
        "To Pay Back", currency='currency', digits='currency', required=True,
        domain=[
            ('amount', '>', 0),
            ],
        help="All that is on the card, if nothing else is typed.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.card.required = True

    @fields.depends('amount')
    def on_change_with_total(self, name=None):
        return self.amount or ZERO

    @fields.depends('card', 'company')
    def _get_redeemable(self):
        "Return what is paid back here of the card, by the id of its money"
        if not self.card or not self.company:
            return {}
        try:
            balances, moneys = get_balances(self.company, self.card)
        except UserError:
            return {}
        return {
            b.money: b.amount for b in balances
            if moneys[b.money].redeemable and (
                kinds.KINDS[b.kind].shared
                or moneys[b.money].issuer == self.company.party)}

    @fields.depends(methods=['_get_redeemable'])
    def on_change_with_moneys(self, name=None):
        return list(self._get_redeemable())

    @fields.depends('money', 'amount', methods=['_get_redeemable'])
    def on_change_card(self):
        found = self._get_redeemable()
        self.money = next(iter(found), None)
        self.amount = next(iter(found.values()), None)

    @fields.depends('money', 'amount', methods=['_get_redeemable'])
    def on_change_money(self):
        if self.money:
            self.amount = self._get_redeemable().get(self.money.id)


class CardRedeem(_CardWizardMixin, Wizard):
    __name__ = 'tibillet.card.redeem'

    start = StateView(
        'tibillet.card.redeem.start',
        'tibillet_cashless.card_redeem_start_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("On a Bank Card", 'card', 'tryton-ok', states=TO_PAY),
            Button("In Cash", 'cash', 'tryton-ok', states=TO_PAY),
            ])

    def _write(self, payments):
        start = self.start
        payment, = payments
        return till_card.redeem(
            start.point.id, start.uuid, start.card, start.money.id,
            start.amount, payment.method)


class CardLookStart(_CardMixin, ModelView):
    __name__ = 'tibillet.card.look.start'
    __string__ = "Card Look Start"

    company = fields.Many2One('company.company', "Company", states=SHOWN)
    lines = fields.One2Many(
        'tibillet.card.look.line', None, "Moneys", readonly=True,
        states={
            'invisible': ~Bool(Eval('lines')),
            })

    @fields.depends('card', 'company', 'lines')
    def on_change_card(self):
        pool = Pool()
        Line = pool.get('tibillet.card.look.line')
        self.lines = []
        if not self.card or not self.company:
            return
        try:
            balances, moneys = get_balances(self.company, self.card)
        except UserError:
            # Said beside the card.
            return
        self.lines = [
            Line(
                money=moneys[b.money].name,
                balance=say(b.amount, moneys[b.money]),
                accepted=b.accepted,
                melts_on=b.melts_on,
                melts=None if b.melts is None else say(
                    b.melts, moneys[b.money]))
            for b in balances]


class CardLookLine(ModelView):
    __name__ = 'tibillet.card.look.line'
    __string__ = "Card Look Line"

    money = fields.Char("Money", readonly=True)
    balance = fields.Char("On the Card", readonly=True)
    accepted = fields.Boolean(
        "Taken Here", readonly=True, help="Whether it pays here today.")
    melts_on = fields.Date(
        "Melts on", readonly=True, help="If it is not used before.")
    melts = fields.Char(
        "Melts", readonly=True, help="What melts first of it.")


class CardLook(Wizard):
    __name__ = 'tibillet.card.look'

    start = StateView(
        'tibillet.card.look.start',
        'tibillet_cashless.card_look_start_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def default_start(self, fields):
        return {'company': Transaction().context['company']}
