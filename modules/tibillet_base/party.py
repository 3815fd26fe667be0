from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from .exceptions import PartyReplaceError


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


@without_check_access
def check_apart(ask, model, whole, parts, message):
    """Refuse to make one party of two that are parts of the same record

    ask: the form of the wizard party.replace.
    model: of a part, with its party; whole: its field of the record; parts:
        the field of the record that has them all.
    """
    pool = Pool()
    Part = pool.get(model)
    source, destination = ask.source, ask.destination
    for part in Part.search([
                ('party', '=', source.id),
                (f'{whole}.{parts}.party', '=', destination.id),
                ], limit=1):
        raise PartyReplaceError(gettext(
                message,
                source=source.rec_name,
                destination=destination.rec_name,
                **{whole: getattr(part, whole).rec_name}))
