"""In which order what a convention records counts, and what does not.

Plain values, without database: the engine, which the properties test, and the
replay of the records take it from here.
"""
import re

# The order within a day. Accruals come last, so that a cost of the day that
# ends the recoupment does not count.
ENTRY, SERVICE, CORRECTION, ACCRUAL = range(4)
# What has no number yet comes after what has.
LAST = '\uffff'
DIGITS = re.compile('([0-9]+)')


def position(date, rank, number, id=0):
    """Return a sort key: by date, rank, number, then id

    number: "9" comes before "10".
    """
    return date, rank, natural(number or LAST), id


def entry_position(date, kind, number):
    rank = ACCRUAL if kind == 'accrual' else ENTRY
    return position(date, rank, number)


def natural(number):
    "Return a sort key that puts 9 before 10, and P9 before P10"
    return [
        int(part) if index % 2 else part
        for index, part in enumerate(DIGITS.split(number))]


def without_undone(entries, origin):
    """Return the entries that no other undoes, without those that undo them

    origin: function of an entry, the one it undoes if it undoes one.
    An opposite whose entry is not among them stays.
    """
    undone = {origin(e) for e in entries} & set(entries)
    return [
        e for e in entries if e not in undone and origin(e) not in undone]
