from trytond.pool import PoolMeta


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.venue', 'party'),
            ('tibillet.artist', 'party'),
            ('tibillet.event-party.party', 'party'),
            ]
