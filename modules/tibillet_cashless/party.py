from trytond.pool import PoolMeta


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.money', 'issuer'),
            ('tibillet.money.acceptance', 'party'),
            ('tibillet.card.batch', 'origin'),
            ('tibillet.card', 'party'),
            ]
