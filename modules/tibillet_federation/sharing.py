"""Which conventions are shared with parties, as SQL for searchers."""
from trytond.pool import Pool


def search_conventions(name, clause):
    """Return the query of the ids of the conventions of some parties

    name: of the field whose value the clause compares with parties.
    """
    pool = Pool()
    ConventionParty = pool.get('tibillet.convention.party')
    Party = pool.get('party.party')
    _, operator, value = clause[:3]
    nested = clause[0][len(name) + 1:]
    if not nested:
        nested = 'rec_name' if isinstance(value, str) else 'id'
    parties = Party.search([(nested, operator, value)], query=True)
    table = ConventionParty.__table__()
    return table.select(table.convention, where=table.party.in_(parties))
