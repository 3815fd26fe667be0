"""A holder who is forgotten, for tests on both databases."""
import datetime as dt
from decimal import Decimal

from tibillet_base.tests.mails import mailbox
from tibillet_cashless.wallet_writer import At
from tibillet_event.personal_data import Whom

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool

from .melt_records import MeltMixin
from .wallet_records import utc

ADDRESS = 'lea@example.org'


class PersonalMixin(MeltMixin):

    def make_holder(self):
        "Lea has a card, accepted terms, was told, and is owed nothing more"
        pool = Pool()
        Party = pool.get('party.party')
        self.make_records()
        self.holder, = Party.create([{
                    'name': "Lea",
                    'buyer_companies': [('add', [self.company.id])],
                    'contact_mechanisms': [('create', [{
                                    'type': 'email',
                                    'value': ADDRESS,
                                    }])],
                    }])
        self.card = self.cards[0]
        with set_company(self.company):
            self.card.party = self.holder
            self.card.save()
        self.top_up(self.card.uid, '20.00')
        policy, terms = self.make_policy()
        self.accept(terms, self.card.uid)
        with mailbox():
            self.notice, = self.give(policy)
        self.redeem(self.card.uid, '20.00')
        self.whom = Whom(self.company.id, self.holder.id, ADDRESS)

    def hold_elsewhere(self):
        "Another company sets aside what was given to her"
        pool = Pool()
        Acceptance = pool.get('tibillet.money.acceptance')
        other = create_company("La Halle")
        Acceptance.create([{
                    'money': self.gift.id,
                    'party': other.party.id,
                    'from_date': dt.date(2024, 1, 1),
                    }])
        self.grant(self.card.uid, '5.00')
        self.call(
            'hold', self.card.uid, [(self.gift.id, Decimal('5.00'))],
            utc(2024, 9, 22), at=At(other.id))
        return other

    def forget(self):
        Data = Pool().get('tibillet.personal.data', type='wizard')
        Data.forget_person(self.whom)

    def state(self):
        "Return what names the holder still"
        pool = Pool()
        Card = pool.get('tibillet.card')
        Notice = pool.get('tibillet.melt.notice')
        card = Card(self.card.id)
        return (
            card.party, card.wallet.party, card.state,
            Notice(self.notice.id).address)
