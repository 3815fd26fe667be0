"""Records that are looked for by several names at once."""


def search_names(clause, *names):
    "Return the domain where a name fits the clause, all if it is negative"
    _, operator, *_ = clause
    return [
        'AND' if operator.startswith(('!', 'not ')) else 'OR',
        *((name, *clause[1:]) for name in names)]
