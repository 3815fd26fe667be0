from trytond.i18n import gettext

from .wallet_exceptions import WalletFactError


class WalletFactMixin:
    "A record that the wallet engine makes and nobody changes"
    __slots__ = ()

    @classmethod
    def check_modification(cls, mode, records, values=None, external=False):
        super().check_modification(
            mode, records, values=values, external=external)
        if mode != 'create' or external:
            for record in records:
                raise WalletFactError(gettext(
                        'tibillet_cashless.msg_wallet_fact',
                        record=record.rec_name,
                        **cls.__names__()))
