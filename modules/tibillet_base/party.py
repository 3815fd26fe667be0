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


class ReplaceInBooks(metaclass=PoolMeta):
    __name__ = 'party.replace'

    def transition_replace(self):
        self._check_posted()
        return super().transition_replace()

    @without_check_access
    def _check_posted(self):
        "Refuse to merge a party that is in the books, which do not change"
        pool = Pool()
        MoveLine = pool.get('account.move.line')
        for line in MoveLine.search([
                    ('party', '=', self.ask.source.id),
                    ('move.state', '=', 'posted'),
                    ], limit=1):
            raise PartyReplaceError(gettext(
                    'tibillet_base.msg_replace_party_posted',
                    source=self.ask.source.rec_name,
                    destination=self.ask.destination.rec_name,
                    move=line.move.rec_name))


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
