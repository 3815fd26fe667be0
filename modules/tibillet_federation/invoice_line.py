from sql import Union

from trytond.model import fields
from trytond.pool import Pool, PoolMeta

from . import sharing

# The models whose records are a line of a service, and the field that links
# an invoice line.
SERVICE_LINES = [
    ('tibillet.convention.service.turnover', 'invoice_line'),
    ('tibillet.convention.service.human_cost', 'evidence_line'),
    ('tibillet.convention.service.common_cost', 'evidence_line'),
    ]
CONVENTION_LINES = [
    ('tibillet.convention.contribution', 'evidence_line'),
    ('tibillet.convention.cost', 'evidence_line'),
    ]


class InvoiceLine(metaclass=PoolMeta):
    __name__ = 'account.invoice.line'

    convention_companies = fields.Function(
        fields.Many2Many(
            'company.company', None, None, "Convention Companies",
            help="The companies of the conventions "
            "in which the line was declared."),
        'get_convention_companies', searcher='search_convention_companies')

    @classmethod
    def get_convention_companies(cls, lines, name):
        pool = Pool()
        companies = {l.id: set() for l in lines}
        for model, field in SERVICE_LINES + CONVENTION_LINES:
            for record in pool.get(model).search([
                        (field, 'in', list(companies)),
                        ], order=[]):
                owner = getattr(record, 'service', record)
                companies[getattr(record, field).id].update(
                    c.id for c in sharing.members(owner.convention, name))
        return {id: list(found) for id, found in companies.items()}

    @classmethod
    def search_convention_companies(cls, name, clause):
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        conventions = sharing.of_companies(name, clause)
        queries = []
        for model, field in SERVICE_LINES:
            line, service = pool.get(model).__table__(), Service.__table__()
            queries.append(
                line
                .join(service, condition=line.service == service.id)
                .select(
                    getattr(line, field),
                    where=service.convention.in_(conventions)))
        for model, field in CONVENTION_LINES:
            line = pool.get(model).__table__()
            queries.append(
                line.select(
                    getattr(line, field),
                    where=line.convention.in_(conventions)))
        return [('id', 'in', Union(*queries))]
