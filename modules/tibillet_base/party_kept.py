"""Whose name is on contracts and books is not renamed at a counter."""
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from .exceptions import PartyKeptError

# Who may rename what keeps books here, and who reads statements here.
GROUPS = [
    ('res', 'group_admin'),
    ('tibillet_base', 'group_administrator'),
    ('tibillet_base', 'group_accountant'),
    ]


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    _kept_fields = {'name', 'code', 'active'}

    @classmethod
    def check_modification(cls, mode, parties, values=None, external=False):
        super().check_modification(
            mode, parties, values=values, external=external)
        if (external and parties
                and (mode == 'delete'
                    or mode == 'write' and cls._kept_fields & set(values))
                and not cls._may_rename()):
            for party in cls._find_kept(parties):
                raise PartyKeptError(gettext(
                        'tibillet_base.msg_party_kept', party=party.rec_name))

    @classmethod
    @without_check_access
    def _may_rename(cls):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        if not Transaction().user:
            return True
        groups = set(User.get_groups())
        return bool(groups & {ModelData.get_id(*g) for g in GROUPS})

    @classmethod
    @without_check_access
    def _find_kept(cls, parties):
        "Return those of parties that are companies, or partners with a login"
        pool = Pool()
        Company = pool.get('company.company')
        UserParty = pool.get('res.user-party.party')
        ids = [p.id for p in parties]
        kept = {c.party.id for c in Company.search([('party', 'in', ids)])}
        kept |= {u.party.id for u in UserParty.search([('party', 'in', ids)])}
        return [p for p in cls.browse(parties) if p.id in kept]
