from tibillet_base.fact import FactMixin


class WalletFactMixin(FactMixin):
    "A record that the wallet engine makes and nobody changes"
    __slots__ = ()
    _fact_message = 'tibillet_cashless.msg_wallet_fact'
