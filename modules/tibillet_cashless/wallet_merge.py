"""Give to one wallet all that is in another, for good.

A rare act, for the transaction of a form: both wallets are locked first,
which begins it again. Who loads or spends meanwhile waits, then finds the
wallet that is left. The lots keep their dates.
"""
import uuid

from sql import Null
from tibillet_base import tools
from tibillet_base.tools import cursor, forget, table

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from tibillet import chain

from . import wallet_sql
from .wallet_act import Act
from .wallet_exceptions import WalletMergeCompanyError
from .wallet_sql import Purse


@without_check_access
def settle(cards):
    """Make the wallets of cards those of the holders that were set on them

    A card that carries nothing gets the wallet of its holder, if there is
    one; an anonymous wallet becomes that of the holder, or is merged into it.
    """
    pool = Pool()
    Card = pool.get('tibillet.card')
    Wallet = pool.get('tibillet.wallet')
    of_party = {
        w.party: w for w in Wallet.search([
                ('party', 'in', [c.party.id for c in cards if c.party])])}
    empty, to_merge, named = [], {}, []
    for card in cards:
        wallet = of_party.get(card.party)
        if not card.party or wallet and wallet == card.wallet:
            continue
        if not card.wallet:
            if wallet:
                card.wallet = wallet
                empty.append(card)
        elif wallet:
            to_merge[card.wallet] = wallet
        else:
            card.wallet.party = card.party
            of_party[card.party] = card.wallet
            named.append(card.wallet)
    Card.save(empty)
    Wallet.save(named)
    merge(to_merge)


@without_check_access
def merge(wallets, reason=None):
    """Merge each wallet into another

    wallets: the one that stays, by the one that does not.
    """
    pool = Pool()
    Wallet = pool.get('tibillet.wallet')
    if not wallets:
        return
    Wallet.lock({*wallets, *wallets.values()})
    tools.write_alone()
    for source, target in wallets.items():
        _merge(source.id, target.id, reason)


def _merge(source, target, reason):
    wallet, card = table('tibillet.wallet'), table('tibillet.card')
    # All of them, even the empty ones: a balance that another has changed
    # since this transaction began makes the database refuse it.
    emptied = _empty(source)
    moved = [(money, units) for money, units, _ in emptied if units]
    if moved:
        _move(source, target, moved, reason)
        _move_holds(source, target, emptied)
    statement = cursor()
    statement.execute(*wallet.update(
            [wallet.merged_into, wallet.party], [target, None],
            where=wallet.id == source))
    statement.execute(*card.select(card.id, where=card.wallet == source))
    cards = [id_ for id_, in statement]
    statement.execute(*card.update(
            [card.wallet], [target], where=card.wallet == source))
    forget(Pool().get('tibillet.card'), cards)
    # What never melts there does not melt here.
    spared = table('tibillet.melt.exemption')
    statement.execute(*spared.update(
            [spared.wallet], [target], where=spared.wallet == source))
    wallet_sql.forget_wallets([source, target])


def _empty(wallet):
    "Return what was in each balance of a wallet, now zero"
    balance = table('tibillet.wallet.balance')
    statement = cursor()
    statement.execute(*balance.select(
            balance.money, balance.units, balance.held_units,
            where=balance.wallet == wallet, order_by=balance.money.asc))
    rows = statement.fetchall()
    statement.execute(*balance.update(
            [balance.units, balance.held_units], [0, 0],
            where=balance.wallet == wallet))
    return rows


def _move_holds(source, target, emptied):
    "What is held stays held, in the other wallet"
    hold = table('tibillet.wallet.hold')
    statement = cursor()
    where = (hold.wallet == source) & (hold.closed_by == Null)
    statement.execute(*hold.select(hold.id, where=where))
    forget(Pool().get('tibillet.wallet.hold'), [id_ for id_, in statement])
    statement.execute(*hold.update([hold.wallet], [target], where=where))
    for money, _, held in emptied:
        if held:
            wallet_sql.reserve(target, money, held)


def _move(source, target, moved, reason):
    pool = Pool()
    Company = pool.get('company.company')
    company = Transaction().context.get('company')
    if company is None:
        raise WalletMergeCompanyError(
            gettext('tibillet_cashless.msg_wallet_merge_company'))
    at, uuid_ = tools.now(), str(uuid.uuid4())
    date = tools.today(Company(company))
    party, _ = wallet_sql.company(company)
    id_ = wallet_sql.insert_operation({
            'uuid': uuid_,
            'digest': chain.link(chain.genesis(['wallet', 'operation']), {
                    'kind': 'merge', 'source': source, 'target': target}),
            'kind': 'merge',
            'company': company,
            'party': party,
            'at': at,
            'date': date,
            'user': tools.who(),
            'reason': reason,
            'create_uid': Transaction().user,
            'create_date': at.replace(microsecond=0),
            })
    act = Act(id_, 'merge', party, date, at)
    moneys = wallet_sql.moneys([money for money, _ in moved], party, date)
    for money, units in moved:
        lots = wallet_sql.lots(source, money)
        act.change_lots({lot.id: -lot.left for lot in lots})
        act.put(
            Purse(source, None, None, False), moneys[money], -units, 0,
            uses=[(lot.id, lot.left) for lot in lots])
        after = wallet_sql.add(target, money, units)
        parties = wallet_sql.lot_parties([lot.id for lot in lots])
        act.put(
            Purse(target, None, None, False), moneys[money], units, after,
            lots=[
                (lot.date, parties[lot.id], lot.id, lot.left)
                for lot in lots])
    act.finish()
