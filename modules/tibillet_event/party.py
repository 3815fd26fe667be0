from tibillet_base import mail
from tibillet_base.tools import cursor, table

from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from . import waiting_person


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.venue', 'party'),
            ('tibillet.artist', 'party'),
            ('tibillet.event-party.party', 'party'),
            ('tibillet.waiting', 'party'),
            ]

    def transition_replace(self):
        transition = super().transition_replace()
        source, destination = [
            waiting_person.get_key(party.id)
            for party in [self.ask.source, self.ask.destination]]
        # Both may wait for one performance: each keeps its turn.
        waiting = table('tibillet.waiting')
        cursor().execute(*waiting.update(
                [waiting.person], [destination],
                where=waiting.person == source))
        return transition


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def to_erase(self, party_id):
        pool = Pool()
        Waiting = pool.get('tibillet.waiting')
        return super().to_erase(party_id) + [
            (Waiting, [('party', '=', party_id)], True,
                ['holder', 'email', 'phone'], [None] * 3),
            ]

    @classmethod
    def get_messages(cls, party_id):
        "Return (name, domain) of the records on which messages are kept"
        return [('tibillet.waiting', [('party', '=', party_id)])]

    @without_check_access
    def transition_erase(self):
        pool = Pool()
        Waiting = pool.get('tibillet.waiting')
        transition = super().transition_erase()
        party_id = self.ask.party.id
        # What nobody waits for any more is offered to the next ones.
        Waiting.end(Waiting.search([('party', '=', party_id)]))
        for name, domain in self.get_messages(party_id):
            mail.forget(pool.get(name).search(domain))
        return transition
