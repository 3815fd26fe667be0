"""The clauses of a version in words, ready to print.

Everything is computed here, the template only lays it out.
"""
from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.pool import Pool

from . import clauses, revenue

# The service of the worked examples: turnover, and what is deducted from it.
EXAMPLE_TURNOVER = Decimal(9000)
EXAMPLE_EXCLUDED = Decimal(900)


def say(name, **values):
    return gettext(f'tibillet_federation.msg_clauses_{name}', **values)


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
        self.version = version
        self.convention = version.convention
        self.currency = version.currency
        self.voice = version.get_voice()
        self.clauses = version.get_clauses()
        self.is_draft = version.state in {'draft', 'proposed'}
        self.parties = list(self.convention.parties)
        self.names = {
            str(p.party.id): p.party.name or p.party.rec_name
            for p in self.parties}
        self.voice.names.update(self.names)

    def amount(self, amount):
        return self.voice.amount(amount) if amount is not None else ''

    def price(self, price):
        "Return a unit cost, which may have more digits than the currency"
        return self.voice.amount(
            max(price, price.quantize(self.currency.rounding)))

    def rate(self, rate):
        return self.voice.percentage(rate) if rate is not None else ''

    def number(self, number):
        return self.voice.number(number)

    def date(self, date):
        return self.voice.date(date) if date else ''

    def selection(self, record, name):
        "Return the label of a selection in the language of the document"
        return getattr(record, f'{name}_string')

    def channel(self, contribution):
        "Return how a contribution is really recovered"
        selection = dict(
            contribution.fields_get(['recovered_through'])[
                'recovered_through']['selection'])
        channel = contribution.recovered_through
        if channel == 'pot' and not contribution.recoupable:
            channel = 'none'
        return selection[channel]

    @property
    def title(self):
        return self.convention.name

    @property
    def subtitle(self):
        version = self.version
        state = 'draft' if self.is_draft else 'adopted'
        return say(
            f'subtitle_{state}',
            version=version.rec_name,
            adopted=self.date(version.adopted_on),
            date=self.date(version.effective_from))

    @property
    def purpose(self):
        return paragraphs(self.convention.purpose)

    @property
    def articles(self):
        return [{
                'number': article.number or str(number),
                'title': article.title,
                'paragraphs': paragraphs(article.text),
                } for number, article in enumerate(self.version.articles, 1)]

    @property
    def duration(self):
        convention = self.convention
        if convention.start:
            yield say(
                'duration', months=convention.term_months,
                start=self.date(convention.start))
        else:
            yield say('duration_unset', months=convention.term_months)
        yield say(f'renewal_{convention.renewal}')
        yield say('notice', months=convention.notice_months)

    @property
    def phases(self):
        return [
            self._get_phase(phase) for phase in ['pre', 'post']]

    def _get_phase(self, phase):
        schedule = getattr(self.clauses, phase)
        return {
            'key': phase,
            'title': say(f'phase_{phase}'),
            'headline': self._get_headline(schedule),
            'sentences': list(self._get_sentences(schedule)),
            'brackets': self._get_brackets(schedule),
            'tiers': self._get_tiers(schedule),
            'example': self._get_example(phase),
            }

    def _get_headline(self, schedule):
        if schedule is None:
            return say('kind_none')
        if schedule.kind == 'flat':
            return say('kind_flat', rate=self.rate(schedule.rate))
        if schedule.kind == 'fixed':
            return say('kind_fixed', amount=self.amount(schedule.amount))
        return say(f'kind_{schedule.kind}')

    def _get_sentences(self, schedule):
        if schedule is None:
            return
        if schedule.floor:
            yield say('floor', amount=self.amount(schedule.floor))
        if schedule.cap is not None:
            yield say('cap', amount=self.amount(schedule.cap))
        if self.clauses.max_rate is not None:
            yield say('max_rate', rate=self.rate(self.clauses.max_rate))

    def _get_brackets(self, schedule):
        brackets, lower = [], Decimal(0)
        for bracket in schedule.brackets if schedule else []:
            if bracket.up_to is None:
                name = say('bracket_above', amount=self.amount(lower))
            else:
                name = say(
                    'bracket', lower=self.amount(lower),
                    upper=self.amount(bracket.up_to))
                lower = bracket.up_to
            brackets.append((name, self.rate(bracket.rate)))
        return brackets

    def _get_tiers(self, schedule):
        return [(
                tier.label,
                say(
                    f'tier_{tier.kind}',
                    rate=self.rate(tier.rate),
                    amount=self.amount(tier.amount)),
                self.names.get(tier.beneficiary, ''),
                ) for tier in (schedule.tiers if schedule else [])]

    def _get_example(self, phase):
        "Return the sentences of a service settled under the phase"
        if getattr(self.clauses, phase) is None or self.clauses.check():
            return []
        exclusions = ()
        if self.version.exclusions:
            exclusions = (clauses.Amount('', EXAMPLE_EXCLUDED),)
        service = clauses.Service(
            number='', date=self.version.effective_from,
            turnover=(clauses.Amount('', EXAMPLE_TURNOVER),),
            exclusions=exclusions)
        balances = self._get_balances()
        if phase == 'post':
            balances = tuple(
                clauses.Balance(b.contributor, b.contributed, b.contributed)
                for b in balances)
        elif not any(b.remaining for b in balances):
            return []
        settlement = revenue.settle(self.clauses, balances, service)
        return self.voice.say(settlement.sentences)

    def _get_balances(self):
        "Return what the contributors have to recoup, nothing being recouped"
        contributed = defaultdict(Decimal)
        for contribution in self.convention.contributions:
            if contribution.recoupable:
                contributed[contribution.contributor] += contribution.valued
        return tuple(
            clauses.Balance(
                str(p.party.id), contributed[p.party], priority=index)
            for index, p in enumerate(self.parties) if contributed[p.party])

    @property
    def base(self):
        version = self.version
        if version.exclusions:
            yield say(
                'base_less', exclusions=', '.join(
                    self._labels(version, 'exclusions')).lower())
            if version.exclusions_max_rate is not None:
                yield say(
                    'base_limit', rate=self.rate(version.exclusions_max_rate))
        else:
            yield say('base')

    @property
    def division(self):
        version = self.version
        yield say(f'valuation_{version.valuation}')
        recouping = [p.party.name for p in self.parties if p.recoups]
        others = [
            p.party.name for p in self.parties
            if not p.recoups and p.contributed]
        if recouping:
            yield say('recoups', parties=', '.join(recouping))
        if others:
            yield say('recoups_not', parties=', '.join(others))
        yield say(f'allocation_{version.allocation}')
        yield say(f'crossing_{version.crossing}')
        if version.accruals:
            accruals = ', '.join(self._labels(version, 'accruals')).lower()
            if version.accrual_ceiling is not None:
                yield say(
                    'accruals_ceiling', accruals=accruals,
                    amount=self.amount(version.accrual_ceiling))
            else:
                yield say('accruals', accruals=accruals)
        if version.local_rate:
            yield say(
                f'local_{version.local_base}',
                rate=self.rate(version.local_rate))

    @property
    def destinations(self):
        provider = ', '.join(
            p.party.name for p in self.parties if 'provider' in p.roles)
        return [(
                d.name, self.rate(d.rate),
                d.beneficiary.name if d.beneficiary else provider)
            for d in self.version.destinations]

    @property
    def payment(self):
        yield say(f'due_{self.version.due_rule}')
        yield say('payment', days=self.version.payment_days)

    @property
    def warnings(self):
        return self.voice.say(self.clauses.warnings())

    def _labels(self, record, name):
        pool = Pool()
        Model = pool.get(record.__name__)
        selection = dict(Model.fields_get([name])[name]['selection'])
        return [
            selection[key] for key in selection
            if key in (getattr(record, name) or [])]

    def roles(self, party):
        return ', '.join(self._labels(party, 'roles'))

    def address(self, party):
        address = party.party.address_get()
        return address.full_address.splitlines() if address else []

    @property
    def obligations(self):
        "Return the obligations of each party that has some"
        found = defaultdict(list)
        for obligation in self.convention.obligations:
            found[obligation.party].append(obligation)
        return [(p.party.name, found[p]) for p in self.parties if found[p]]

    @property
    def questions(self):
        return [q for q in self.convention.questions if q.state == 'open']

    @property
    def contributions(self):
        "Return the contributions of each party that has some"
        found = defaultdict(list)
        for contribution in self.convention.contributions:
            found[contribution.contributor].append(contribution)
        return [{
                'party': p,
                'lines': found[p.party],
                'gross': p.contributed,
                'net': p.contributed_net,
                'declared': p.declared_total,
                'gap': p.gap,
                } for p in self.parties if found[p.party]]

    @property
    def contributed(self):
        return self.convention.contributed

    @property
    def contributed_net(self):
        return self.convention.contributed_net

    @property
    def signatures(self):
        "Return each party that signs, with its signature if any"
        signed = {s.party: s for s in self.version.signatures}
        return [
            (p, signed.get(p)) for p in self.parties
            if p.must_sign or p in signed]
