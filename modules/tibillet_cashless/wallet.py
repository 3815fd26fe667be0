from sql.aggregate import Count
from tibillet_base.tools import cursor

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If

from .wallet_exceptions import WalletAccessError


class Wallet(ModelSQL, ModelView):
    __name__ = 'tibillet.wallet'
    __string__ = "Wallet"

    party = fields.Many2One(
        'party.party', "Holder", readonly=True, ondelete='RESTRICT',
        help="Empty while the wallet is anonymous.")
    merged_into = fields.Many2One(
        'tibillet.wallet', "Merged into", readonly=True, ondelete='RESTRICT',
        states={
            'invisible': ~Eval('merged_into'),
            },
        help="The wallet that has taken all that was in this one.")
    cards = fields.One2Many(
        'tibillet.card', 'wallet', "Cards", readonly=True)
    balances = fields.One2Many(
        'tibillet.wallet.balance', 'wallet', "Balances", readonly=True)
    moves = fields.One2Many(
        'tibillet.wallet.move', 'wallet', "History", readonly=True)
    lots = fields.One2Many(
        'tibillet.wallet.lot', 'wallet', "Lots", readonly=True,
        filter=[
            ('left_units', '>', 0),
            ],
        order=[('date', 'ASC'), ('id', 'ASC')],
        help="What is left, by the day it was loaded: "
        "the oldest is spent first.")
    holds = fields.One2Many(
        'tibillet.wallet.hold', 'wallet', "Holds", readonly=True,
        filter=[
            ('closed_by', '=', None),
            ])
    card_count = fields.Function(fields.Integer("Cards"), 'get_card_count')
    balance_text = fields.Function(
        fields.Char("Balance"), 'get_balance_text')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('party_unique', Unique(table, table.party),
                'tibillet_cashless.msg_wallet_party_unique'),
            ]
        cls._sql_indexes.add(
            Index(table, (table.party, Index.Equality())))
        cls._order = [('id', 'DESC')]

    def get_rec_name(self, name):
        if self.party:
            return self.party.rec_name
        if self.cards:
            return gettext(
                'tibillet_cashless.msg_wallet_anonymous',
                card=self.cards[0].rec_name)
        return gettext('tibillet_cashless.msg_wallet_unnamed', id=self.id)

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('party.rec_name', *clause[1:]),
            ('cards.rec_name', *clause[1:]),
            ]

    @classmethod
    def get_card_count(cls, wallets, name):
        pool = Pool()
        Card = pool.get('tibillet.card')
        card = Card.__table__()
        statement = cursor()
        statement.execute(*card.select(
                card.wallet, Count(card.id),
                where=fields.SQL_OPERATORS['in'](
                    card.wallet, [w.id for w in wallets]),
                group_by=card.wallet))
        return {**dict.fromkeys(map(int, wallets), 0), **dict(statement)}

    @classmethod
    def get_balance_text(cls, wallets, name):
        return {
            w.id: ' · '.join(
                b.money.say(b.units) for b in w.balances if b.units)
            for w in wallets}

    @classmethod
    def get_all_of(cls, party):
        "Return the wallet of a party, by its id, and those merged into it"
        found = []
        wallets = [] if party is None else cls.search([('party', '=', party)])
        while wallets:
            found += wallets
            wallets = cls.search([
                    ('merged_into', 'in', [w.id for w in wallets])])
        return found

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('merged_into'), 'muted', '')),
            ]

    @classmethod
    def check_modification(
            cls, mode, wallets, values=None, external=False):
        super().check_modification(
            mode, wallets, values=values, external=external)
        if mode == 'delete' or (external and mode in {'create', 'write'}):
            for wallet in wallets:
                raise WalletAccessError(gettext(
                        'tibillet_cashless.msg_wallet_modify',
                        wallet=wallet.rec_name))
