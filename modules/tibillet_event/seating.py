"""Name the seats of a hall from a few lines, and choose some together.

Pure: texts and numbers in, texts and numbers out.
A seat stands at a position of its row, counted from the left: neighbours
differ by one, an aisle leaves a gap.
"""
from collections import defaultdict
from itertools import groupby
from string import ascii_uppercase

ROWS_MAX = 200
SEATS_MAX = 500


def rows(first, last):
    """Return the names of the rows from first to last.

    Numbers ('1', '12') or letters ('A', 'F'; after 'Z' comes 'AA').
    Raise ValueError if they are of two kinds, in the wrong order or more than
    ROWS_MAX.
    """
    first, last = first.strip().upper(), last.strip().upper()
    if _is_number(first) and _is_number(last):
        start, end, name = int(first), int(last), str
    else:
        start, end, name = _rank(first), _rank(last), _letters
    if not 0 < end - start + 1 <= ROWS_MAX:
        raise ValueError(f'rows from {first} to {last}')
    return [name(rank) for rank in range(start, end + 1)]


def _is_number(text):
    return text.isascii() and text.isdigit()


def _rank(letters):
    if not letters or set(letters) - set(ascii_uppercase):
        raise ValueError(f'row {letters}')
    rank = 0
    for letter in letters:
        rank = rank * len(ascii_uppercase) + ascii_uppercase.index(letter) + 1
    return rank


def _letters(rank):
    letters = ''
    while rank:
        rank, index = divmod(rank - 1, len(ascii_uppercase))
        letters = ascii_uppercase[index] + letters
    return letters


def numbers(first, last, numbering):
    """Return the numbers of the seats of a row, from the left.

    numbering: 'following' (1 2 3 4), 'odd' (5 3 1), 'even' (2 4 6), or
        'odd_even' (5 3 1 2 4 6): odd numbers on the left, each side growing
        away from the centre.
    Raise ValueError if there is none, or more than SEATS_MAX.
    """
    if not 0 < first <= last or last - first >= SEATS_MAX:
        raise ValueError(f'seats from {first} to {last}')
    every = range(first, last + 1)
    odd = [n for n in reversed(every) if n % 2]
    even = [n for n in every if not n % 2]
    found = {
        'following': list(every),
        'odd': odd,
        'even': even,
        'odd_even': odd + even,
        }[numbering]
    if not found:
        raise ValueError(f'{numbering} seats from {first} to {last}')
    return found


def plan(lines):
    """Return (zone, row, seat, position) for each seat of the lines.

    lines: (zone, first row, last row, first seat, last seat, numbering).
    Lines of one row follow each other from the left, an aisle between them.
    Raise ValueError if a line is impossible or a seat comes twice.
    """
    seats = []
    ends = defaultdict(int)
    named = set()
    for zone, first_row, last_row, first, last, numbering in lines:
        found = numbers(first, last, numbering)
        for row in rows(first_row, last_row):
            start = ends[zone, row]
            if start:
                start += 1
            for position, number in enumerate(found, start + 1):
                seat = zone, row, str(number)
                if seat in named:
                    raise ValueError(' '.join(seat))
                named.add(seat)
                seats.append((*seat, position))
            ends[zone, row] = start + len(found)
    return seats


def choose(rows, quantity):
    """Return the best seats side by side, as a list of what names them.

    rows: from the best to the last, for each its seats as (name, position,
        free).
    A choice that leaves no single seat between what is taken or an aisle
    comes first; then the one nearest to the centre of the best row, a row
    counting as much as a seat; then the better row, then the left.
    Return [] if no row has as many seats side by side.
    """
    if quantity < 1:
        raise ValueError("quantity must be at least 1")
    best = None
    for rank, row in enumerate(rows):
        seats = sorted(row, key=lambda s: s[1])
        if not seats:
            continue
        # Doubled, to stay with whole numbers.
        centre = seats[0][1] + seats[-1][1]
        for run in _runs(seats):
            for start in range(len(run) - quantity + 1):
                chosen = run[start:start + quantity]
                before, after = start, len(run) - quantity - start
                distance = abs(chosen[0][1] + chosen[-1][1] - centre)
                score = (
                    (before == 1) + (after == 1), distance + 2 * rank, rank,
                    chosen[0][1])
                if best is None or score < best[0]:
                    best = score, [name for name, _, _ in chosen]
    return best[1] if best else []


def _runs(seats):
    "Yield the longest lists of free seats side by side"
    free = (s for s in seats if s[2])
    for _, run in groupby(
            enumerate(free), key=lambda item: item[1][1] - item[0]):
        yield [seat for _, seat in run]
