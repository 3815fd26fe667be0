from sql import Union
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

    def get_equipment_partners(self, name):
        return [
            p.id for p in self.search([
                    ('equipment_partners', 'in', [self.id]),
                    ])]

    @classmethod
    def search_equipment_partners(cls, name, clause):
        pool = Pool()
        Company = pool.get('company.company')
        Custody = pool.get('tibillet.equipment.custody')
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        Equipment = pool.get('tibillet.equipment')
        Owner = pool.get('tibillet.equipment.owner')
        _, operator, value = clause[:3]
        nested = clause[0][len(name) + 1:]
        if not nested:
            nested = 'rec_name' if isinstance(value, str) else 'id'
        parties = cls.search([(nested, operator, value)], query=True)

        owner = Owner.__table__()
        line, custody = CustodyLine.__table__(), Custody.__table__()
        moves = line.join(custody, condition=line.custody == custody.id)
        units = Union(
            owner.select(owner.equipment, where=owner.party.in_(parties)),
            moves.select(
                line.equipment,
                where=custody.from_party.in_(parties)
                | custody.to_party.in_(parties)))

        owner, unit = Owner.__table__(), Equipment.__table__()
        company = Company.__table__()
        line, custody = CustodyLine.__table__(), Custody.__table__()
        moves = line.join(custody, condition=line.custody == custody.id)
        return [('id', 'in', Union(
                    owner.select(
                        owner.party, where=owner.equipment.in_(units)),
                    unit
                    .join(company, condition=unit.company == company.id)
                    .select(company.party, where=unit.id.in_(units)),
                    moves.select(
                        custody.from_party, where=line.equipment.in_(units)),
                    moves.select(
                        custody.to_party, where=line.equipment.in_(units)),
                    ))]


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
