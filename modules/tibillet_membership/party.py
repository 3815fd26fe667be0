from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from .exceptions import MembershipEraseError, ShareEraseError


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    legal_kind = fields.Selection([
            (None, ""),
            ('person', "Person"),
            ('organisation', "Organisation"),
            ], "Person or Organisation", sort=False,
        help="Some membership plans are for one of them only.")
    legal_form = fields.Char(
        "Legal Form",
        states={
            'invisible': Eval('legal_kind') != 'organisation',
            },
        help="As tax receipts name it, such as SARL.")
    memberships = fields.One2Many(
        'tibillet.membership', 'party', "Memberships", readonly=True)
    share_holdings = fields.One2Many(
        'tibillet.share.holding', 'party', "Shares", readonly=True)

    @classmethod
    def copy(cls, parties, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('memberships', None)
        default.setdefault('share_holdings', None)
        return super().copy(parties, default=default)


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.gift', 'party'),
            ('tibillet.membership', 'party'),
            ('tibillet.college.member', 'party'),
            ('tibillet.roll.line', 'party'),
            ('tibillet.share.certificate', 'party'),
            ('tibillet.share.entry', 'party'),
            ('tibillet.share.withdrawal', 'party'),
            ('tibillet.surplus.interest', 'party'),
            ('tibillet.tax.receipt', 'party'),
            ]


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def check_erase_company(self, party, company):
        super().check_erase_company(party, company)
        check_leaving(party, company)


def check_leaving(party, company):
    "Refuse to forget who is a member still, or has a share or its price"
    pool = Pool()
    Holding = pool.get('tibillet.share.holding')
    Membership = pool.get('tibillet.membership')
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
    holdings = Holding.search([
            ('party', '=', party.id),
            ('company', '=', company.id),
            ['OR', ('shares', '!=', 0), ('owed', '!=', 0)],
            ], limit=1)
    for holding in holdings:
        raise ShareEraseError(gettext(
                'tibillet_membership.msg_erase_share',
                party=party.rec_name,
                company=company.rec_name))
