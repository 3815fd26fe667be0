"""A statement ready to print: everything is computed here.

It reads the content of the statement, which is the same data as its JSON and
its fingerprint, and adds what comes after it is locked: what is paid.
"""
import datetime as dt
import json
from collections import defaultdict
from decimal import Decimal
from math import ceil

from genshi.input import XML

from trytond.pool import Pool

from tibillet import chain
from tibillet.money import half_up
from tibillet.shares import split

from . import statement_svg as svg
from .settlement_figures import get_voice
from .statement_document_invoice import InvoicesMixin, say
from .statement_export import get_data
from .statement_text import (
    get_due_lines, get_headline, get_remaining, get_waiting, say_late)

ZERO = Decimal(0)
# Above this each service is told in one line.
DETAILED_MAX = 40
# Above so many signs the headline is printed smaller.
HEADLINE_MAX = 160


def of_hundred(amounts, quantum):
    """Return the parts of 100 of amounts, which sum to it

    When a correction takes back more than is sold some are negative: each is
    then rounded alone, half up.
    """
    total = sum(amounts, ZERO)
    if not total:
        return [ZERO] * len(amounts)
    if min(amounts) < 0:
        return [half_up(a * 100 / total, quantum) for a in amounts]
    return split(Decimal(100), amounts, quantum)


def get_moved(amounts, parts, quantum):
    """Return the indexes of the parts of 100 that rounding alone misses

    They are a cent off so that all sum to 100.
    """
    total = sum(amounts, ZERO)
    return [
        index for index, (amount, part) in enumerate(
            zip(amounts, parts, strict=True))
        if total and part != half_up(amount * 100 / total, quantum)]


def get_set_offs(flows):
    "Return (payer, beneficiary, difference) of those who owe each other"
    amounts = {
        (f['payer'], f['beneficiary']): Decimal(f['amount']) for f in flows}
    found = []
    for (payer, beneficiary), amount in amounts.items():
        back = amounts.get((beneficiary, payer), ZERO)
        if back > 0 and (
                amount > back or (amount == back and payer < beneficiary)):
            found.append((payer, beneficiary, amount - back))
    return found


# The states in which no line may be contested any more.
CLOSED = ['approved', 'locked', 'invoiced', 'settled']
# Blocks that a statement locked before they existed does not have.
LATER_BLOCKS = ['obligations']


def get_content(statement):
    """Return the content as its JSON gives it: amounts and dates are texts

    Once sent it is what was sent, with what has come meanwhile.
    """
    content = statement.get_kept_content()
    data = json.loads(content or chain.canonical(get_data(statement)))
    if not content:
        data |= json.loads(statement.get_sent_content() or '{}')
    return dict.fromkeys(LATER_BLOCKS, ()) | data


class StatementDocument(InvoicesMixin):

    def __init__(self, statement, party=None):
        """
        party: who reads it; nobody in particular by default.
        """
        self.statement = statement
        self.convention = statement.convention
        self.data = get_content(statement)
        self.voice = get_voice(statement.convention)
        self.headline = get_headline(statement, party)
        self.waiting = get_waiting(statement)
        self.remaining = get_remaining(statement)
        self._labels = {}

    @property
    def is_headline_long(self):
        return len(self.headline) > HEADLINE_MAX

    # How values are written

    def amount(self, value):
        return self.voice.amount(value) if value is not None else ''

    def date(self, value):
        return self.voice.date(value) if value else ''

    def number(self, value):
        return self.voice.number(value) if value is not None else ''

    def percentage(self, value):
        if value is None:
            return ''
        return self.voice.percentage(
            Decimal(value).quantize(Decimal('0.0001')))

    def label(self, model, name, value):
        "Return the label of a selection in the language of the document"
        pool = Pool()
        key = model, name
        if key not in self._labels:
            field = pool.get(f'tibillet.convention.{model}').fields_get(
                [name])[name]
            self._labels[key] = dict(field['selection'])
        return self._labels[key].get(value, value or '')

    # Block 1: who, which clauses, which period

    @property
    def title(self):
        return say('title', number=self.data['number'])

    @property
    def subtitle(self):
        return say(
            'subtitle',
            convention=self.data['convention']['name'],
            start=self.date(self.data['start_date']),
            end=self.date(self.data['end_date']))

    @property
    def state(self):
        return self.label('statement', 'state', self.statement.state)

    @property
    def clauses(self):
        return [
            say(
                'clauses', version=v['name'],
                adopted=self.date(v['adopted_on']),
                date=self.date(v['effective_from']))
            for v in self.data['clauses']]

    @property
    def parties(self):
        return [{
                'name': p['name'],
                'roles': ', '.join(
                    self.label('party', 'roles', r) for r in p['roles']),
                'vat': self.label('party', 'vat_regime', p['vat_regime']),
                }
            for p in self.data['parties']]

    # Block 3: gauge, curve, contributors

    @property
    def pot(self):
        return self.data['pot']

    @property
    def recouped(self):
        return Decimal(self.pot['pot'] or 0) - Decimal(
            self.pot['closing_remaining'] or 0)

    @property
    def gauge(self):
        total = Decimal(self.pot['pot'] or 0)
        if not total:
            return None
        part = self.recouped / total
        return XML(svg.gauge(part, self.percentage(part)))

    @property
    def curve(self):
        points = self._get_points()
        if len(points) < 2:
            return None
        return XML(svg.curve(
                points,
                min(dt.date.fromisoformat(self.data['start_date']),
                    points[0][0]),
                dt.date.fromisoformat(self.data['end_date']),
                lambda a: self.voice.number(a), self.voice.date,
                self.projection))

    def _get_points(self):
        "Return (date, pot, recouped) at the end of each day of the ledger"
        days, total, recouped = {}, ZERO, ZERO
        for entry in self.data['ledger']:
            amount = Decimal(entry['amount'])
            if entry['type'] in {'contribution', 'accrual'}:
                total += amount
            else:
                recouped -= amount
            days[dt.date.fromisoformat(entry['date'])] = total, recouped
        return [(d, *amounts) for d, amounts in sorted(days.items())]

    @property
    def projection(self):
        "Return when all would be recouped at the pace of the period"
        remaining = Decimal(self.pot['closing_remaining'] or 0)
        recouped = Decimal(self.data['totals']['recouped'])
        if not remaining or recouped <= 0:
            return None
        start = dt.date.fromisoformat(self.data['start_date'])
        end = dt.date.fromisoformat(self.data['end_date'])
        days = ceil(remaining / recouped * ((end - start).days + 1))
        # Further than three years nobody knows.
        return end + dt.timedelta(days=days) if days < 1100 else None

    # Block 4: services

    @property
    def lines(self):
        return self.data['lines']

    @property
    def late(self):
        "Say which services are from before the period, if any"
        return say_late(
            self.convention, dt.date.fromisoformat(self.data['start_date']), [
                (l['kind'], l['number'], dt.date.fromisoformat(l['date']))
                for l in self.lines])

    @property
    def is_detailed(self):
        return len(self.lines) <= DETAILED_MAX

    def after(self, line):
        "Return what a line gives to the destinations and the local fund"
        return sum(
            (Decimal(line[n]) for n in ['tiers', 'local', 'destinations']),
            ZERO)

    @property
    def totals(self):
        return self.data['totals']

    @property
    def phases(self):
        return {p: self.label('statement.line', 'phase', p)
            for p in ['pre', 'crossing', 'post']}

    # Block 5: where 100 € go

    @property
    def uses_title(self):
        return say('uses', amount=f'100\u00a0{self.voice.symbol}')

    @property
    def uses(self):
        "Return (name, colour, amount, of 100) for the period"
        uses = self._total_uses()
        amounts = [uses[name] for name in svg.COLOURS]
        return [
            (say(f'use_{name}'), colour, amount, part)
            for (name, colour), amount, part in zip(
                svg.COLOURS.items(), amounts,
                of_hundred(amounts, self.voice.quantum), strict=True)]

    @property
    def uses_total(self):
        "Return the sums of the amounts and of the parts"
        return [
            sum((values[i] for values in self.uses), ZERO) for i in [2, 3]]

    @property
    def uses_rounding(self):
        "Say which parts are a cent off, so that they sum to 100"
        names, _, amounts, parts = zip(*self.uses)
        moved = get_moved(amounts, parts, self.voice.quantum)
        if moved:
            return say(
                'uses_rounding', whole=self.amount(self.uses_total[1]),
                names=', '.join(names[i] for i in moved))

    def _total_uses(self):
        uses = defaultdict(Decimal)
        for line in self.lines:
            for name, amount in line['uses'].items():
                uses[name] += Decimal(amount)
        return uses

    def bar(self, line=None):
        uses = line['uses'] if line else self._total_uses()
        return XML(svg.bar({n: Decimal(a) for n, a in uses.items()}))

    # Block 6: contributions

    @property
    def contributions(self):
        "Return the contributions by contributor, with their totals"
        groups = []
        for contributor in self.pot['contributors']:
            name = contributor['name']
            lines = [
                c for c in self.data['contributions']
                if c['contributor'] == name]
            if not lines:
                continue
            groups.append({
                    'contributor': contributor,
                    'lines': lines,
                    'gross': sum((Decimal(c['gross']) for c in lines), ZERO),
                    'net': sum((Decimal(c['net']) for c in lines), ZERO),
                    # Statements locked before they held it do not show it.
                    'declared': contributor.get('declared'),
                    'gap': contributor.get('gap'),
                    })
        return groups

    # Block 10: the costs of both sides

    @property
    def cost_payers(self):
        return [p['name'] for p in self.data['parties']]

    @property
    def costs(self):
        "Return (nature, (period, total) by payer) and the sums"
        rows = defaultdict(dict)
        for amounts in self.data['costs']['sums']:
            rows[amounts['nature']][amounts['payer']] = (
                amounts['period'], amounts['total'])
        return [
            (self.nature(nature), [
                    by_payer.get(p) for p in self.cost_payers])
            for nature, by_payer in rows.items()]

    @property
    def costs_missing(self):
        "Return the parties of which no cost is known"
        known = {c['payer'] for c in self.data['costs']['sums']}
        return [
            p['name'] for p in self.data['parties']
            if p['name'] not in known
            and {'provider', 'operator'} & set(p['roles'])]

    @property
    def unproved(self):
        "Return sentences that name the services of pay without evidence"
        # Statements locked before they held it do not tell.
        costs = [
            c for c in self.data['costs']['lines']
            if c['service'] and c.get('without_evidence')]
        deducted = {c['service'] for c in costs if c.get('lowers_share')}
        others = {c['service'] for c in costs} - deducted
        return [
            say(name, services=', '.join(sorted(services)))
            for name, services in [
                ('unproved_deducted', deducted), ('unproved', others)]
            if services]

    def nature(self, value):
        # The natures of all costs are those of a person's and of a common
        # one, whose names are the same everywhere.
        if value == 'waived':
            return self.label('service.human_cost', 'kind', value)
        return self.label('cost', 'nature', value)

    def recovered(self, cost):
        "Say through what a cost is recovered"
        if (cost['service'] and cost.get('people')
                and cost['recovered_through'] == 'none'):
            # The clauses say what is deducted of the people of a service.
            return '–'
        return self.label(
            'service.human_cost', 'recovered_through',
            cost['recovered_through'])

    # Block 14: who pays what

    @property
    def flows(self):
        return [f for f in self.data['settlement'] if f['mode'] == 'pay']

    @property
    def retained(self):
        return [f for f in self.data['settlement'] if f['mode'] == 'retain']

    def parts(self, flow):
        for part in flow['parts']:
            yield (
                ' – '.join(filter(None, [
                            self.label('allocation', 'kind', part['kind']),
                            part['name']])),
                part['amount'])

    def vat(self, flow):
        regime = flow['vat_regime'] or 'subject'
        return say(f'vat_{regime}')

    def term(self, flow):
        "Return by when it is to be paid: what is not due has no day yet"
        pair = flow['payer'], flow['beneficiary']
        name = 'term_waits' if pair in self.waiting else 'term'
        return say(name, date=self.date(self.data['due_date']))

    def account(self, flow):
        # Statements locked before they held it do not tell.
        if flow.get('iban') and Decimal(flow['amount']) > 0:
            return say(
                'iban', iban=flow['iban'], beneficiary=flow['beneficiary'])

    @property
    def set_offs(self):
        return [
            say('set_off', payer=payer, beneficiary=beneficiary,
                amount=self.amount(amount))
            for payer, beneficiary, amount in get_set_offs(self.flows)]

    @property
    def due_lines(self):
        "Return what is due and paid today, which the content does not hold"
        return get_due_lines(self.statement)

    # Block 15: contest

    @property
    def contest(self):
        if self.statement.state in CLOSED:
            return say('contest_closed', contact=self.contact)
        if self.data['contest_until']:
            return say(
                'contest', date=self.date(self.data['contest_until']),
                contact=self.contact)
        return say('contest_unsent', contact=self.contact)

    @property
    def contact(self):
        party = self.convention.company.party
        return ', '.join(filter(None, [party.rec_name, party.email]))

    @property
    def glossary(self):
        return [
            (say(f'word_{word}'), say(f'meaning_{word}'))
            for word in [
                'recoupment', 'depreciation', 'base', 'cap', 'floor',
                'alpha', 'retained']]

    @property
    def ledger(self):
        return [
            (e, self.label('entry', 'type', e['type']))
            for e in self.data['ledger']]
