"""Who shares something with whom, for functional fields of parties."""
from trytond.model import fields
from trytond.transaction import Transaction


def matching(Model, name, clause):
    "Return the query of the records that the clause compares the field with"
    _, operator, value = clause[:3]
    nested = clause[0][len(name) + 1:]
    if not nested:
        nested = 'rec_name' if isinstance(value, str) else 'id'
    return Model.search([(nested, operator, value)], query=True)


def get_partners(parties, places, holders, name):
    """Return the ids of who holds what each party has a place in, by id

    An export asks the rules of the values: they say the same as a searcher
    on the same queries.
    places, holders: queries of party and of what is shared, called name.
    """
    partners = {p.id: set() for p in parties}
    cursor = Transaction().connection.cursor()
    cursor.execute(*places
        .join(
            holders, condition=getattr(holders, name) == getattr(places, name))
        .select(
            places.party, holders.party,
            where=fields.SQL_OPERATORS['in'](places.party, list(partners))))
    for party, partner in cursor:
        partners[party].add(partner)
    return {id: sorted(found) for id, found in partners.items()}
