"""What is on a card, as a till shows it. Nothing changes."""
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tibillet_base import tools

from trytond.pool import Pool
from trytond.transaction import without_check_access

from . import melt_show, wallet_sql
from .units import from_units
from .wallet_request import where


@dataclass(frozen=True)
class Balance:
    """What a card has of a money

    accepted: whether it is taken where it is asked, today.
    melts_on: when some of it melts if it is not used. melts: how much.
    """
    money: int
    code: str
    name: str
    kind: str
    amount: Decimal
    accepted: bool
    melts_on: dt.date | None
    melts: Decimal | None


@without_check_access
def balances(at, card, now=None):
    """Return the balances of a card, by the names of their moneys

    at: wallet_request.At, where it is asked.
    card: its number, or the id of a wallet; refused if it is unknown,
        blocked or replaced.
    """
    Money = Pool().get('tibillet.money')
    here = where(at, now or tools.now())
    purse = wallet_sql.purse(wallet_sql.source(card), lock=False)
    if purse.wallet is None:
        return []
    rows = wallet_sql.balances([purse.wallet])
    moneys = wallet_sql.moneys(
        [money for _, money, _ in rows], here.party, here.date)
    names = {m.id: m for m in Money.browse(list(moneys))}
    melting = {
        money: (date, from_units(units, moneys[money].scale))
        for (_, money), (date, units) in melt_show.first(
            [purse.wallet]).items()}
    return sorted([
            Balance(
                money, names[money].code, names[money].rec_name,
                moneys[money].kind, from_units(units, moneys[money].scale),
                moneys[money].accepted, *melting.get(money, (None, None)))
            for _, money, units in rows], key=lambda b: b.name)
