from tibillet_base import mail

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

    @without_check_access
    def to_erase(self, party_id):
        pool = Pool()
        Notice = pool.get('tibillet.melt.notice')
        Wallet = pool.get('tibillet.wallet')
        wallets = [w.id for w in Wallet.get_all_of(party_id)]
        return super().to_erase(party_id) + [
            (Notice, [('wallet', 'in', wallets)], True, ['address'], [None]),
            ]

    @without_check_access
    def transition_erase(self):
        pool = Pool()
        Notice = pool.get('tibillet.melt.notice')
        Wallet = pool.get('tibillet.wallet')
        transition = super().transition_erase()
        mail.forget(Notice.search([
                    ('wallet', 'in', [
                            w.id for w in Wallet.get_all_of(
                                self.ask.party.id)]),
                    ]))
        return transition

    @without_check_access
    def check_erase(self, party):
        super().check_erase(party)
        check_owed(party)


def check_owed(party, moneys=()):
    """Refuse to forget a party while something that is owed is in its wallet

    moneys: the domain on balances of those that are asked about.
    """
    pool = Pool()
    Balance = pool.get('tibillet.wallet.balance')
    # A gift is lost with who had it, what is owed is paid back.
    balances = Balance.search([
            ('wallet.party', '=', party.id),
            ('money.kind', 'in', kinds.kinds(owed=True)),
            ('units', '>', 0),
            *moneys,
            ], limit=1)
    for balance in balances:
        raise WalletEraseError(gettext(
                'tibillet_cashless.msg_erase_wallet',
                party=party.rec_name,
                amount=balance.rec_name))
