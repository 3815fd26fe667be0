from sql import Union

from trytond.model import fields
from trytond.pool import Pool, PoolMeta

from .sharing import search_conventions


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    convention_partners = fields.Function(
        fields.Many2Many(
            'party.party', None, None, "Convention Partners",
            help="The parties of the conventions that use the unit "
            "or to which it was brought."),
        'get_convention_partners', searcher='search_convention_partners')

    def get_convention_partners(self, name):
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        Used = pool.get('tibillet.convention.service.equipment')
        conventions = {
            c.convention for c in Contribution.search([
                    ('units', '=', self.id),
                    ])}
        conventions |= {
            u.service.convention for u in Used.search([
                    ('equipment', '=', self.id),
                    ])}
        return list({p.party.id for c in conventions for p in c.parties})

    @classmethod
    def search_convention_partners(cls, name, clause):
        pool = Pool()
        Brought = pool.get(
            'tibillet.convention.contribution-tibillet.equipment')
        Contribution = pool.get('tibillet.convention.contribution')
        Service = pool.get('tibillet.convention.service')
        Used = pool.get('tibillet.convention.service.equipment')
        conventions = search_conventions(name, clause)

        used, service = Used.__table__(), Service.__table__()
        brought, contribution = Brought.__table__(), Contribution.__table__()
        return [('id', 'in', Union(
                    used
                    .join(service, condition=used.service == service.id)
                    .select(
                        used.equipment,
                        where=service.convention.in_(conventions)),
                    brought
                    .join(
                        contribution,
                        condition=brought.contribution == contribution.id)
                    .select(
                        brought.equipment,
                        where=contribution.convention.in_(conventions)),
                    ))]
