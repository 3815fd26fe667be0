from sql import Union

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from . import sharing


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    convention_partners = fields.Function(
        fields.Many2Many(
            'party.party', None, None, "Convention Partners",
            context={
                'company': Eval('company', -1),
                },
            depends=['company'],
            help="The parties of the conventions that use the unit "
            "or to which it was brought."),
        'get_conventions', searcher='search_conventions')
    convention_companies = fields.Function(
        fields.Many2Many(
            'company.company', None, None, "Convention Companies",
            help="The companies of the conventions that use the unit "
            "or to which it was brought."),
        'get_conventions', searcher='search_conventions')

    @classmethod
    def get_conventions(cls, units, names):
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        Used = pool.get('tibillet.convention.service.equipment')
        conventions = {u.id: set() for u in units}
        for contribution in Contribution.search([
                    ('units', 'in', list(conventions)),
                    ]):
            for unit in contribution.units:
                if unit.id in conventions:
                    conventions[unit.id].add(contribution.convention)
        for used in Used.search([('equipment', 'in', list(conventions))]):
            conventions[used.equipment.id].add(used.service.convention)
        return {
            name: {
                id: list({
                        target.id for convention in found
                        for target in sharing.members(convention, name)})
                for id, found in conventions.items()}
            for name in names}

    @classmethod
    def search_conventions(cls, name, clause):
        pool = Pool()
        Brought = pool.get(
            'tibillet.convention.contribution-tibillet.equipment')
        Contribution = pool.get('tibillet.convention.contribution')
        Service = pool.get('tibillet.convention.service')
        Used = pool.get('tibillet.convention.service.equipment')
        conventions = sharing.find(name, clause)

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
