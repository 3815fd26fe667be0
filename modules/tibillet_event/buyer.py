"""Whose buyers people are: the data of a buyer belong to who sells to him."""
from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from .personal_exceptions import BuyerPartyError


class Buyer(ModelSQL):
    __name__ = 'tibillet.buyer'
    __string__ = "Buyer"

    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='CASCADE',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('party')
        # They are changed on the party, which looks at who does it.
        cls.__rpc__ = {}
        cls._sql_constraints += [
            ('party_unique', Unique(table, table.party, table.company),
                'tibillet_event.msg_buyer_unique'),
            ]
        cls._sql_indexes.add(Index(table, (table.company, Index.Equality())))


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    buyer_companies = fields.Many2Many(
        'tibillet.buyer', 'party', 'company', "Buyer Of",
        help="Only the users of these companies see the party. Leave empty "
        "for a party that is known to all.")

    @classmethod
    def default_buyer_companies(cls):
        pool = Pool()
        User = pool.get('res.user')
        context = Transaction().context
        company = context.get('company')
        # The box office makes a party of somebody who buys.
        if context.get('buyer') and company in User.get_companies():
            return [company]
        return []

    @classmethod
    def check_modification(cls, mode, parties, values=None, external=False):
        super().check_modification(
            mode, parties, values=values, external=external)
        # The rule keeps who is no user of the companies away from others.
        if (mode == 'write' and external and 'buyer_companies' in values
                and not cls._may_rename()):
            for party in parties:
                if not party.buyer_companies:
                    raise BuyerPartyError(gettext(
                            'tibillet_event.msg_buyer_party',
                            party=party.rec_name))


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.buyer', 'party'),
            ('tibillet.consent', 'party'),
            ]

    @without_check_access
    def transition_replace(self):
        pool = Pool()
        Buyer = pool.get('tibillet.buyer')
        source, destination = [
            Buyer.search([('party', '=', party.id)])
            for party in [self.ask.source, self.ask.destination]]
        if not source or not destination:
            # One of them is known to all.
            Buyer.delete(source + destination)
        else:
            companies = {b.company for b in destination}
            Buyer.delete([b for b in source if b.company in companies])
        return super().transition_replace()
