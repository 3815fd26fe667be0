"""The draft convention, loaded as it is written, adopted by signature.

Nothing the authors wrote is corrected: declared totals stand beside the
computed ones, and what contradicts itself is a question of the convention.
"""
import datetime as dt
from decimal import Decimal

from proteus import Model

from . import books, draft

START = dt.date(2026, 1, 1)
SIGNED = dt.date(2025, 12, 18)


def build(house, progress):
    progress("convention")
    with books.working_for(house.cooperative):
        convention = _convention(house)
        progress("contributions")
        # They were announced before the convention began.
        with books.told_later():
            _contributions(convention, house)
        _obligations(convention, house)
        _questions(convention)
        progress("clauses")
        _version(convention)
        convention.click('activate')
        convention.reload()
    return convention


def _convention(house):
    Convention = Model.get('tibillet.convention')
    convention = Convention(name=draft.TITLE, purpose=draft.PREAMBLE)
    convention.start = START
    parties = house.parties
    for party, roles, status, signatory, recoups in [
            (parties.cooperative,
                ('provider', 'contributor', 'owner', 'beneficiary'),
                'scic', "Dominique Aubert", True),
            (parties.association, ('operator', 'contributor'),
                'association', "Claude Marin", False),
            (parties.second, ('operator', 'contributor'),
                'association', "Alix Perrin", False)]:
        line = convention.parties.new()
        line.party = Model.get('party.party')(party.id)
        line.roles = list(roles)
        line.legal_status = status
        line.signatory = signatory
        line.recoups = recoups
        line.declared_total = draft.DECLARED.get(party.name)
    convention.save()
    return convention


def _contributions(convention, house):
    Contribution = Model.get('tibillet.convention.contribution')
    Party = Model.get('party.party')
    unit = books.data('product.uom', 'product.uom_unit')
    day = books.data('product.uom', 'product.uom_day')
    for party in [house.parties.cooperative, house.parties.association]:
        for line in draft.CONTRIBUTIONS[party.name]:
            nature, description, quantity, unit_cost, vat_rate = line
            contribution = Contribution(convention=convention)
            contribution.contributor = Party(party.id)
            contribution.date = draft.PUBLISHED
            contribution.nature = nature
            contribution.description = description
            contribution.quantity = Decimal(quantity)
            contribution.unit = day if nature == 'time' else unit
            contribution.unit_cost = unit_cost
            contribution.tax_included = True
            contribution.vat_rate = vat_rate
            contribution.vat_recoverable = vat_rate is not None
            contribution.recovered_through = 'pot'
            contribution.save()
    convention.reload()


def _obligations(convention, house):
    lines = {l.party.name: l for l in convention.parties}
    for name, texts in draft.OBLIGATIONS.items():
        for text in texts:
            obligation = convention.obligations.new()
            obligation.party = lines[name]
            obligation.text = text
    convention.save()


def _questions(convention):
    for title, text in draft.QUESTIONS:
        question = convention.questions.new()
        question.title = title
        question.text = text
    convention.save()


def _version(convention):
    "The clauses of the first year, signed by both partners"
    Version = Model.get('tibillet.convention.version')
    version = Version(convention=convention)
    version.effective_from = START
    version.pre_kind = 'flat'
    version.pre_rate = Decimal('0.35')
    version.pre_floor = Decimal('500')
    version.pre_cap = Decimal('15000')
    version.post_kind = 'flat'
    version.post_rate = Decimal('0.12')
    version.post_floor = Decimal('150')
    version.post_cap = Decimal('6000')
    version.max_rate = Decimal('0.60')
    version.crossing = 'split'
    version.valuation = 'gross'
    version.exclusions = ['human']
    version.due_rule = 'payments'
    version.payment_days = 30
    destination = version.destinations.new()
    destination.name = "Recherche, développement et hébergement"
    destination.rate = Decimal(1)
    for title, text in draft.ARTICLES:
        version.articles.new(title=title, text=text)
    version.save()
    version.click('propose')
    for line in convention.parties:
        if line.signatory:
            signature = version.signatures.new()
            signature.party = line
            signature.signatory = line.signatory
            signature.date = SIGNED
            signature.place = "Montpellier"
    version.save()
    version.click('adopt')
