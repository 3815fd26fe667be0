from trytond.cache import Cache
from trytond.model import ModelSQL, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction


class User(metaclass=PoolMeta):
    __name__ = 'res.user'

    partner_parties = fields.Many2Many(
        'res.user-party.party', 'user', 'party', "Partner of",
        context={
            'company': Eval('company', -1),
            },
        depends=['company'],
        help="The parties whose records the user may read as a partner.")
    _get_partner_parties_cache = Cache(
        __name__ + '.get_partner_parties', context=False)

    @classmethod
    def _get_preferences(cls, user, context_only=False):
        preferences = super()._get_preferences(
            user, context_only=context_only)
        # Not one of _context_fields nor _preferences_fields: those are what
        # users may change of themselves.
        preferences['partner_parties'] = [p.id for p in user.partner_parties]
        return preferences

    @classmethod
    def get_partner_parties(cls):
        "Return the sorted ids of the parties the current user is partner of"
        pool = Pool()
        UserParty = pool.get('res.user-party.party')
        transaction = Transaction()
        user = transaction.user
        parties = cls._get_partner_parties_cache.get(user)
        if parties is not None:
            return parties
        table = UserParty.__table__()
        cursor = transaction.connection.cursor()
        cursor.execute(*table.select(
                table.party,
                where=table.user == user,
                order_by=[table.party.asc]))
        parties = tuple(party for party, in cursor)
        return cls._get_partner_parties_cache.set(user, parties)


class UserParty(ModelSQL):
    __name__ = 'res.user-party.party'

    user = fields.Many2One(
        'res.user', "User", required=True, ondelete='CASCADE')
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='CASCADE')

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        User = pool.get('res.user')
        super().on_modification(mode, records, field_names=field_names)
        User._get_partner_parties_cache.clear()
