from trytond.pool import Pool, PoolMeta


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('res.user-party.party', 'party'),
            ]

    def transition_replace(self):
        pool = Pool()
        User = pool.get('res.user')
        transition = super().transition_replace()
        # The relation is replaced by SQL, its hooks have not run.
        User._get_partner_parties_cache.clear()
        return transition
