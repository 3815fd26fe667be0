"""Pictures of a statement, as SVG to be put in a page.

Plain arithmetic and text, without database. Weasyprint drops images that are
files or data: these are drawn in the page itself.
"""
from decimal import Decimal
from html import escape
from math import ceil

ZERO = Decimal(0)
# Recoupment, development, local fund, people, common costs, the operator.
COLOURS = {
    'people': '#8a6d3b',
    'common': '#c9b458',
    'equipment': '#0b5c6b',
    'destinations': '#3f97a8',
    'local': '#9ccc65',
    'operator': '#dfe3e8',
    }
INK, FAINT, PAPER = '#1c2430', '#99a3ad', '#eef1f3'
TEAL, SAND = '#0b5c6b', '#b45309'


def _number(value):
    return f'{value:.2f}'.rstrip('0').rstrip('.')


def _svg(width, height, parts):
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {height}" width="100%" '
        'font-family="Liberation Sans, DejaVu Sans, sans-serif">'
        + ''.join(parts) + '</svg>')


def _rect(x, y, width, height, colour, radius=0):
    return (
        f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" '
        f'height="{_number(height)}" fill="{colour}" rx="{radius}"/>')


def _text(x, y, text, size=9, colour=INK, anchor='start', weight='normal'):
    return (
        f'<text x="{_number(x)}" y="{_number(y)}" font-size="{size}" '
        f'fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
        f'{escape(text)}</text>')


def _line(points, colour, width=1.5, dash=None):
    path = ' '.join(f'{_number(x)},{_number(y)}' for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ''
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" '
        f'stroke-width="{width}" stroke-linejoin="round"{dashed}/>')


def gauge(part, label, width=640, height=34):
    "Return a bar filled by part, between 0 and 1, with its label inside"
    part = min(max(Decimal(part), ZERO), Decimal(1))
    filled = width * part
    inside = part > Decimal('0.25')
    return _svg(width, height, [
            _rect(0, 0, width, height, PAPER, 6),
            _rect(0, 0, filled, height, TEAL, 6) if part else '',
            _text(
                filled - 10 if inside else filled + 10, height / 2 + 5,
                label, 14, 'white' if inside else INK,
                'end' if inside else 'start', 'bold'),
            ])


def bar(amounts, width=640, height=16):
    """Return a bar divided by amounts, in the order of COLOURS

    amounts: Decimals by name; negative ones are not drawn.
    """
    drawn = {
        name: max(ZERO, Decimal(amounts.get(name, ZERO)))
        for name in COLOURS}
    total = sum(drawn.values(), ZERO)
    parts, x = [_rect(0, 0, width, height, PAPER, 2)], ZERO
    if total:
        for name, amount in drawn.items():
            size = width * amount / total
            if size:
                parts.append(_rect(x, 0, size, height, COLOURS[name]))
            x += size
    return _svg(width, height, parts)


def curve(
        points, start, end, write_amount, write_date, projection=None,
        width=640, height=180):
    """Return the curve of what is recouped under what is to recoup

    points: (date, pot, recouped) by date; each holds until the next one.
    start, end: the dates at both ends.
    write_amount, write_date: how to write a value of an axis.
    projection: the date when all would be recouped at this pace.
    """
    left, right, top, bottom = 62, 14, 12, 26
    last = max(end, projection) if projection else end
    days = max(1, (last - start).days)
    highest = max([pot for _, pot, _ in points] + [Decimal(1)])
    ticks = _ticks(highest)

    def x(date):
        return left + (width - left - right) * max(
            0, (date - start).days) / days

    def y(amount):
        return height - bottom - (
            (height - top - bottom) * amount / ticks[-1])

    parts = []
    for tick in ticks:
        parts.append(_line(
                [(left, y(tick)), (width - right, y(tick))],
                FAINT if not tick else PAPER, 1))
        parts.append(_text(
                left - 6, y(tick) + 3, write_amount(tick), 9, FAINT, 'end'))
    for date, anchor in [(start, 'start'), (last, 'end')]:
        parts.append(_text(
                x(date), height - 8, write_date(date), 9, FAINT, anchor))

    pots = _steps([(x(d), y(pot)) for d, pot, _ in points], x(end))
    recouped = _steps([(x(d), y(r)) for d, _, r in points], x(end))
    if recouped:
        ground = y(ZERO)
        area = [
            (recouped[0][0], ground), *recouped, (recouped[-1][0], ground)]
        path = ' '.join(f'{_number(a)},{_number(b)}' for a, b in area)
        parts.append(f'<polygon points="{path}" fill="{TEAL}" '
            'fill-opacity="0.15"/>')
        parts.append(_line(pots, SAND, 1.5))
        parts.append(_line(recouped, TEAL, 2))
    if projection and recouped:
        parts.append(_line(
                [recouped[-1], (x(projection), pots[-1][1])],
                TEAL, 1.5, '4 4'))
        parts.append(_line(
                [pots[-1], (x(projection), pots[-1][1])], SAND, 1, '2 3'))
    return _svg(width, height, parts)


def _steps(points, last):
    "Return the corners of a line that holds each value until the next one"
    corners = []
    for x, y in points:
        if corners:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    if corners:
        corners.append((last, corners[-1][1]))
    return corners


def _ticks(highest):
    "Return round amounts from 0 to highest or above, six of them at most"
    step = Decimal(1)
    while True:
        for factor in [1, 2, 5]:
            size = step * factor
            if size * 5 >= highest:
                return [
                    size * i for i in range(ceil(highest / size) + 1)]
        step *= 10
