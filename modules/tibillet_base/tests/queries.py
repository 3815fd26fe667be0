"How much a function asks of the database."
from unittest.mock import patch

from trytond.transaction import Transaction


def count_queries(func):
    """Return how many statements the function sends

    With what processes remember, such as translations, and no record read.
    """
    Cursor = type(Transaction().connection.cursor())
    execute = Cursor.execute
    sent = []

    def counted(self, *args):
        sent.append(args[0])
        return execute(self, *args)

    func()
    Transaction().cache.clear()
    with patch.object(Cursor, 'execute', counted):
        func()
    return len(sent)
