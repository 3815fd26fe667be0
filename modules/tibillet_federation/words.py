"""Sentences of the engine in English and French.

Each text is a template: {name:kind}, where kind says how to write a value.
    a  an amount                      p  a percentage
    d  a date                         n  a number
    s  a sum of amounts               l  amounts by name
    k  a name                         w  a place among the clauses
A text that begins with ";" goes on with the sentence before it. French is
written here with ordinary spaces: those before a sign are made unbreakable.
Values may come back from JSON: amounts and dates are then texts.
"""
import datetime as dt
import re
from decimal import Decimal

from .texts import PLACES, TEXTS

LANGUAGES = ['en', 'fr']
# What tells in one line how a share was found.
BRIEF = {
    'flat', 'fixed', 'class', 'slice', 'slice_first', 'slices', 'tier_cost',
    'tier_cost_most', 'tier_time', 'tier_gross_pct', 'tier_net_pct',
    'tier_recoup', 'tier_recoup_all', 'tier_fixed', 'tier_residual',
    'tier_brought', 'tier_ahead', 'tier_short', 'tier_cut', 'limit_floor',
    'limit_cap', 'limit_max_rate', 'limit_base', 'limits_none',
    'limits_no_floor', 'limits_no_cap', 'rounded', 'crossing_split',
    'crossing_post', 'crossing_parts', 'crossing_whole', 'base_negative',
    'nothing_pre', 'nothing_post',
    }
NBSP = '\u00a0'
MINUS = '\u2212'
_FRENCH = str.maketrans({',': NBSP, '.': ',', '-': MINUS})
_ENGLISH = str.maketrans({'-': MINUS})
_FIELD = re.compile(r'\{(\w+):(\w)\}')
_CENT = Decimal('0.01')
MONTHS = [
    'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct',
    'Nov', 'Dec']


class Voice:
    """How to write values: language, symbol and digits of the currency

    names: what to write for a contributor, a beneficiary, an operator or a
        label, when the engine was given a key.
    """

    def __init__(self, language='fr', symbol='€', quantum=_CENT, names=None):
        self.french = (language or '').startswith('fr')
        self.symbol = symbol
        self.quantum = quantum
        self.names = names or {}
        self.kinds = {
            'a': self.amount, 'p': self.percentage, 'd': self.date,
            'n': self.number, 's': self.sum, 'l': self.list,
            'k': self.name, 'w': self.place,
            }
        self._templates = {}
        self._percentages = {}
        self._amounts = {}

    def amount(self, value):
        # The sentences of a service repeat the same amounts.
        text = self._amounts.get(value)
        if text is None:
            if len(self._amounts) > 5000:
                self._amounts.clear()
            text = self._amounts[value] = self._amount(Decimal(value))
        return text

    def _amount(self, value):
        # An amount not rounded yet is written with all its digits.
        rounded = value.quantize(self.quantum)
        text = f'{rounded if rounded == value else value.normalize():,f}'
        if self.french:
            return f'{text.translate(_FRENCH)}{NBSP}{self.symbol}'
        if value < 0:
            return f'{MINUS}{self.symbol}{text[1:]}'
        return f'{self.symbol}{text}'

    def number(self, value):
        text = f'{Decimal(value).normalize():,f}'
        return text.translate(_FRENCH if self.french else _ENGLISH)

    def percentage(self, value):
        text = self._percentages.get(value)
        if text is None:
            if len(self._percentages) > 5000:
                self._percentages.clear()
            text = self.number(Decimal(value) * 100)
            text += f'{NBSP}%' if self.french else '%'
            self._percentages[value] = text
        return text

    def date(self, value):
        if isinstance(value, str):
            value = dt.date.fromisoformat(value)
        if self.french:
            return f'{value:%d/%m/%Y}'
        # Neither day nor month first: 03/11 is read both ways in English.
        return f'{value.day} {MONTHS[value.month - 1]} {value.year}'

    def sum(self, values):
        texts = [self.amount(values[0])] if values else []
        for value in map(Decimal, values[1:]):
            sign = MINUS if value < 0 else '+'
            texts.append(f'{sign} {self.amount(abs(value))}')
        return ' '.join(texts)

    def list(self, pairs):
        return ', '.join(
            f'{self.name(name)} {self.amount(value)}'
            for name, value in pairs)

    def name(self, value):
        return str(self.names.get(value, value))

    def place(self, value):
        return PLACES.get(value, (value, value))[self.french]

    def render(self, code, values):
        "Return the text of one sentence, without capital nor full stop"
        if code not in self._templates:
            self._templates[code] = self._template(code)
        text, fields = self._templates[code]
        return text % tuple([write(values[name]) for name, write in fields])

    def _template(self, code):
        "Return a text with %s, and what writes each value"
        text = TEXTS[code][self.french]
        if self.french:
            text = _unbreakable(text)
        fields = [
            (name, self.kinds[kind]) for name, kind in _FIELD.findall(text)]
        return _FIELD.sub('%s', text.replace('%', '%%')), fields

    def say(self, sentences):
        "Return whole sentences"
        said = []
        for code, values in sentences:
            text = self.render(code, values)
            if text[0] == ';' and said:
                said[-1] += f'{NBSP}{text}' if self.french else text
            else:
                said.append(text.lstrip('; '))
        return [_finish(text) for text in said]

    def brief(self, sentences):
        "Return one line that tells how a share was found"
        return ' '.join(self.say([s for s in sentences if s[0] in BRIEF]))


def _finish(text):
    return text[0].upper() + text[1:] + ('' if text[-1] in '.!?' else '.')


def render(sentence, language='fr', symbol='€', names=None):
    "Return the text of one (code, values), as a whole sentence"
    return Voice(language, symbol, names=names).say([sentence])[0]


def say(sentences, language='fr', symbol='€', names=None):
    "Return whole sentences, in a list"
    return Voice(language, symbol, names=names).say(sentences)


def brief(sentences, language='fr', symbol='€', names=None):
    "Return one line that tells how a share was found"
    return Voice(language, symbol, names=names).brief(sentences)


def plain(text):
    "Return text with ordinary spaces and signs, for a CSV or a search"
    return text.replace(NBSP, ' ').replace(MINUS, '-')


def _unbreakable(text):
    return re.sub(r' ([;:!?%»])', rf'{NBSP}\1', text).replace(
        '« ', f'«{NBSP}')
