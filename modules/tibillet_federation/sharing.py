"""Which conventions parties and companies share, as SQL for searchers."""
from sql import Union
from tibillet_base.partners import matching

from trytond.pool import Pool


def of_parties(name, clause):
    """Return the query of the ids of the conventions of some parties

    name: of the field whose value the clause compares with parties.
    """
    pool = Pool()
    ConventionParty = pool.get('tibillet.convention.party')
    parties = matching(pool.get('party.party'), name, clause)
    table = ConventionParty.__table__()
    return table.select(table.convention, where=table.party.in_(parties))


def of_companies(name, clause):
    """Return the query of the ids of the conventions of some companies

    They administer them or are one of their parties.
    name: of the field whose value the clause compares with companies.
    """
    pool = Pool()
    Convention = pool.get('tibillet.convention')
    ConventionParty = pool.get('tibillet.convention.party')
    companies = matching(pool.get('company.company'), name, clause)
    convention = Convention.__table__()
    party = ConventionParty.__table__()
    return Union(
        convention.select(
            convention.id, where=convention.company.in_(companies)),
        party.select(
            party.convention, where=party.company.in_(companies)))


def find(name, clause):
    "Return the query of the conventions that a clause on a field speaks of"
    if name == 'convention_companies':
        return of_companies(name, clause)
    return of_parties(name, clause)


def members(convention, name):
    "Return the companies or the parties of a convention"
    if name == 'convention_companies':
        return [
            convention.company,
            *(p.company for p in convention.parties if p.company)]
    return [p.party for p in convention.parties]
