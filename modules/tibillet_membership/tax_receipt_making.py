"""Which gifts of a year get a receipt, and why the others do not.

A receipt is made of gifts on which the law of its day was stated, of a donor
whose form can be filled in, and of nothing that was paid for (see
receipt_rules). What a receipt stands for already is not on another one.
"""
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any, NamedTuple

from tibillet_base import tools

from trytond.i18n import gettext
from trytond.pool import Pool

from . import amount_words, receipt_rules
from .exceptions import TaxReceiptError
from .tax_receipt_basis import STATED


class Payment(NamedTuple):
    "What was given, from a period that was paid or from a gift"
    source: Any
    party: Any
    date: dt.date
    amount: Decimal
    counterpart: Decimal
    nature: str
    mode: str | None
    deed: str
    description: str | None

    @property
    def kind(self):
        return self.party.legal_kind


class Candidates:
    """The payments of a company and a civil year that have no receipt yet

    mode: how payments came that were recorded by hand.
    """

    def __init__(self, company, year, mode, parties=None):
        if company.currency.code != 'EUR':
            raise TaxReceiptError(gettext(
                    'tibillet_membership.msg_tax_receipt_currency',
                    company=company.rec_name,
                    currency=company.currency.rec_name))
        self.company = company
        self.year = year
        self.mode = mode
        self.parties = [p.id for p in parties or []]
        pool = Pool()
        Basis = pool.get('tibillet.tax.receipt.basis')
        TaxLimit = pool.get('tibillet.tax.receipt.limit')
        self.bases = Basis.search([
                ('company', '=', company.id),
                ('state', '=', 'adopted'),
                ])
        self.limits = TaxLimit.get_all()
        self.left = []
        self.chosen = []
        self._choose()

    def _between(self, name):
        return [
            (name, '>=', dt.date(self.year, 1, 1)),
            (name, '<=', dt.date(self.year, 12, 31)),
            ('cancelled_on', '=', None),
            ('company', '=', self.company.id),
            ]

    def _find_payments(self):
        pool = Pool()
        Gift = pool.get('tibillet.gift')
        Line = pool.get('tibillet.tax.receipt.line')
        Period = pool.get('tibillet.membership.period')
        of_party = [('party', 'in', self.parties)] if self.parties else []
        of_member = [
            ('membership.party', 'in', self.parties)] if self.parties else []
        periods = Period.search([
                *self._between('paid_on'), *of_member,
                ('amount', '>', 0),
                ('membership.plan.is_gift', '=', True),
                ], order=[('paid_on', 'ASC'), ('id', 'ASC')])
        gifts = Gift.search(
            [*self._between('date'), *of_party],
            order=[('date', 'ASC'), ('id', 'ASC')])
        self.standing = Line.search([
                ('receipt.company', '=', self.company.id),
                ('receipt.year', '=', self.year),
                ('receipt.kind', '=', 'receipt'),
                ('receipt.cancellations', '=', None),
                ])
        done = {line.period or line.gift for line in self.standing}
        return [
            *(self._of_period(p) for p in periods if p not in done),
            *(self._of_gift(g) for g in gifts if g not in done),
            ]

    def _of_period(self, period):
        membership = period.membership
        return Payment(
            period, membership.party, period.paid_on, period.amount,
            membership.plan.counterpart or Decimal(0), 'money',
            period.get_receipt_mode() or self.mode, 'hand', None)

    @staticmethod
    def _of_gift(gift):
        return Payment(
            gift, gift.party, gift.date, gift.amount, gift.counterpart,
            gift.nature, gift.mode, gift.deed, gift.description)

    def _choose(self):
        by_party = defaultdict(list)
        for payment in self._find_payments():
            reason = self._get_reason(payment)
            if reason:
                self.left.append((payment, reason))
            else:
                by_party[payment.party].append(payment)
        had = defaultdict(list)
        for line in self.standing:
            had[line.receipt.party].append(line)
        for party, payments in by_party.items():
            if self._is_under(party, [*payments, *had[party]]):
                self.chosen.extend(payments)
            else:
                self.left.extend((p, 'ceiling') for p in payments)

    def _get_reason(self, payment):
        "Return why a payment gets no receipt, None if it does"
        party = payment.party
        if not payment.kind:
            return 'kind'
        if not get_address(party):
            return 'address'
        if payment.kind == 'organisation' and not get_siren(party):
            return 'siren'
        if not self.get_basis(payment):
            return 'basis'
        if payment.nature == 'skills' and payment.kind != 'organisation':
            return 'skills'
        if payment.nature == 'costs' and payment.kind != 'person':
            return 'costs'
        if payment.counterpart:
            limit = self._get_limit(payment.kind, payment.date)
            if not limit:
                return 'limit'
            if not receipt_rules.is_small(
                    payment.amount, payment.counterpart, limit):
                return 'counterpart'

    def _is_under(self, party, payments):
        "payments: those of the year, on receipts already too"
        counterparts = [p.counterpart for p in payments]
        limits = {
            self._get_limit(party.legal_kind, p.date)
            for p in payments if p.counterpart}
        # Limits that were revised within a year all hold.
        return all(
            receipt_rules.is_under(counterparts, limit)
            for limit in limits if limit)

    def get_basis(self, payment):
        return next((
                b for b in self.bases
                if b.allows(payment.kind, payment.date)), None)

    def _get_limit(self, kind, date):
        return next((
                limit for of_kind, start, end, limit in self.limits
                if of_kind == kind and start <= date <= end), None)

    def get_amount(self):
        return sum((p.amount for p in self.chosen), Decimal(0))

    def get_groups(self):
        "Return the payments of each receipt, by donor and legal basis"
        groups = defaultdict(list)
        for payment in self.chosen:
            groups[payment.party, self.get_basis(payment)].append(payment)
        return groups


def get_address(party):
    "Return the first address that is filled in, None if there is none"
    return next((
            a.full_address for a in [party.address_get(), *party.addresses]
            if a and a.full_address), None)


def get_siren(party):
    "Return the SIREN of a company, whatever identifier it is part of"
    for identifier in party.identifiers:
        if identifier.type in {'fr_siren', 'fr_siret'}:
            return identifier.code.replace(' ', '')[:9]
    for identifier in party.identifiers:
        if identifier.type in {'eu_vat', 'fr_tva'}:
            code = identifier.code.replace(' ', '')
            if code.startswith('FR') or identifier.type == 'fr_tva':
                return code[-9:]


def make(company, year, mode, parties=None):
    """Make the receipts of a civil year, one for each donor and legal basis

    Return the receipts, and what was left out with the reason.
    """
    pool = Pool()
    Company = pool.get('company.company')
    Receipt = pool.get('tibillet.tax.receipt')
    # Numbers follow each other, and nothing is on two receipts.
    tools.take_turn(Company, {company.id}, 'party')
    candidates = Candidates(company, year, mode, parties)
    groups = candidates.get_groups()
    replaced = _find_replaced(company, year)
    number = get_last_number(company, year)
    values = []
    for (party, basis), payments in groups.items():
        number += 1
        total = sum((p.amount for p in payments), Decimal(0))
        if total > amount_words.MOST:
            raise TaxReceiptError(gettext(
                    'tibillet_membership.msg_tax_receipt_most',
                    party=party.rec_name))
        cancelled = [
            replaced[p.source] for p in payments if p.source in replaced]
        values.append({
                **_get_stated(company, year, basis),
                **_get_donor(party, basis),
                'number': number,
                'amount': total,
                'amount_words': amount_words.euros(total),
                'counterpart': sum(
                    (p.counterpart for p in payments), Decimal(0)),
                'replaces': min(cancelled) if cancelled else None,
                'lines': [('create', [_get_line(p) for p in payments])],
                })
    return Receipt.create(values), candidates.left


def get_last_number(company, year):
    pool = Pool()
    Receipt = pool.get('tibillet.tax.receipt')
    for receipt in Receipt.search([
                ('company', '=', company.id),
                ('year', '=', year),
                ], order=[('number', 'DESC')], limit=1):
        return receipt.number
    return 0


def _find_replaced(company, year):
    "Return the last cancelled receipt, not replaced yet, of each source"
    pool = Pool()
    Receipt = pool.get('tibillet.tax.receipt')
    receipts = Receipt.search([
            ('company', '=', company.id),
            ('year', '=', year),
            ], order=[('number', 'ASC')])
    replaced = {r.replaces for r in receipts if r.replaces}
    return {
        line.period or line.gift: receipt.id
        for receipt in receipts
        if receipt.cancellations and receipt not in replaced
        for line in receipt.lines}


def _get_stated(company, year, basis):
    issuer = company.party
    address = get_address(issuer)
    if not address:
        raise TaxReceiptError(gettext(
                'tibillet_membership.msg_tax_receipt_issuer',
                company=company.rec_name))
    return {
        'company': company.id,
        'year': year,
        'date': tools.today(company),
        'kind': 'receipt',
        'organisation': issuer.name or issuer.rec_name,
        'organisation_address': address,
        'basis': basis.id,
        **{name: getattr(basis, name) for name in STATED},
        }


def _get_donor(party, basis):
    kind = party.legal_kind
    is_company = kind == 'organisation'
    return {
        'form': receipt_rules.FORMS[kind],
        'party': party.id,
        'party_name': party.name or party.rec_name,
        'party_address': get_address(party),
        'party_identifier': get_siren(party) if is_company else None,
        'legal_form': party.legal_form if is_company else None,
        **{name: getattr(basis, name) for name in receipt_rules.ARTICLES[
                kind]},
        }


def _get_line(payment):
    pool = Pool()
    Period = pool.get('tibillet.membership.period')
    source = 'period' if isinstance(payment.source, Period) else 'gift'
    return {
        source: payment.source.id,
        **{name: getattr(payment, name) for name in [
                'date', 'amount', 'counterpart', 'nature', 'mode', 'deed',
                'description']},
        }


def cancel(receipts, reason):
    "Make the opposite of receipts: their gifts may be on another one"
    pool = Pool()
    Company = pool.get('company.company')
    Receipt = pool.get('tibillet.tax.receipt')
    tools.take_turn(Company, {r.company.id for r in receipts}, 'party')
    for receipt in receipts:
        if not receipt.is_standing:
            raise TaxReceiptError(gettext(
                    'tibillet_membership.msg_tax_receipt_cancelled',
                    receipt=receipt.rec_name))
    numbers = {}
    values = []
    for receipt in receipts:
        key = receipt.company, receipt.year
        numbers[key] = numbers.get(key, get_last_number(*key)) + 1
        values.append(_get_opposite(receipt, numbers[key], reason))
    return Receipt.create(values)


SAME = [
    'year', 'form', 'party_name', 'party_address', 'party_identifier',
    'legal_form', 'organisation', 'organisation_address', 'article_200',
    'article_238bis', 'article_978', 'amount_words', *STATED]


def _get_opposite(receipt, number, reason):
    return {
        **{name: getattr(receipt, name) for name in SAME},
        'company': receipt.company.id,
        'party': receipt.party.id,
        'basis': receipt.basis.id,
        'number': number,
        'date': tools.today(receipt.company),
        'kind': 'cancellation',
        'cancels': receipt.id,
        'reason': reason,
        'amount': -receipt.amount,
        'counterpart': -receipt.counterpart,
        'lines': [('create', [{
                        'period': line.period.id if line.period else None,
                        'gift': line.gift.id if line.gift else None,
                        'date': line.date,
                        'amount': -line.amount,
                        'counterpart': -line.counterpart,
                        'nature': line.nature,
                        'mode': line.mode,
                        'deed': line.deed,
                        'description': line.description,
                        } for line in receipt.lines])],
        }
