from sql import Union
from tibillet_base.partners import get_partners
from tibillet_base.party import check_apart

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.party.exceptions import EraseError
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from . import sharing


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    convention_partners = fields.Function(
        fields.Many2Many(
            'party.party', None, None, "Convention Partners",
            help="The parties of the conventions of the party, those that "
            "receive a part and the customers of the services."),
        'get_convention_partners', searcher='search_convention_partners')

    @property
    @without_check_access
    def current(self):
        "The party, or the one that it was merged into"
        party = self
        while party.replaced_by:
            party = party.replaced_by
        return party

    @classmethod
    def get_convention_partners(cls, parties, name):
        pool = Pool()
        ConventionParty = pool.get('tibillet.convention.party')
        return get_partners(
            parties, cls._convention_places(), ConventionParty.__table__(),
            'convention')

    @classmethod
    def search_convention_partners(cls, name, clause):
        # It shows customers to the parties of a convention.
        place = cls._convention_places()
        conventions = sharing.of_parties(name, clause)
        return [('id', 'in', place.select(
                    place.party, where=place.convention.in_(conventions)))]

    @classmethod
    def _convention_places(cls):
        "Return the query of the parties that each convention names"
        pool = Pool()
        Company = pool.get('company.company')
        Convention = pool.get('tibillet.convention')
        ConventionParty = pool.get('tibillet.convention.party')
        Destination = pool.get('tibillet.convention.version.destination')
        Service = pool.get('tibillet.convention.service')
        Tier = pool.get('tibillet.convention.version.tier')
        Version = pool.get('tibillet.convention.version')

        line, service = ConventionParty.__table__(), Service.__table__()
        convention, company = Convention.__table__(), Company.__table__()
        queries = [
            line.select(line.party.as_('party'), line.convention),
            service.select(service.customer.as_('party'), service.convention),
            convention
            .join(company, condition=convention.company == company.id)
            .select(company.party, convention.id.as_('convention')),
            ]
        for Line in [Tier, Destination]:
            line, version = Line.__table__(), Version.__table__()
            queries.append(
                line
                .join(version, condition=line.version == version.id)
                .select(line.beneficiary.as_('party'), version.convention))
        return Union(*queries, all_=True)


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.convention.allocation', 'beneficiary'),
            ('tibillet.convention.allocation', 'payer'),
            ('tibillet.convention.contribution', 'contributor'),
            ('tibillet.convention.cost', 'payer'),
            ('tibillet.convention.entry', 'contributor'),
            ('tibillet.convention.party', 'party'),
            ('tibillet.convention.service', 'customer'),
            ('tibillet.convention.service', 'operator'),
            ('tibillet.convention.service.common_cost', 'payer'),
            ('tibillet.convention.service.human_cost', 'payer'),
            ('tibillet.convention.service.human_cost', 'person'),
            ('tibillet.convention.statement.approval', 'party'),
            ('tibillet.convention.statement.dispute', 'party'),
            ('tibillet.convention.version.destination', 'beneficiary'),
            ('tibillet.convention.version.tier', 'beneficiary'),
            ]

    def transition_replace(self):
        check_apart(
            self.ask, 'tibillet.convention.party', 'convention', 'parties',
            'tibillet_federation.msg_replace_party_convention')
        return super().transition_replace()


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def check_erase_company(self, party, company):
        pool = Pool()
        Line = pool.get('tibillet.convention.party')
        super().check_erase_company(party, company)
        lines = Line.search([
                ('convention.company', '=', company.id),
                ('convention.state', '!=', 'closed'),
                ('party', '=', party.id),
                ], limit=1)
        for line in lines:
            raise EraseError(gettext(
                    'tibillet_federation.msg_erase_party_convention',
                    party=party.rec_name,
                    convention=line.convention.rec_name))
