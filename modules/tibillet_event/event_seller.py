"""The companies that sell the tickets of an event, and so read it.

The organiser does, the companies of the co-producers, and those that it
names: who sells for it is not a co-producer, and declares nothing.
"""
from tibillet_base.partners import matching

from trytond.model import ModelSQL, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval


class Event(metaclass=PoolMeta):
    __name__ = 'tibillet.event'

    sellers = fields.Many2Many(
        'tibillet.event-company.company', 'event', 'company', "Also Sold By",
        domain=[
            ('id', '!=', Eval('company', -1)),
            ],
        help="The companies that sell its tickets for the organiser, beside "
        "those of the co-producers: what they take is owed to it.")
    selling_companies = fields.Function(
        fields.Many2Many('company.company', None, None, "Sold By"),
        'get_selling_companies', searcher='search_selling_companies')

    @classmethod
    def get_selling_companies(cls, events, name):
        pool = Pool()
        Company = pool.get('company.company')
        found = {}
        for event in events:
            companies = Company.search([
                    ('party', 'in', [p.id for p in event.coproducers]),
                    ]) if event.coproducers else []
            found[event.id] = sorted({
                    c.id for c in [event.company, *event.sellers, *companies]})
        return found

    @classmethod
    def search_selling_companies(cls, name, clause):
        pool = Pool()
        Company = pool.get('company.company')
        companies = Company.search(
            [('id', 'in', matching(Company, name, clause))])
        ids = [c.id for c in companies]
        return ['OR',
            ('company', 'in', ids),
            ('sellers', 'in', ids),
            ('coproducers', 'in', [c.party.id for c in companies]),
            ]


class EventCompany(ModelSQL):
    __name__ = 'tibillet.event-company.company'
    __string__ = "Event - Company"

    event = fields.Many2One(
        'tibillet.event', "Event", required=True, ondelete='CASCADE')
    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('event')
