import datetime as dt
import json
import re
import unittest
from dataclasses import replace
from decimal import Decimal

from tibillet_federation import words
from tibillet_federation.clauses import (
    Amount, Balance, Clauses, Destination, Entry, Schedule, Service, Tier)
from tibillet_federation.pot import post
from tibillet_federation.revenue import adjust, settle
from tibillet_federation.tests.worked import (
    BEFORE, CLASS, SEASON, SEASON_CLAUSES, flat, make_clauses, make_service,
    pot)
from tibillet_federation.texts import PLACES, TEXTS
from tibillet_federation.words import NBSP, Voice, plain

D = Decimal


class WordsTestCase(unittest.TestCase):
    "Test how figures are said"

    def said(self, sentences, language='fr', **values):
        return [plain(text) for text in words.say(
                sentences, language, **values)]

    def test_amount(self):
        for value, french, english in [
                ('8100', "8 100,00 €", "€8,100.00"),
                ('0', "0,00 €", "€0.00"),
                ('0.5', "0,50 €", "€0.50"),
                ('1234567.8', "1 234 567,80 €", "€1,234,567.80"),
                # Not rounded yet: all its digits.
                ('2916.725', "2 916,725 €", "€2,916.725"),
                ('2835.0000', "2 835,00 €", "€2,835.00"),
                ('-350', "-350,00 €", "-€350.00"),
                ('-1350', "-1 350,00 €", "-€1,350.00"),
                ]:
            with self.subTest(value=value):
                self.assertEqual(plain(Voice('fr').amount(D(value))), french)
                self.assertEqual(plain(Voice('en').amount(D(value))), english)
        self.assertEqual(
            Voice('fr').amount(D(8100)), f'8{NBSP}100,00{NBSP}€')
        self.assertEqual(
            plain(Voice('fr', 'F', D(1)).amount(D(8100))), "8 100 F")
        self.assertEqual(
            plain(Voice('fr', 'F', D(1)).amount(D('8100.5'))), "8 100,5 F")

    def test_percentage(self):
        for value, french, english in [
                ('0.35', "35 %", "35%"),
                ('0.125', "12,5 %", "12.5%"),
                ('0.6243', "62,43 %", "62.43%"),
                ('0', "0 %", "0%"),
                ('1', "100 %", "100%"),
                ('1.00', "100 %", "100%"),
                ('12', "1 200 %", "1,200%"),
                ]:
            with self.subTest(value=value):
                self.assertEqual(
                    plain(Voice('fr').percentage(D(value))), french)
                self.assertEqual(
                    plain(Voice('en').percentage(D(value))), english)

    def test_other_values(self):
        voice = Voice('fr', names={'12': "Code Commun"})
        date = dt.date(2026, 7, 4)
        self.assertEqual(voice.date(date), "04/07/2026")
        self.assertEqual(Voice('en').date(date), "4 Jul 2026")
        self.assertEqual(plain(voice.number(D('4.50'))), "4,5")
        self.assertEqual(voice.name('12'), "Code Commun")
        self.assertEqual(voice.name('13'), "13")
        self.assertEqual(
            plain(voice.sum([D(5), D(-2), D('0.5')])),
            "5,00 € - 2,00 € + 0,50 €")
        self.assertEqual(
            plain(voice.list([('12', D(5)), ('13', D(1))])),
            "Code Commun 5,00 €, 13 1,00 €")
        self.assertEqual(voice.place('pre.cap'), PLACES['pre.cap'][1])

    def test_language(self):
        "Test that any French is French, and the rest English"
        for language, text in [
                ('fr', "Rien à reverser pour cette prestation."),
                ('fr_BE', "Rien à reverser pour cette prestation."),
                ('en', "This service shares nothing."),
                ('de', "This service shares nothing."),
                (None, "This service shares nothing."),
                ]:
            self.assertEqual(
                words.render(('total_nothing', {}), language), text)

    def test_season(self):
        "Test that each step can be done again by hand"
        first = settle(SEASON_CLAUSES, pot('15560'), SEASON[0])
        self.assertEqual(self.said(first.sentences), [
                "Base du calcul : 1 000,00 € de chiffre d'affaires - "
                "300,00 € à déduire = 700,00 €.",
                "Avant cette prestation, il reste 15 560,00 € à amortir.",
                "700,00 € × 35 % = 245,00 € ; c'est moins que le minimum, "
                "on prend 500,00 € ; pas plus de 60 % de la base : 700,00 € "
                "× 60 % = 420,00 €.",
                "420,00 € pour amortir l'apport de ccc.",
                "Part de cette prestation : 420,00 €, soit 60 % de la base.",
                "Il reste à amortir : 15 560,00 € - 420,00 € = 15 140,00 €.",
                ])
        fourth = settle(SEASON_CLAUSES, pot('9365'), SEASON[3])
        self.assertEqual(self.said(fourth.sentences, names={'ccc': "CCC"}), [
                "Base du calcul : 150 000,00 € de chiffre d'affaires - "
                "4 500,00 € à déduire = 145 500,00 €.",
                "Avant cette prestation, il reste 9 365,00 € à amortir.",
                "145 500,00 € × 35 % = 50 925,00 € ; c'est plus que le "
                "plafond, on prend 15 000,00 €.",
                "Il suffit de 62,43 % de cette prestation pour finir "
                "d'amortir : 9 365,00 € ÷ 15 000,00 €.",
                "Dans la base, on compte 90 840,50 € avant la "
                "fin de l'amortissement, et 54 659,50 € après.",
                "La suite relève des clauses d'après amortissement.",
                "145 500,00 € × 12 % = 17 460,00 € ; c'est plus que le "
                "plafond, on prend 6 000,00 €.",
                "Seul le reste de la prestation compte : 6 000,00 € × "
                "5 635,00 € ÷ 15 000,00 € = 2 254,00 €.",
                "9 365,00 € pour amortir l'apport de CCC.",
                "Part locale : 2 254,00 € × 10 % = 225,40 €.",
                "Research : 2 028,60 € × 50 % = 1 014,30 €.",
                "Hosting : 2 028,60 € × 30 % = 608,58 €.",
                "Renewal : 2 028,60 € × 20 % = 405,72 €.",
                "Part de cette prestation : 9 365,00 € + 2 254,00 € = "
                "11 619,00 €, soit 7,99 % de la base.",
                "Il ne reste rien à amortir.",
                ])
        self.assertEqual(self.said(fourth.sentences, 'en')[2:5], [
                "€145,500.00 × 35% = €50,925.00; more than the cap, so "
                "€15,000.00.",
                "62.43% of this service is enough to finish recouping: "
                "€9,365.00 ÷ €15,000.00.",
                "It is as if €90,840.50 of the base came before the end of "
                "recoupment, and €54,659.50 after.",
                ])

    def test_brief(self):
        "Test the line of a table"
        for service, remaining, line in [
                (SEASON[1], '15140',
                    "8 100,00 € × 35 % = 2 835,00 € ; ni le plafond ni le "
                    "minimum ne jouent."),
                (SEASON[4], '0',
                    "8 100,00 € × 12 % = 972,00 € ; ni le plafond ni le "
                    "minimum ne jouent."),
                ]:
            found = settle(SEASON_CLAUSES, pot(remaining), service)
            self.assertEqual(plain(words.brief(found.sentences)), line)

    def texts(self, clauses, service, balances=(), **values):
        return '\n'.join(self.said(
                settle(clauses, balances, service, **values).sentences))

    def test_schedules(self):
        for schedule, base, text in [
                (BEFORE, '9000',
                    "Jusqu'à 2 000,00 € : 2 000,00 € × 50 % = 1 000,00 €.\n"
                    "De 2 000,00 € à 9 000,00 € : 7 000,00 € × 25 % = "
                    "1 750,00 €.\n"
                    "En tout : 1 000,00 € + 1 750,00 € = 2 750,00 €.\n"),
                (CLASS, '20000.01',
                    "Pour une base de 20 000,01 €, le taux est de 15 % : "
                    "20 000,01 € × 15 % = 3 000,0015 € ; arrondi à "
                    "3 000,00 €.\n"),
                (Schedule('fixed', amount=D(300)), '200',
                    "Montant fixe : 300,00 € ; pas plus que la base : "
                    "200,00 €.\n"),
                (Schedule('flat', rate=D('0.35'), cap=D(9000)), '8333.50',
                    "8 333,50 € × 35 % = 2 916,725 € ; le plafond ne joue "
                    "pas ; arrondi à 2 916,73 €.\n"),
                (flat('0.35', '500'), '9000',
                    "9 000,00 € × 35 % = 3 150,00 € ; le minimum ne joue "
                    "pas.\n"),
                ]:
            with self.subTest(schedule=schedule.kind):
                self.assertIn(text, self.texts(
                        make_clauses(schedule, schedule), make_service(base),
                        pot('99999')))

    def test_cascade(self):
        tiers = Schedule('tiers', tiers=(
                Tier('follow', 'time', amount=D(300), beneficiary='ccc',
                    label="Suivi"),
                Tier('costs', 'cost', amount=D(500), beneficiary='ccc',
                    label="Frais", carry=True),
                Tier('pot', 'recoup', rate=D('0.20'), label="Matériel"),
                Tier('research', 'net_pct', rate=D('0.10'), label="R&D"),
                Tier('end', 'residual', beneficiary='mamasound',
                    label="Reste")))
        service = make_service(
            '9000', days={'follow': D('2.5')}, costs={'costs': D(600)})
        self.assertIn(
            "Suivi : 2,5 jour(s) × 300,00 € = 750,00 €.\n"
            "Frais : 600,00 € de frais, mais pas plus de 500,00 € ; avec "
            "40,00 € en attente depuis avant : 540,00 €.\n"
            "Matériel : 9 000,00 € × 20 % = 1 800,00 € pour amortir.\n"
            "R&D : il reste 5 910,00 € × 10 % = 591,00 €.\n"
            "Reste : tout ce qui reste, 5 319,00 €.\n"
            "En tout : 750,00 € + 540,00 € + 1 800,00 € + 591,00 € + "
            "5 319,00 € = 9 000,00 €.\n",
            self.texts(
                make_clauses(tiers, tiers), service, pot('9999'),
                brought={'costs': D(40)}))
        # A cap takes from the last step up, whatever is said of each.
        limited = replace(tiers, cap=D(3000))
        self.assertIn(
            "R&D : il reste 5 950,00 € × 10 % = 595,00 € ; ramené à 0,00 € "
            "par les limites qui suivent.\n"
            "Reste : tout ce qui reste, 5 355,00 € ; ramené à 0,00 € par les "
            "limites qui suivent.\n"
            "En tout : 750,00 € + 500,00 € + 1 800,00 € + 595,00 € + "
            "5 355,00 € = 9 000,00 € ; c'est plus que le plafond, on prend "
            "3 000,00 €.\n", self.texts(
                make_clauses(limited, limited), service, pot('9999')))
        # The pot needs half of the 1 800.
        self.assertIn(
            "Il suffit de 50 % de cette prestation pour finir d'amortir : "
            "900,00 € ÷ 1 800,00 €.\n", self.texts(
                make_clauses(tiers, tiers), service, pot('900')))

    def test_alerts(self):
        for turnover, human_cost, text in [
                ('500', '900', "500,00 € de chiffre d'affaires - 150,00 €"),
                ('-500', '0', "la base est 0,00 €. À vérifier."),
                ]:
            self.assertIn(text, self.texts(
                    SEASON_CLAUSES, make_service(turnover, human_cost)))
        self.assertIn(
            "À déduire : 900,00 €, mais on ne déduit pas plus de 30 % du "
            "chiffre d'affaires : 500,00 € × 30 % = 150,00 €.\n",
            self.texts(SEASON_CLAUSES, make_service('500', '900')))

    def test_retained(self):
        self.assertIn(
            "Mamasound garde ce qui lui revient : 2 835,00 € - "
            "562,33 € = 2 272,67 € à payer.", self.texts(
                make_clauses(flat('0.35'), None), SEASON[1], (
                    Balance('ccc', D(15560)), Balance('mamasound', D(3850)))))

    def test_postings(self):
        for kind, amount, contributor, balances, texts in [
                ('contribution', '100', 'ccc', (), [
                        "04/07/2026 : 100,00 € de plus à amortir pour ccc.",
                        "Il reste 100,00 € à amortir."]),
                ('indemnity', '-150', 'ccc', pot('100'), [
                        "04/07/2026 : 100,00 € de moins à amortir pour ccc.",
                        "50,00 € de plus que ce qui restait : ce surplus va "
                        "au fonds de renouvellement.",
                        "Il ne reste rien à amortir."]),
                ('rental', '-30', None, pot('100'), [
                        "04/07/2026 : 30,00 € de moins à amortir.",
                        "Il reste 70,00 € à amortir."]),
                ('adjustment', '30', None, pot('100'), [
                        "04/07/2026 : 30,00 € de plus à amortir.",
                        "Il reste 130,00 € à amortir."]),
                ('accrual', '30', 'ccc', pot('0'), [
                        "04/07/2026 : on ne compte pas 30,00 € de nouveaux "
                        "frais, tout était déjà amorti.",
                        "Il ne reste rien à amortir."]),
                ]:
            with self.subTest(kind=kind):
                posting = post(
                    Entry(dt.date(2026, 7, 4), kind, D(amount), contributor),
                    balances, D('0.01'))
                self.assertEqual(self.said(posting.sentences), texts)

    def test_adjustment(self):
        clauses = make_clauses(flat('0.35'), flat('0.12'))
        original = settle(clauses, pot('15560'), make_service('9000'))
        said = self.said(adjust(
                original, make_service('8000'),
                dt.date(2026, 10, 1)).sentences)
        self.assertEqual(said[:2] + said[-3:], [
                "La prestation 1 du 01/06/2026 est corrigée : base 8 000,00 "
                "€ au lieu de 9 000,00 €.",
                "On refait le calcul avec ce qui restait à amortir ce "
                "jour-là.",
                "Part recalculée : 2 800,00 € - 3 150,00 € déjà compté = "
                "-350,00 €.",
                "De nouveau à amortir : 350,00 € ; il reste 12 760,00 €.",
                "350,00 € à rendre.",
                ])

    def test_problems(self):
        clauses = Clauses(
            '1', dt.date(2026, 1, 1), Schedule(
                'flat', rate=D('1.2'), floor=D(500), cap=D(400)),
            flat('0.12'), destinations=(Destination('a', D('0.9')),))
        self.assertEqual(
            [plain(words.render(p)) for p in clauses.check()], [
                "Taux avant amortissement : écrivez un pourcentage entre "
                "0 % et 100 % au lieu de 120 %.",
                "Avant amortissement : le minimum de 500,00 € dépasse le "
                "plafond de 400,00 € ; baissez l'un ou montez l'autre.",
                "Les destinations totalisent 90 % ; il faut 100 %.",
                ])
        self.assertEqual(
            [plain(t) for t in words.say(
                    make_clauses(CLASS, None).warnings(), 'en')][0],
            "Before recoupment: just above €5,000.00 the share falls from "
            "€2,000.00 to €1,500.003; it is as high again from €6,666.67.")

    def test_from_json(self):
        "Test that sentences kept as JSON are said the same"
        for sentences in [
                settle(
                    SEASON_CLAUSES, (
                        Balance('ccc', D(9000)), Balance('b', D(365))),
                    SEASON[3]).sentences,
                post(
                    Entry(dt.date(2026, 7, 4), 'rental', D(-5)), pot('9'),
                    D('0.01')).sentences,
                ]:
            kept = json.loads(json.dumps(sentences, default=str))
            for language in words.LANGUAGES:
                self.assertEqual(
                    words.say(kept, language),
                    words.say(sentences, language))

    def test_unbreakable(self):
        "Test that no line ends before a sign, nor inside an amount"
        found = settle(
            SEASON_CLAUSES, pot('9365'), SEASON[3])
        for text in words.say(found.sentences):
            self.assertNotRegex(text, r' [;:!?%€]')
            self.assertNotRegex(text, r'\d \d')

    def test_texts(self):
        "Test that both languages write the same values"
        field = re.compile(r'\{(\w+:\w)\}')
        for code, texts in TEXTS.items():
            with self.subTest(code=code):
                english, french = texts
                self.assertEqual(
                    set(field.findall(english)), set(field.findall(french)))
                self.assertEqual(english[0] == ';', french[0] == ';')
                self.assertNotIn('.', (english[-1], french[-1]))
                self.assertNotIn(NBSP, french)
        for english, french in PLACES.values():
            self.assertTrue(english and french)
        self.assertLessEqual(words.BRIEF, TEXTS.keys())

    def test_many_lines(self):
        service = Service(
            '1', dt.date(2026, 6, 1),
            (Amount("A", D(5000)), Amount("B", D(4000))),
            (Amount("C", D(500)), Amount("D", D(400))))
        self.assertEqual(
            self.said(settle(
                    make_clauses(flat('0.35'), None), (),
                    service).sentences), [
                "Chiffre d'affaires hors taxes : 5 000,00 € + 4 000,00 € = "
                "9 000,00 €.",
                "À déduire : 500,00 € + 400,00 € = 900,00 €.",
                "Base du calcul : 9 000,00 € de chiffre d'affaires - 900,00 "
                "€ à déduire = 8 100,00 €.",
                "Tout est déjà amorti : on applique les clauses d'après "
                "amortissement.",
                "Ces clauses ne demandent plus rien après l'amortissement.",
                "Rien à reverser pour cette prestation.",
                ])
