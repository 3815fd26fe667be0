"""The clauses of a version, ready to print.

It reads the content of the version, which is the same data as its JSON and
its fingerprint: what was adopted is printed as it was adopted. The template
only lays it out.
"""
from collections import defaultdict
from decimal import Decimal

from trytond.transaction import Transaction

from . import words
from .clauses_export import get_content, say


def paragraphs(text):
    "Return the paragraphs of a text, each a list of lines"
    found = [[]]
    for line in (text or '').splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return [p for p in found if p]


class ClausesDocument:

    def __init__(self, version):
        self.data = get_content(version)
        currency = self.data['currency']
        self.language = self.data['language']
        self.rounding = Decimal(currency['rounding'])
        self.voice = words.Voice(
            self.language, symbol=currency['symbol'], quantum=self.rounding)
        with Transaction().set_context(language=self.language):
            self._name(version.__class__(version.id))

    def _name(self, version):
        "Say what the document is, in its language whoever prints it"
        self.is_draft = version.state in {'draft', 'proposed'}
        self.name = version.rec_name
        self.hash = version.hash
        self.subtitle = say(
            'subtitle_draft' if self.is_draft else 'subtitle_adopted',
            version=self.name,
            adopted=self.date(self['adopted_on']),
            date=self.date(self['effective_from']))
        # What is still to be answered.
        self.questions = [
            q for q in version.convention.questions
            if self.is_draft and q.state == 'open']
        # What tells that this is what was adopted.
        self.origin = []
        if self.hash:
            self.origin = [say('fingerprint', hash=self.hash), say('compute')]
        elif not self.is_draft:
            self.origin = [say('fingerprint_none')]

    def __getitem__(self, name):
        return self.data[name]

    def amount(self, amount):
        return self.voice.amount(Decimal(amount)) if amount is not None else ''

    def price(self, price):
        "Return a unit cost, which may have more digits than the currency"
        price = Decimal(price)
        return self.voice.amount(max(price, price.quantize(self.rounding)))

    def rate(self, rate):
        return self.voice.percentage(Decimal(rate))

    def number(self, number):
        return self.voice.number(Decimal(number))

    def date(self, date):
        return self.voice.date(date) if date else ''

    @property
    def title(self):
        return self['convention']['name']

    @property
    def purpose(self):
        return paragraphs(self['convention']['purpose'])

    @property
    def articles(self):
        return [
            article | {'paragraphs': paragraphs(article['text'])}
            for article in self['articles']]

    @property
    def obligations(self):
        "Return the obligations of each party that has some"
        found = defaultdict(list)
        for obligation in self['obligations']:
            found[obligation['party']].append(obligation)
        return found.items()
