import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tibillet_membership import amount_words

WORDS = {
    word: value for value, word in enumerate([
        'zéro', 'un', 'deux', 'trois', 'quatre', 'cinq', 'six', 'sept',
        'huit', 'neuf', 'dix', 'onze', 'douze', 'treize', 'quatorze',
        'quinze', 'seize'])}
WORDS.update({
        'vingt': 20, 'trente': 30, 'quarante': 40, 'cinquante': 50,
        'soixante': 60})


def read(words):
    "Read a number in words, by another way than it was written"
    total = group = 0
    for written in words.replace('-', ' ').split():
        word = {
            'vingts': 'vingt', 'cents': 'cent', 'millions': 'million',
            }.get(written, written)
        if word == 'et':
            continue
        elif word == 'vingt' and group % 100 == 4:
            # quatre-vingt
            group += 76
        elif word == 'cent':
            group = group * 100 if group else 100
        elif word == 'mille':
            total, group = total + max(group, 1) * 1000, 0
        elif word == 'million':
            total, group = total + group * 10 ** 6, 0
        else:
            group += WORDS[word]
    return total + group


def read_euros(words):
    words = words.replace("d'", '')
    whole, _, cents = words.rpartition(' euro')
    if not whole:
        return Decimal(read(words.rsplit(' ', 1)[0])) / 100
    cents = cents.removeprefix('s').removeprefix(' et ')
    cents = read(cents.rsplit(' ', 1)[0]) if cents else 0
    return Decimal(read(whole)) + Decimal(cents) / 100


class AmountWordsTestCase(unittest.TestCase):

    def test_euros(self):
        for amount, expected in [
                ('0', "zéro euro"),
                ('0.01', "un centime"),
                ('0.80', "quatre-vingts centimes"),
                ('1', "un euro"),
                ('1.01', "un euro et un centime"),
                ('2', "deux euros"),
                ('11.11', "onze euros et onze centimes"),
                ('16', "seize euros"),
                ('17', "dix-sept euros"),
                ('20', "vingt euros"),
                ('21', "vingt et un euros"),
                ('22', "vingt-deux euros"),
                ('61', "soixante et un euros"),
                ('70', "soixante-dix euros"),
                ('71', "soixante et onze euros"),
                ('72', "soixante-douze euros"),
                ('77', "soixante-dix-sept euros"),
                ('80', "quatre-vingts euros"),
                ('81', "quatre-vingt-un euros"),
                ('90', "quatre-vingt-dix euros"),
                ('91', "quatre-vingt-onze euros"),
                ('99', "quatre-vingt-dix-neuf euros"),
                ('100', "cent euros"),
                ('101', "cent un euros"),
                ('180', "cent quatre-vingts euros"),
                ('200', "deux cents euros"),
                ('201', "deux cent un euros"),
                ('999', "neuf cent quatre-vingt-dix-neuf euros"),
                ('1000', "mille euros"),
                ('1001', "mille un euros"),
                ('1100', "mille cent euros"),
                ('2000', "deux mille euros"),
                ('21000', "vingt et un mille euros"),
                ('80000', "quatre-vingt mille euros"),
                ('80080', "quatre-vingt mille quatre-vingts euros"),
                ('200000', "deux cent mille euros"),
                ('280000', "deux cent quatre-vingt mille euros"),
                ('1000000', "un million d'euros"),
                ('1000001', "un million un euros"),
                ('1200000', "un million deux cent mille euros"),
                ('80000000', "quatre-vingts millions d'euros"),
                ('200000000', "deux cents millions d'euros"),
                ('200000000.50',
                    "deux cents millions d'euros et cinquante centimes"),
                ('999999999.99',
                    "neuf cent quatre-vingt-dix-neuf millions "
                    "neuf cent quatre-vingt-dix-neuf mille "
                    "neuf cent quatre-vingt-dix-neuf euros et "
                    "quatre-vingt-dix-neuf centimes"),
                ]:
            with self.subTest(amount=amount):
                self.assertEqual(
                    amount_words.euros(Decimal(amount)), expected)

    def test_refused(self):
        for amount in ['-0.01', '1000000000', '0.001', 'NaN', 'Infinity']:
            with self.subTest(amount=amount), self.assertRaises(ValueError):
                amount_words.euros(Decimal(amount))

    def test_below_thousand(self):
        for value in range(1000):
            self.assertEqual(read(amount_words.number(value)), value)

    @given(cents=st.integers(0, 99_999_999_999))
    def test_read_back(self, cents):
        amount = Decimal(cents) / 100
        self.assertEqual(read_euros(amount_words.euros(amount)), amount)
