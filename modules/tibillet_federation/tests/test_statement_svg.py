import datetime as dt
import unittest
from decimal import Decimal
from xml.etree import ElementTree

from tibillet_federation import statement_svg as svg

SPACE = '{http://www.w3.org/2000/svg}'


def parse(text, tag):
    return ElementTree.fromstring(text).findall(SPACE + tag)


class StatementSVGTestCase(unittest.TestCase):
    "Test the pictures of a statement"

    def test_gauge(self):
        "Test that the bar is filled by the part"
        for part, widths in [
                ('0', [640]),
                ('0.5', [640, 320]),
                ('1', [640, 640]),
                ('1.2', [640, 640]),
                ]:
            with self.subTest(part):
                self.assertEqual([
                        float(r.get('width'))
                        for r in parse(svg.gauge(part, "50 %"), 'rect')],
                    widths)

    def test_gauge_label(self):
        "Test that the label is beside a bar which is too short"
        for part, anchor in [('0.1', 'start'), ('0.9', 'end')]:
            text, = parse(svg.gauge(part, "<10 %"), 'text')
            self.assertEqual(text.text, "<10 %")
            self.assertEqual(text.get('text-anchor'), anchor)

    def test_bar(self):
        "Test that a bar is divided by the amounts, negative ones left out"
        rects = parse(svg.bar({
                    'people': Decimal(300), 'equipment': Decimal(500),
                    'local': Decimal(-50), 'operator': Decimal(200),
                    }), 'rect')
        self.assertEqual(
            [(float(r.get('x')), float(r.get('width'))) for r in rects],
            [(0, 640), (0, 192), (192, 320), (512, 128)])

    def test_bar_of_nothing(self):
        "Test that a bar of nothing is an empty one"
        self.assertEqual(len(parse(svg.bar({}), 'rect')), 1)

    def test_curve(self):
        "Test that the curve holds each value until the next one"
        points = [
            (dt.date(2026, 1, 1), Decimal(1000), Decimal(0)),
            (dt.date(2026, 7, 2), Decimal(1000), Decimal(500)),
            ]
        text = svg.curve(
            points, dt.date(2026, 1, 1), dt.date(2027, 1, 1), str, str)
        *_, pot, recouped = parse(text, 'polyline')
        corners = [
            tuple(map(float, p.split(',')))
            for p in recouped.get('points').split()]
        self.assertEqual(len(corners), 4)
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
        self.assertEqual((x1, y0, y3), (x2, y1, y2))
        self.assertLess(y2, y1)
        # The middle of the year, and half of the pot.
        self.assertAlmostEqual(x1, (x0 + x3) / 2, delta=2)
        top = float(pot.get('points').split()[0].split(',')[1])
        self.assertAlmostEqual(y2, (y0 + top) / 2, delta=0.1)

    def test_projection(self):
        "Test that a projection adds two dotted lines, to its date"
        points = [
            (dt.date(2026, 1, 1), Decimal(1000), Decimal(0)),
            (dt.date(2026, 7, 2), Decimal(1000), Decimal(500)),
            ]
        lines = parse(svg.curve(
                points, dt.date(2026, 1, 1), dt.date(2026, 12, 31), str, str,
                projection=dt.date(2027, 12, 31)), 'polyline')
        dotted = [l for l in lines if l.get('stroke-dasharray')]
        self.assertEqual(len(dotted), 2)
        self.assertEqual(
            dotted[0].get('points').split()[-1],
            dotted[1].get('points').split()[-1])

    def test_ticks(self):
        "Test that an axis has a few round amounts, up to the highest"
        for highest, ticks in [
                ('1', [0, 1]),
                ('15560', [0, 5000, 10000, 15000, 20000]),
                ('20000', [0, 5000, 10000, 15000, 20000]),
                ('0.5', [0, 1]),
                ]:
            self.assertEqual(svg._ticks(Decimal(highest)), ticks)
