"""Who reads what proves the pay of a person: who pays it, nobody else."""
from sql.conditionals import Coalesce
from tibillet_base.partners import matching

from trytond.model import fields
from trytond.pool import Pool, PoolMeta


def get_payers(convention):
    """Return the ids of the parties whose payslips the user reads

    Those of a partner, or of the companies that he works for; the company
    of the convention keeps those of who keeps no books here.
    """
    pool = Pool()
    User = pool.get('res.user')
    if parties := User.get_partner_parties():
        return set(parties)
    companies = set(User.get_companies())
    return {
        line.party.id for line in convention.parties
        if (line.company or convention.company).id in companies}


class HumanCost(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service.human_cost'

    payer_companies = fields.Function(
        fields.Many2Many(
            'company.company', None, None, "Companies",
            help="The company of who has paid it, or that of the convention "
            "when it keeps no books here."),
        'get_payer_companies', searcher='search_payer_companies')

    @classmethod
    def get_payer_companies(cls, costs, name):
        found = {}
        for cost in costs:
            convention = cost.service.convention
            found[cost.id] = [
                p.company.id for p in convention.parties
                if p.party == cost.payer and p.company
                ] or [convention.company.id]
        return found

    @classmethod
    def search_payer_companies(cls, name, clause):
        pool = Pool()
        cost = cls.__table__()
        convention = pool.get('tibillet.convention').__table__()
        party = pool.get('tibillet.convention.party').__table__()
        service = pool.get('tibillet.convention.service').__table__()
        return [('id', 'in', cost
                .join(service, condition=cost.service == service.id)
                .join(
                    convention, condition=service.convention == convention.id)
                .join(party, 'LEFT', condition=(
                        (party.convention == convention.id)
                        & (party.party == cost.payer)))
                .select(
                    cost.id,
                    where=Coalesce(party.company, convention.company).in_(
                        matching(pool.get('company.company'), name, clause))))]
