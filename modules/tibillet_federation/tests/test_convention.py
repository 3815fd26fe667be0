import datetime as dt
import unittest
from unittest.mock import patch

from tibillet_federation.clauses_document import paragraphs
from tibillet_federation.plain_text import plain_reference
from tibillet_federation.version_line import make_key

from trytond.pool import Pool
from trytond.tests.test_tryton import activate_module, with_transaction
from trytond.transaction import Transaction


class TabTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        activate_module('tibillet_federation')

    @with_transaction()
    def test_first_tab(self):
        "A list opens on what there is when a season is settled"
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        Window = pool.get('ir.action.act_window')
        for action, name in [
                ('act_convention_form', "In Force"),
                ('act_service_form', "All"),
                ('act_statement_form', "All"),
                ]:
            with self.subTest(action=action):
                window = Window(
                    ModelData.get_id('tibillet_federation', action))
                self.assertEqual(window.act_window_domains[0].name, name)


class DayTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        activate_module('tibillet_federation')

    @with_transaction(context={'company': 1})
    def test_late(self):
        "An obligation is late by the day of who administers its convention"
        pool = Pool()
        Company = pool.get('company.company')
        Convention = pool.get('tibillet.convention')
        Obligation = pool.get('tibillet.convention.obligation')
        days = {1: dt.date(2026, 12, 31), 2: dt.date(2027, 1, 1)}

        def day_it_is(timezone=None):
            return days[Transaction().context['company']]

        obligations = []
        for company in days:
            obligation = Obligation(company)
            obligation.convention = Convention(company=Company(company))
            obligation.due_date = dt.date(2026, 12, 31)
            obligation.done_on = None
            obligations.append(obligation)
        with patch.object(
                pool.get('ir.date'), 'today', staticmethod(day_it_is)):
            self.assertEqual(
                Obligation.get_state(obligations, 'state'),
                {1: 'open', 2: 'late'})


class ConventionTermTestCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        activate_module('tibillet_federation')

    def _convention(self, **values):
        Convention = Pool().get('tibillet.convention')
        return Convention(**{
                'start': dt.date(2026, 1, 1),
                'term_months': 12,
                'renewal': 'explicit',
                'renewals': 0,
                'notice_months': 3,
                'notice_date': None,
                **values})

    @with_transaction()
    def test_end(self):
        "The last day of a convention"
        for values, end in [
                ({}, dt.date(2026, 12, 31)),
                ({'renewals': 1}, dt.date(2027, 12, 31)),
                ({'renewal': 'none'}, dt.date(2026, 12, 31)),
                ({'term_months': 1, 'start': dt.date(2026, 1, 31)},
                    dt.date(2026, 2, 27)),
                ({'start': None}, None),
                ({'renewal': 'tacit'}, None),
                # The notice ends in the first term, on its very last day.
                ({'renewal': 'tacit', 'notice_date': dt.date(2026, 9, 30)},
                    dt.date(2026, 12, 31)),
                ({'renewal': 'tacit', 'notice_date': dt.date(2026, 10, 1)},
                    dt.date(2027, 12, 31)),
                ({'renewal': 'tacit', 'notice_date': dt.date(2028, 5, 1)},
                    dt.date(2028, 12, 31)),
                # What is being typed may be no date of the calendar.
                ({'term_months': 100000}, None),
                ({'term_months': 10 ** 40}, None),
                ({'start': dt.date(9999, 12, 1)}, None),
                ({'renewal': 'tacit', 'notice_months': 10 ** 9,
                    'notice_date': dt.date(2026, 9, 30)}, None),
                ]:
            with self.subTest(**values):
                convention = self._convention(**values)
                self.assertEqual(convention.on_change_with_end(), end)

    @with_transaction()
    def test_covers(self):
        "A service is under the convention from its first to its last day"
        for values, date, covered in [
                ({}, dt.date(2025, 12, 31), False),
                ({}, dt.date(2026, 1, 1), True),
                ({}, dt.date(2026, 12, 31), True),
                ({}, dt.date(2027, 1, 1), False),
                ({'renewal': 'tacit'}, dt.date(2050, 1, 1), True),
                ({'start': None}, dt.date(2026, 1, 1), False),
                ]:
            with self.subTest(date=date, **values):
                convention = self._convention(**values)
                convention.end = convention.on_change_with_end()
                self.assertEqual(convention.covers(date), covered)


class ConventionTextTestCase(unittest.TestCase):

    def test_make_key(self):
        for name, key in [
                ("Development", 'development'),
                ("Suivi technique & préparation",
                    'suivi_technique_preparation'),
                ("  R&D (2026) ", 'r_d_2026'),
                ("Œuvres", 'œuvres'),
                ("Ремонт", 'ремонт'),
                ("研究", '研究'),
                ("—", 'line'),
                ("", 'line'),
                (None, 'line'),
                ]:
            with self.subTest(name=name):
                self.assertEqual(make_key(name), key)

    def test_plain_reference(self):
        for text, other, same in [
                ("FA-2024-113 line 1", "fa-2024-113  LINE 1", True),
                ("FA-1", "FA-1 ", True),
                ("FA-1", "FA-11", False),
                ("F-2026-1", "F 2026-1", True),
                ("F-2026-1", "f 2026/1", True),
                ("F-2026-1", "F2026 - 1", True),
                ("F-2026-1", "F-20261", False),
                ("F-2026-1-12", "F-2026-11-2", False),
                ("Pièce n° 3", "PIECE N°3", True),
                ("--", "...", False),
                ]:
            with self.subTest(text=text, other=other):
                self.assertEqual(
                    plain_reference(text) == plain_reference(other), same)

    def test_paragraphs(self):
        for text, found in [
                (None, []),
                ("", []),
                ("One.", [["One."]]),
                ("One.\nTwo.\n\n\nThree.", [["One.", "Two."], ["Three."]]),
                ("\n One. \n", [["One."]]),
                ]:
            with self.subTest(text=text):
                self.assertEqual(paragraphs(text), found)
