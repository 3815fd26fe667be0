"""What clauses say, once, for their PDF, their file and their fingerprint.

The content of adopted clauses is the canonical JSON of this data, and their
fingerprint the SHA-256 of it: the parties as they were called that day, what
each had brought, the figures, and their sentences in the language of the
company that keeps the convention.
"""
import dataclasses
import json
from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction

from tibillet import chain

from . import clauses, revenue
from .statement_export import get_language

FORMAT = 'tibillet-clauses-1'
# The service of the worked examples: turnover, and what is deducted from it.
EXAMPLE_TURNOVER = Decimal(9000)
EXAMPLE_EXCLUDED = Decimal(900)


def say(name, **values):
    return gettext(f'tibillet_federation.msg_clauses_{name}', **values)


def get_data(version):
    "Return the content of a version as plain data"
    pool = Pool()
    Version = pool.get('tibillet.convention.version')
    language = get_language(version)
    with Transaction().set_context(language=language):
        return _Writer(Version(version.id)).write(language)


def get_content(version):
    "Return the content as its JSON gives it: amounts and dates are texts"
    return json.loads(
        version.get_kept_content() or chain.canonical(get_data(version)))


class _Writer:

    def __init__(self, version):
        self.version = version
        self.convention = version.convention
        self.currency = version.currency
        self.voice = version.get_voice()
        self.clauses = version.get_clauses()
        self.parties = list(self.convention.parties)
        self.names = {
            str(p.party.id): p.party.name or p.party.rec_name
            for p in self.parties}
        self.voice.names.update(self.names)

    def _call(self, party):
        return self.names.get(str(party.id)) or party.name or party.rec_name

    def write(self, language):
        version, convention = self.version, self.convention
        return {
            'format': FORMAT,
            'language': language,
            'currency': {
                'code': self.currency.code,
                'symbol': self.currency.symbol or self.currency.code,
                'rounding': self.currency.rounding,
                },
            'convention': {
                'number': convention.number,
                'name': convention.name,
                'purpose': convention.purpose,
                'start': convention.start,
                'term_months': convention.term_months,
                'renewal': convention.renewal,
                'notice_months': convention.notice_months,
                },
            'number': version.number,
            'effective_from': version.effective_from,
            'adopted_on': version.adopted_on,
            'terms': self._get_terms(),
            'parties': [self._get_party(p) for p in self.parties],
            'articles': [{
                    'number': article.number or str(number),
                    'title': article.title,
                    'text': article.text,
                    } for number, article in enumerate(version.articles, 1)],
            'duration': list(self._say_duration()),
            'base': list(self._say_base()),
            'phases': [
                self._get_phase(phase) for phase in ['pre', 'post']],
            'warnings': self.voice.say(self.clauses.warnings()),
            'division': list(self._say_division()),
            'destinations': self._get_destinations(),
            'payment': [
                say(f'due_{version.due_rule}'),
                say('payment', days=version.payment_days)],
            'obligations': [{
                    'party': self._call(o.party.party),
                    'text': o.text,
                    'frequency': o.frequency_string,
                    'due_date': o.due_date,
                    } for o in convention.obligations],
            'signatures': list(self._get_signatures()),
            'contributions': self._get_contributions(),
            'contributed': convention.contributed,
            'contributed_net': convention.contributed_net,
            }

    def _get_terms(self):
        "Return the figures that the engine reads, and the choices beside them"
        version = self.version
        terms = dataclasses.asdict(self.clauses)
        for name in ['label', 'quantum', 'currency_symbol']:
            del terms[name]
        for phase in ['pre', 'post']:
            for tier in (terms[phase] or {}).get('tiers', []):
                self._name_beneficiary(tier)
        for destination in terms['destinations']:
            self._name_beneficiary(destination)
        return terms | {
            'valuation': version.valuation,
            'exclusions': sorted(version.exclusions or []),
            'due_rule': version.due_rule,
            'payment_days': version.payment_days,
            'accruals': sorted(version.accruals or []),
            'accrual_ceiling': version.accrual_ceiling,
            }

    def _name_beneficiary(self, data):
        beneficiary = data['beneficiary']
        data['beneficiary'] = self.names.get(beneficiary, beneficiary)

    def _get_party(self, party):
        address = party.party.address_get()
        return {
            'name': self._call(party.party),
            'roles': self._get_labels(party, 'roles'),
            'legal_status': party.legal_status and party.legal_status_string,
            'vat_regime': party.vat_regime_string,
            'identifiers': [
                {'type': i.type_string, 'code': i.code}
                for i in party.party.identifiers],
            'address': address.full_address.splitlines() if address else [],
            'signatory': party.signatory,
            'title': party.signatory_title,
            'signs': party.must_sign,
            'recoups': party.recoups,
            }

    def _say_duration(self):
        convention = self.convention
        if convention.start:
            yield say(
                'duration', months=convention.term_months,
                start=self.voice.date(convention.start))
        else:
            yield say('duration_unset', months=convention.term_months)
        yield say(f'renewal_{convention.renewal}')
        yield say('notice', months=convention.notice_months)

    def _get_phase(self, phase):
        schedule = getattr(self.clauses, phase)
        return {
            'key': phase,
            'title': say(f'phase_{phase}'),
            'headline': self._say_headline(schedule),
            'sentences': list(self._say_limits(schedule)),
            'brackets': list(self._get_brackets(schedule)),
            'tiers': [{
                    'name': tier.label,
                    'text': self._say_tier(tier),
                    'beneficiary': self.names.get(tier.beneficiary),
                    } for tier in (schedule.tiers if schedule else [])],
            'example': self._say_example(phase),
            }

    def _say_tier(self, tier):
        kind = tier.kind
        if kind == 'cost' and tier.amount is not None:
            kind = 'cost_most'
        elif kind == 'recoup' and tier.rate is not None:
            kind = 'recoup_rate'
        text = say(
            f'tier_{kind}', rate=self._rate(tier.rate),
            amount=self._amount(tier.amount))
        return say('tier_carry', tier=text) if tier.carry else text

    def _amount(self, amount):
        return self.voice.amount(amount) if amount is not None else ''

    def _rate(self, rate):
        return self.voice.percentage(rate) if rate is not None else ''

    def _say_headline(self, schedule):
        if schedule is None:
            return say('kind_none')
        if schedule.kind == 'flat':
            return say('kind_flat', rate=self._rate(schedule.rate))
        if schedule.kind == 'fixed':
            return say('kind_fixed', amount=self._amount(schedule.amount))
        return say(f'kind_{schedule.kind}')

    def _say_limits(self, schedule):
        if schedule is None:
            return
        if schedule.floor:
            yield say('floor', amount=self._amount(schedule.floor))
        if schedule.cap is not None:
            yield say('cap', amount=self._amount(schedule.cap))
        if self.clauses.max_rate is not None:
            yield say('max_rate', rate=self._rate(self.clauses.max_rate))

    def _get_brackets(self, schedule):
        lower = Decimal(0)
        for bracket in schedule.brackets if schedule else []:
            if bracket.up_to is None:
                name = say('bracket_above', amount=self._amount(lower))
            else:
                name = say(
                    'bracket', lower=self._amount(lower),
                    upper=self._amount(bracket.up_to))
                lower = bracket.up_to
            yield {'name': name, 'rate': bracket.rate}

    def _say_example(self, phase):
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

    def _say_base(self):
        version = self.version
        if version.exclusions:
            yield say(
                'base_less', exclusions=', '.join(
                    self._get_labels(version, 'exclusions')).lower())
            if version.exclusions_max_rate is not None:
                yield say(
                    'base_limit', rate=self._rate(version.exclusions_max_rate))
        else:
            yield say('base')

    def _say_division(self):
        version = self.version
        yield say(f'valuation_{version.valuation}')
        recouping = [
            self._call(p.party) for p in self.parties if p.recoups]
        others = [
            self._call(p.party) for p in self.parties
            if not p.recoups and p.contributed]
        if recouping:
            yield say('recoups', parties=', '.join(recouping))
        if others:
            yield say('recoups_not', parties=', '.join(others))
        yield say(f'allocation_{version.allocation}')
        yield say(f'crossing_{version.crossing}')
        if version.accruals:
            accruals = ', '.join(
                self._get_labels(version, 'accruals')).lower()
            if version.accrual_ceiling is not None:
                yield say(
                    'accruals_ceiling', accruals=accruals,
                    amount=self._amount(version.accrual_ceiling))
            else:
                yield say('accruals', accruals=accruals)
        if version.local_rate:
            yield say(
                f'local_{version.local_base}',
                rate=self._rate(version.local_rate))

    def _get_destinations(self):
        provider = ', '.join(
            self._call(p.party) for p in self.parties
            if 'provider' in p.roles)
        return [{
                'name': d.name,
                'rate': d.rate,
                'beneficiary': (
                    self._call(d.beneficiary) if d.beneficiary
                    else provider),
                } for d in self.version.destinations]

    def _get_signatures(self):
        "Return each party that signs, with its signature if any"
        signed = {s.party: s for s in self.version.signatures}
        for party in self.parties:
            signature = signed.get(party)
            if party.must_sign or signature:
                yield {
                    'party': self._call(party.party),
                    'signatory': (signature or party).signatory,
                    'title': (
                        signature.title if signature
                        else party.signatory_title),
                    'date': signature.date if signature else None,
                    'place': signature.place if signature else None,
                    }

    def _get_contributions(self):
        "Return the contributions of each party that has some"
        found = defaultdict(list)
        for contribution in self.convention.contributions:
            found[contribution.contributor].append(contribution)
        return [{
                'party': self._call(p.party),
                'lines': [
                    self._get_contribution(c) for c in found[p.party]],
                'gross': p.contributed,
                'net': p.contributed_net,
                'declared': p.declared_total,
                'gap': p.gap or None,
                } for p in self.parties if found[p.party]]

    def _get_contribution(self, contribution):
        return {
            'description': contribution.description,
            'reference': contribution.evidence_reference,
            'nature': contribution.nature_string,
            'state': contribution.state_string,
            'quantity': contribution.quantity,
            'unit_cost': contribution.unit_cost,
            'gross': contribution.gross,
            'net': contribution.net,
            'channel': self._get_channel(contribution),
            }

    def _get_channel(self, contribution):
        "Return how a contribution is really recovered"
        selection = dict(
            contribution.fields_get(['recovered_through'])[
                'recovered_through']['selection'])
        channel = contribution.recovered_through
        if channel == 'pot' and not contribution.recoupable:
            channel = 'none'
        return selection[channel]

    def _get_labels(self, record, name):
        "Return the labels of a selection in the language of the document"
        pool = Pool()
        Model = pool.get(record.__name__)
        selection = dict(Model.fields_get([name])[name]['selection'])
        return [
            selection[key] for key in selection
            if key in (getattr(record, name) or [])]
