"""What a money may do, and where: refused before anything is written."""
from trytond.i18n import gettext
from trytond.pool import Pool

from . import kinds
from .wallet_exceptions import (
    AmountStepError, MoneyClosedError, MoneyGrantError, MoneyIssuerError,
    MoneyNotAcceptedError, MoneyPurchaseError, MoneyRedeemError,
    MoneySpendError)


def check(act, money, units):
    "Refuse what the money may not do at the party of the act"
    CHECKS[act.kind](money, act.party)
    if act.kind in {'spend', 'hold'} and units % money.divisible_to:
        raise AmountStepError(gettext(
                'tibillet_cashless.msg_wallet_amount_step',
                **_names(money), step=_say(money, money.divisible_to)))


def _check_top_up(money, party):
    _check_open(money)
    if not money.purchasable:
        raise MoneyPurchaseError(gettext(
                'tibillet_cashless.msg_wallet_not_purchasable',
                **_names(money)))
    _check_counter(money, party)


def _check_grant(money, party):
    _check_open(money)
    if kinds.KINDS[money.kind].owed:
        raise MoneyGrantError(gettext(
                'tibillet_cashless.msg_wallet_not_granted', **_names(money)))
    _check_issuer(money, party)


def _check_spend(money, party):
    if not kinds.KINDS[money.kind].spendable:
        raise MoneySpendError(gettext(
                'tibillet_cashless.msg_wallet_not_spendable',
                **_names(money)))
    if not money.accepted:
        _refuse_accepted(money, party)


def _check_redeem(money, party):
    if not money.redeemable:
        raise MoneyRedeemError(gettext(
                'tibillet_cashless.msg_wallet_not_redeemable',
                **_names(money)))
    _check_counter(money, party)


CHECKS = {
    'top_up': _check_top_up,
    'grant': _check_grant,
    'spend': _check_spend,
    'redeem': _check_redeem,
    'hold': _check_spend,
    }


def _check_open(money):
    if not money.active:
        raise MoneyClosedError(gettext(
                'tibillet_cashless.msg_wallet_money_closed',
                **_names(money)))


def _check_counter(money, party):
    "Refuse where the money is neither sold nor paid back"
    if not kinds.KINDS[money.kind].shared:
        _check_issuer(money, party)
    elif money.issuer != party and not money.accepted:
        _refuse_accepted(money, party)


def _check_issuer(money, party):
    if money.issuer != party:
        Party = Pool().get('party.party')
        raise MoneyIssuerError(gettext(
                'tibillet_cashless.msg_wallet_not_issuer',
                **_names(money),
                issuer=Party(money.issuer).rec_name))


def _refuse_accepted(money, party):
    Party = Pool().get('party.party')
    raise MoneyNotAcceptedError(gettext(
            'tibillet_cashless.msg_wallet_not_accepted',
            **_names(money),
            party=Party(party).rec_name))


def _names(money):
    return {'money': Pool().get('tibillet.money')(money.id).rec_name}


def _say(money, units):
    return Pool().get('tibillet.money')(money.id).say(units)
