from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from . import kinds, wallet_merge
from .wallet_exceptions import WalletEraseError


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.money', 'issuer'),
            ('tibillet.money.acceptance', 'party'),
            ('tibillet.card.batch', 'origin'),
            ('tibillet.card', 'party'),
            ('tibillet.wallet', 'party'),
            ('tibillet.wallet.operation', 'party'),
            ('tibillet.wallet.move', 'party'),
            ('tibillet.wallet.lot', 'party'),
            ('tibillet.money.terms.acceptance', 'party'),
            ]

    @without_check_access
    def _merge_wallets(self):
        "A holder has one wallet"
        pool = Pool()
        Wallet = pool.get('tibillet.wallet')
        wallets = {
            wallet.party: wallet for wallet in Wallet.search([
                    ('party', 'in', [self.ask.source, self.ask.destination]),
                    ])}
        if len(wallets) == 2:
            wallet_merge.merge({
                    wallets[self.ask.source]: wallets[self.ask.destination]})

    def transition_replace(self):
        self._merge_wallets()
        return super().transition_replace()


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def to_erase(self, party_id):
        pool = Pool()
        Notice = pool.get('tibillet.melt.notice')
        return super().to_erase(party_id) + [
            (Notice, [('wallet.party', '=', party_id)], True,
                ['address'], [None]),
            ]

    @without_check_access
    def check_erase(self, party):
        pool = Pool()
        Balance = pool.get('tibillet.wallet.balance')
        super().check_erase(party)
        # A gift is lost with who had it, what is owed is paid back.
        balances = Balance.search([
                ('wallet.party', '=', party.id),
                ('money.kind', 'in', kinds.kinds(owed=True)),
                ('units', '>', 0),
                ], limit=1)
        for balance in balances:
            raise WalletEraseError(gettext(
                    'tibillet_cashless.msg_erase_wallet',
                    party=party.rec_name,
                    amount=balance.rec_name))
