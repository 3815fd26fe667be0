from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import wallet_merge
from .exceptions import (
    CardAccessError, CardNumberError, CardReplaceError, CardUidError)
from .uid import UidError, canonical, parse
from .wallet_exceptions import CardHolderError

# What only buttons and the wallet engine change.
ENGINE = {'state', 'replaced_by', 'wallet'}


class Card(Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.card'
    __string__ = "Card"
    _rec_name = 'uid'

    uid = fields.Char(
        "Card", required=True,
        states={
            'readonly': Eval('id', -1) >= 0,
            },
        help="The number that a reader reads: "
        "4, 7, 8 or 10 bytes in hexadecimal.")
    number = fields.Char(
        "Printed Number",
        help="The number printed on the card.")
    batch = fields.Many2One(
        'tibillet.card.batch', "Batch", required=True, ondelete='RESTRICT')
    origin = fields.Function(
        fields.Many2One('party.party', "Origin"),
        'on_change_with_origin', searcher='search_batch')
    generation = fields.Function(
        fields.Integer("Generation"),
        'on_change_with_generation', searcher='search_batch')
    party = fields.Many2One(
        'party.party', "Holder", ondelete='RESTRICT',
        states={
            'readonly': Eval('state') == 'replaced',
            },
        help="Empty while the card is anonymous.")
    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", readonly=True, ondelete='RESTRICT',
        help="Empty until the card is loaded for the first time.")
    balance_text = fields.Function(
        fields.Char("Balance"), 'get_balance_text')
    blocked_for = fields.Selection([
            (None, ""),
            ('lost', "Lost"),
            ('stolen', "Stolen"),
            ('broken', "Broken"),
            ('other', "Other"),
            ], "Blocked for", sort=False,
        states={
            'readonly': Eval('state') == 'replaced',
            },
        help="Why the card is blocked, or is about to be.")
    replaced_by = fields.Many2One(
        'tibillet.card', "Replaced by", readonly=True, ondelete='RESTRICT',
        states={
            'invisible': Eval('state') != 'replaced',
            })
    state = fields.Selection([
            ('active', "Active"),
            ('blocked', "Blocked"),
            ('replaced', "Replaced"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uid_unique', Unique(table, table.uid),
                'tibillet_cashless.msg_card_uid_unique'),
            ('number_unique', Unique(table, table.number),
                'tibillet_cashless.msg_card_number_unique'),
            ('replaced_by_unique', Unique(table, table.replaced_by),
                'tibillet_cashless.msg_card_replaced_by_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.party, Index.Equality())),
                Index(table, (table.wallet, Index.Equality())),
                })
        cls._order = [('number', 'ASC'), ('id', 'ASC')]
        cls._transitions |= {
            ('active', 'blocked'),
            ('active', 'replaced'),
            ('blocked', 'active'),
            ('blocked', 'replaced'),
            }
        cls._buttons.update({
                'block': {
                    'invisible': Eval('state') != 'active',
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                'unblock': {
                    'invisible': Eval('state') != 'blocked',
                    'icon': 'tryton-back',
                    'depends': ['state'],
                    },
                'replace_wizard': {
                    'invisible': Eval('state') == 'replaced',
                    'icon': 'tryton-forward',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_state(cls):
        return 'active'

    @fields.depends('batch')
    def on_change_with_origin(self, name=None):
        return self.batch.origin.id if self.batch else None

    @fields.depends('batch')
    def on_change_with_generation(self, name=None):
        return self.batch.generation if self.batch else None

    @classmethod
    def search_batch(cls, name, clause):
        return [('batch.' + clause[0], *clause[1:])]

    def get_balance_text(self, name):
        return self.wallet.balance_text if self.wallet else None

    def get_rec_name(self, name):
        return self.number or self.uid

    @classmethod
    def search_rec_name(cls, name, clause):
        _, comparison, value, *extra = clause
        operator = (
            'AND' if comparison.startswith(('!', 'not ')) else 'OR')
        return [operator,
            ('uid', comparison, canonical(value, '%'), *extra),
            ('number', comparison, value, *extra),
            ]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'blocked', 'danger',
                    If(Eval('state') == 'replaced', 'muted', ''))),
            ]

    @classmethod
    def copy(cls, cards, default=None):
        for card in cards:
            raise CardAccessError(gettext(
                    'tibillet_cashless.msg_card_copy', card=card.rec_name))
        return super().copy(cards, default=default)

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if 'uid' in values:
            # validate_fields refuses with a sentence what is no number.
            values['uid'] = canonical(values['uid'])
        return values

    @classmethod
    def validate_fields(cls, cards, field_names):
        super().validate_fields(cards, field_names)
        if 'uid' in field_names:
            for card in cards:
                try:
                    parse(card.uid)
                except UidError as error:
                    raise CardUidError(gettext(
                            f'tibillet_cashless.msg_card_uid_{error.code}',
                            card=card.uid)) from error
        if field_names & {'uid', 'number'}:
            cls._check_numbers(cards)

    @classmethod
    @without_check_access
    def _check_numbers(cls, cards):
        "Refuse a printed number that a reader reads on another card"
        for sub_cards in tools.sliced(cards):
            read = {c.uid: c for c in sub_cards}
            printed = {
                canonical(c.number): c for c in read.values() if c.number}
            for other in cls.search(['OR',
                        ('uid', 'in', list(printed)),
                        ('number', 'in', list(read)),
                        ], order=[]):
                for card in [printed.get(other.uid), read.get(other.number)]:
                    if card and card != other:
                        raise CardNumberError(gettext(
                                'tibillet_cashless.msg_card_number_read',
                                card=card.rec_name,
                                other=other.rec_name))

    @classmethod
    def check_modification(
            cls, mode, cards, values=None, external=False):
        super().check_modification(
            mode, cards, values=values, external=external)
        if mode == 'write' and (
                'uid' in values
                or (external and values.keys() & ENGINE)):
            for card in cards:
                raise CardAccessError(gettext(
                        'tibillet_cashless.msg_card_modify',
                        card=card.rec_name))
        elif mode == 'write' and 'party' in values:
            for card in cards:
                holder = card.wallet.party if card.wallet else None
                if holder and holder.id != values['party']:
                    raise CardHolderError(gettext(
                            'tibillet_cashless.msg_card_holder',
                            card=card.rec_name,
                            party=holder.rec_name))
        elif mode == 'create' and external:
            for card in cards:
                if any(getattr(card, name) for name in ENGINE - {'state'}):
                    raise CardAccessError(gettext(
                            'tibillet_cashless.msg_card_modify',
                            card=card.rec_name))
        elif mode == 'delete':
            for card in cards:
                if card.party or card.wallet or card.state != 'active':
                    raise CardAccessError(gettext(
                            'tibillet_cashless.msg_card_delete',
                            card=card.rec_name))

    @classmethod
    def on_modification(cls, mode, cards, field_names=None):
        super().on_modification(mode, cards, field_names=field_names)
        if mode == 'create' or (mode == 'write' and 'party' in field_names):
            wallet_merge.settle(cards)

    @classmethod
    @ModelView.button
    @Workflow.transition('blocked')
    def block(cls, cards):
        for card in cards:
            if not card.blocked_for:
                card.blocked_for = 'lost'
        cls.save(cards)

    @classmethod
    @ModelView.button
    @Workflow.transition('active')
    def unblock(cls, cards):
        cls.write(cards, {'blocked_for': None})

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_card_replace')
    def replace_wizard(cls, cards):
        pass

    def replace(self, card):
        "Give to another card the place of this one, for good"
        if self.state == 'replaced':
            raise CardReplaceError(gettext(
                    'tibillet_cashless.msg_card_replaced',
                    card=self.rec_name,
                    other=self.replaced_by.rec_name))
        if (card == self or card.state != 'active' or card.party
                or card.wallet):
            raise CardReplaceError(gettext(
                    'tibillet_cashless.msg_card_replace_with',
                    card=self.rec_name,
                    other=card.rec_name))
        card.party = self.party
        card.wallet = self.wallet
        self.replaced_by = card
        self.__class__.save([card, self])
        with without_check_access():
            self._set_replaced([self])

    @classmethod
    @Workflow.transition('replaced')
    def _set_replaced(cls, cards):
        pass

    @classmethod
    def find(cls, text):
        """Return the card that has a number, read or printed, or None

        The one that replaced it is not followed: whoever holds the old one
        must hear that it is replaced.
        """
        cards = cls.search(['OR',
                ('number', '=', text),
                ('uid', '=', canonical(text)),
                ], order=[('id', 'ASC')], limit=1)
        return cards[0] if cards else None


class CardReplaceStart(ModelView):
    __name__ = 'tibillet.card.replace.start'
    __string__ = "Card Replace Start"

    old = fields.Many2One('tibillet.card', "Old Card", readonly=True)
    new = fields.Many2One(
        'tibillet.card', "New Card", required=True,
        domain=[
            ('id', '!=', Eval('old', -1)),
            ('state', '=', 'active'),
            ('party', '=', None),
            ('wallet', '=', None),
            ],
        help="Read the new card here: an active one that nobody holds.")


class CardReplace(Wizard):
    __name__ = 'tibillet.card.replace'

    start = StateView(
        'tibillet.card.replace.start',
        'tibillet_cashless.card_replace_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Replace", 'replace', 'tryton-ok', default=True),
            ])
    replace = StateTransition()

    def default_start(self, fields):
        return {'old': self.record.id if self.record else None}

    def transition_replace(self):
        self.record.replace(self.start.new)
        return 'end'

    def end(self):
        return 'reload'
