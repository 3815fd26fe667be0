from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta

from .exceptions import MembershipEraseError


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    legal_kind = fields.Selection([
            (None, ""),
            ('person', "Person"),
            ('organisation', "Organisation"),
            ], "Person or Organisation", sort=False,
        help="Some membership plans are for one of them only.")
    memberships = fields.One2Many(
        'tibillet.membership', 'party', "Memberships", readonly=True)

    @classmethod
    def copy(cls, parties, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('memberships', None)
        return super().copy(parties, default=default)


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.membership', 'party'),
            ]


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def check_erase_company(self, party, company):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        super().check_erase_company(party, company)
        memberships = Membership.search([
                ('party', '=', party.id),
                ('company', '=', company.id),
                ('state', 'in', ['waiting', 'to_pay', 'current', 'grace']),
                ], limit=1)
        for membership in memberships:
            raise MembershipEraseError(gettext(
                    'tibillet_membership.msg_erase_membership',
                    party=party.rec_name,
                    membership=membership.rec_name,
                    company=company.rec_name))
