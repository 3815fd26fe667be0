"""When what is on a card melts, for who has it in hand."""
from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from . import melt_holders, melt_plan


@without_check_access
def find(wallets):
    """Return, by wallet and policy, the lots that melt: {lot: (date, units)}

    wallets: ids.
    """
    pool = Pool()
    Balance = pool.get('tibillet.wallet.balance')
    Policy = pool.get('tibillet.melt.policy')
    found = {}
    if not wallets:
        return found
    policies = Policy.search([
            ('money', 'in', [
                    b.money.id for b in Balance.search([
                            ('wallet', 'in', list(wallets)),
                            ('money.melts', '=', True),
                            ('units', '>', 0),
                            ])]),
            ])
    for policy in policies:
        today, rules = tools.today(policy.company), policy.get_rules()
        done = policy.done_until
        for holder in melt_holders.get(
                policy, rules, today, list(wallets)).values():
            dates = melt_plan.melts_on(
                rules, holder.lots, holder.active, holder.notices.values(),
                today, done)
            found[holder.wallet, policy] = {
                lot.id: (dates[lot.id], lot.left)
                for lot in holder.lots if lot.id in dates}
    return found


def first(wallets):
    "Return (date, units) of what melts first, by wallet and id of the money"
    dates = {}
    for (wallet, policy), lots in find(wallets).items():
        if lots:
            date = min(date for date, _ in lots.values())
            dates[wallet, policy.money.id] = (date, sum(
                    units for day, units in lots.values() if day == date))
    return dates


def say(wallet):
    "Return the sentence of what melts first of each money, empty if nothing"
    pool = Pool()
    Lang = pool.get('ir.lang')
    sentences = []
    for (_, policy), lots in sorted(
            find([wallet]).items(), key=lambda item: item[0][1].id):
        if lots:
            first = min(date for date, _ in lots.values())
            sentences.append(gettext(
                    f'tibillet_cashless.msg_melts_{policy.mode}',
                    amount=policy.money.say(sum(
                            units for date, units in lots.values()
                            if date == first)),
                    date=Lang.get().strftime(first)))
    return ' · '.join(sentences)


@without_check_access
def say_card(number):
    "Return the sentence of what melts of a card, read or printed"
    pool = Pool()
    Card = pool.get('tibillet.card')
    card = Card.find(number)
    return say(card.wallet.id) if card and card.wallet else ''


class Wallet(metaclass=PoolMeta):
    __name__ = 'tibillet.wallet'

    melts = fields.Function(
        fields.Char(
            "Melts", help="What melts first, and when, if it is not used."),
        'get_melts')

    def get_melts(self, name):
        return say(self.id)


class WalletBalance(metaclass=PoolMeta):
    __name__ = 'tibillet.wallet.balance'

    melts_on = fields.Function(
        fields.Date(
            "Melts on", help="The first day on which some of it melts."),
        'get_melts_on')

    @classmethod
    def get_melts_on(cls, balances, name):
        dates = first({b.wallet.id for b in balances})
        return {
            b.id: dates.get((b.wallet.id, b.money.id), (None,))[0]
            for b in balances}


class WalletLot(metaclass=PoolMeta):
    __name__ = 'tibillet.wallet.lot'

    melts_on = fields.Function(
        fields.Date("Melts on"), 'get_melts_on')

    @classmethod
    def get_melts_on(cls, lots, name):
        dates = {
            id_: date
            for found in find({lot.wallet.id for lot in lots}).values()
            for id_, (date, _) in found.items()}
        return {lot.id: dates.get(lot.id) for lot in lots}


class Card(metaclass=PoolMeta):
    __name__ = 'tibillet.card'

    melts = fields.Function(
        fields.Char(
            "Melts", help="What melts first, and when, if it is not used."),
        'get_melts')
    terms_accepted = fields.Function(
        fields.Char(
            "Terms Accepted", help="The last ones of each money."),
        'get_terms_accepted')

    def get_melts(self, name):
        return say(self.wallet.id) if self.wallet else None

    @without_check_access
    def get_terms_accepted(self, name):
        pool = Pool()
        Acceptance = pool.get('tibillet.money.terms.acceptance')
        domain = ['OR', ('card', '=', self.id)]
        if self.party:
            domain.append(('party', '=', self.party.id))
        last = {}
        for acceptance in Acceptance.search(domain):
            last.setdefault(acceptance.terms.money, acceptance)
        return ' · '.join(a.terms.rec_name for a in last.values())
