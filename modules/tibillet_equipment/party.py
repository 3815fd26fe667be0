from sql import Union
from tibillet_base.partners import get_partners, matching
from tibillet_base.party import check_apart

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.party.exceptions import EraseError
from trytond.pool import Pool, PoolMeta


class Party(metaclass=PoolMeta):
    __name__ = 'party.party'

    equipment_partners = fields.Function(
        fields.Many2Many(
            'party.party', None, None, "Equipment Partners",
            help="The parties that keep, own or have had in custody what "
            "the party owns or has had."),
        'get_equipment_partners', searcher='search_equipment_partners')

    @classmethod
    def get_equipment_partners(cls, parties, name):
        return get_partners(
            parties, cls._equipment_places(), cls._equipment_holders(),
            'equipment')

    @classmethod
    def search_equipment_partners(cls, name, clause):
        # It shows who keeps a unit to who owns it.
        parties = matching(cls, name, clause)
        place, holder = cls._equipment_places(), cls._equipment_holders()
        units = holder.select(
            holder.equipment, where=holder.party.in_(parties))
        return [('id', 'in', place.select(
                    place.party, where=place.equipment.in_(units)))]

    @classmethod
    def _equipment_holders(cls):
        "Return the query of who owns each unit, or has had it in custody"
        return Union(*cls._get_equipment_holders(), all_=True)

    @classmethod
    def _equipment_places(cls):
        "Return the query of who holds each unit, or keeps it in its books"
        pool = Pool()
        Company = pool.get('company.company')
        Equipment = pool.get('tibillet.equipment')
        unit, company = Equipment.__table__(), Company.__table__()
        return Union(
            unit
            .join(company, condition=unit.company == company.id)
            .select(company.party.as_('party'), unit.id.as_('equipment')),
            *cls._get_equipment_holders(),
            all_=True)

    @classmethod
    def _get_equipment_holders(cls):
        pool = Pool()
        Custody = pool.get('tibillet.equipment.custody')
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        Owner = pool.get('tibillet.equipment.owner')
        owner = Owner.__table__()
        queries = [owner.select(owner.party.as_('party'), owner.equipment)]
        for name in ['from_party', 'to_party']:
            line, custody = CustodyLine.__table__(), Custody.__table__()
            queries.append(
                line
                .join(custody, condition=line.custody == custody.id)
                .select(
                    getattr(custody, name).as_('party'), line.equipment))
        return queries


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.equipment.owner', 'party'),
            ('tibillet.equipment.booking', 'party'),
            ('tibillet.equipment.custody', 'from_party'),
            ('tibillet.equipment.custody', 'to_party'),
            ('tibillet.equipment.incident', 'custodian'),
            ('tibillet.equipment.incident', 'responsible_party'),
            ('tibillet.equipment.incident', 'insurer'),
            ('tibillet.equipment.consumable', 'owner'),
            ('tibillet.equipment.consumable.use', 'party'),
            ]

    def transition_replace(self):
        check_apart(
            self.ask, 'tibillet.equipment.owner', 'equipment', 'owners',
            'tibillet_equipment.msg_replace_party_owner')
        return super().transition_replace()


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def check_erase_company(self, party, company):
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        Equipment = pool.get('tibillet.equipment')
        super().check_erase_company(party, company)
        units = Equipment.search([
                ('company', '=', company.id),
                ('custodian', '=', party.id),
                ('state', 'in', ['out', 'missing']),
                ], limit=1)
        if units:
            raise EraseError(gettext(
                    'tibillet_equipment.msg_erase_party_custody',
                    party=party.rec_name,
                    equipment=units[0].rec_name))
        bookings = Booking.search([
                ('company', '=', company.id),
                ('party', '=', party.id),
                ('state', 'in', ['draft', 'confirmed', 'out']),
                ], limit=1)
        if bookings:
            raise EraseError(gettext(
                    'tibillet_equipment.msg_erase_party_booking',
                    party=party.rec_name,
                    booking=bookings[0].rec_name))
