"""Write the register of shares: the only file that does.

    with share_register.opened(company, date) as register:
        register.subscribe(party, share_class, 10, Decimal('50.00'))

Who opens the register of a company has its turn until the transaction ends:
numbers have no holes, and what is decided from the capital still holds when
it is written. All that is refused is refused before anything is written.

Access is not checked here: who calls has done it.
Amounts are Decimals in the currency of the company, rounded half up.
"""
from decimal import Decimal
from typing import NamedTuple

from sql.aggregate import Sum
from tibillet_base import tools

from trytond import backend
from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.report import Report
from trytond.tools import sqlite_apply_types
from trytond.transaction import Transaction, without_check_access

from . import capital
from .exceptions import (
    ShareAmountError, ShareCallError, ShareDateError, ShareNumberError,
    SharePaymentError, ShareTransferError)
from .share_entry import AMOUNTS

ZERO = Decimal(0)


class Holding(NamedTuple):
    "What a party has of a class"
    shares: int = 0
    subscribed: Decimal = ZERO
    called: Decimal = ZERO
    paid: Decimal = ZERO
    owed: Decimal = ZERO

    @property
    def uncalled(self):
        return self.subscribed - self.called

    @property
    def to_pay(self):
        return self.called - self.paid


def get_holdings(company, parties=None, share_class=None):
    "Return what is held, by party and class, with a single query"
    table = tools.table('tibillet.share.entry')
    where = table.company == company.id
    if parties is not None:
        where &= table.party.in_([p.id for p in parties] or [None])
    if share_class:
        where &= table.share_class == share_class.id
    names = Holding._fields
    query = table.select(
        table.party, table.share_class,
        *(Sum(getattr(table, name)).as_(name) for name in names),
        where=where, group_by=[table.party, table.share_class],
        order_by=[table.party.asc, table.share_class.asc])
    if backend.name == 'sqlite':
        sqlite_apply_types(query, [None, None, None, *['NUMERIC'] * 4])
    cursor = tools.cursor()
    cursor.execute(*query)
    round_ = company.currency.round
    return {
        (party, class_): Holding(int(shares), *map(round_, amounts))
        for party, class_, shares, *amounts in cursor}


def standing(table):
    "Return the clause of entries that no correction has taken back"
    other = tools.table('tibillet.share.entry')
    is_correction = other.kind == 'correction'
    return (table.kind != 'correction') & ~table.id.in_(
        other.select(other.counterpart, where=is_correction))


def get_calls(company, share_class, amount, parties=None):
    "Return what a call of an amount a share asks, by party"
    table = tools.table('tibillet.share.entry')
    where = (table.company == company.id) & (
        table.share_class == share_class.id) & standing(table)
    if parties is not None:
        where &= table.party.in_([p.id for p in parties] or [None])
    cursor = tools.cursor()
    cursor.execute(*table.select(
            table.party, table.shares, table.subscribed, table.called,
            where=where, order_by=[table.party.asc, table.number.asc]))
    changes = {}
    for party, shares, *amounts in cursor:
        changes.setdefault(party, []).append(
            (shares, *(Decimal(str(a)) for a in amounts)))
    return {
        party: capital.to_call(
            amount, capital.get_lots(rows), company.currency.rounding)
        for party, rows in changes.items()}


def get_changes(company):
    "Return how each entry changed the capital, in order"
    table = tools.table('tibillet.share.entry')
    cursor = tools.cursor()
    cursor.execute(*table.select(
            table.subscribed,
            where=(table.company == company.id) & (table.shares != 0)
            & standing(table),
            order_by=table.number.asc))
    return [Decimal(str(change)) for change, in cursor]


def opened(company, date=None):
    """Return the register of a company, that nobody else writes meanwhile

    date: of what will be written.
    """
    pool = Pool()
    Company = pool.get('company.company')
    tools.take_turn(Company, [company.id], 'party')
    with without_check_access(), \
            Transaction().set_context(company=company.id):
        return Register(Company(company.id), date)


class Register:

    def __init__(self, company, date):
        pool = Pool()
        Entry = pool.get('tibillet.share.entry')
        self.company = company
        self.date = date
        self.quantum = company.currency.rounding
        self.last, = Entry.search(
            [('company', '=', company.id)],
            order=[('number', 'DESC')], limit=1) or [None]
        if date:
            self._check_not_future()

    def _check_not_future(self):
        if self.date > tools.today(self.company):
            raise ShareDateError(gettext(
                    'tibillet_membership.msg_share_date_future'))

    def _check_order(self):
        if self.last and self.date < self.last.date:
            raise ShareDateError(gettext(
                    'tibillet_membership.msg_share_date_order',
                    entry=self.last.rec_name,
                    date=Report.format_date(self.last.date)))

    def get_holding(self, party, share_class):
        return get_holdings(self.company, [party], share_class).get(
            (party.id, share_class.id), Holding())

    def money(self, amount):
        return Report.format_currency(amount, None, self.company.currency)

    def append(self, rows):
        """Write the entries and return them

        rows: kind, party, class and what the entry changes; the number, the
        date, the names and the links are given here.
        """
        pool = Pool()
        Entry = pool.get('tibillet.share.entry')
        if rows:
            self._check_order()
        last = self.last.number if self.last else 0
        previous = self.last.link if self.last else None
        values = []
        for number, row in enumerate(rows, last + 1):
            value = {
                'shares': 0, **dict.fromkeys(AMOUNTS, ZERO), **row,
                'company': self.company.id,
                'number': number,
                'date': self.date,
                'party': row['party'].id,
                'holder': row['party'].id,
                'party_name': row['party'].name or row['party'].rec_name,
                'share_class': row['share_class'].id,
                'class_name': row['share_class'].name,
                }
            value['previous_link'], previous = Entry.get_link(
                self.company.id, previous, value)
            value['link'] = previous
            values.append(value)
        with without_check_access():
            entries = Entry.create(values)
        if entries:
            self.last = entries[-1]
        return entries

    def subscribe(self, party, share_class, shares, paid):
        """Record that a party subscribes shares, and what it pays at once

        What it pays is called, the rest later.
        """
        self._check_shares(shares)
        share_class.check_holder(party)
        held = self.get_holding(party, share_class)
        share_class.check_minimum(party, held.shares + shares)
        subscribed = shares * share_class.nominal
        self._check_amount(paid)
        least = share_class.get_first_payment(shares)
        if not least <= paid <= subscribed:
            raise SharePaymentError(gettext(
                    'tibillet_membership.msg_share_first_payment',
                    party=party.rec_name,
                    least=self.money(least),
                    most=self.money(subscribed),
                    amount=self.money(paid)))
        return self.append([{
                    'kind': 'subscription',
                    'party': party,
                    'share_class': share_class,
                    'shares': shares,
                    'subscribed': subscribed,
                    'called': paid,
                    'paid': paid,
                    'since': self.date,
                    }])

    def call(self, share_class, amount, parties=None):
        """Record that an amount a share is called, of all holders by default

        Of each at most what it has not been asked for yet.
        """
        pool = Pool()
        Party = pool.get('party.party')
        self._check_amount(amount)
        if amount <= 0:
            raise ShareAmountError(gettext(
                    'tibillet_membership.msg_share_amount_positive'))
        asked = [
            (party, called) for party, called in get_calls(
                self.company, share_class, amount, parties).items()
            if called]
        if not asked:
            raise ShareCallError(gettext(
                    'tibillet_membership.msg_share_call_nothing',
                    share_class=share_class.rec_name))
        members = {
            p.id: p for p in Party.browse([party for party, _ in asked])}
        return self.append([{
                    'kind': 'call',
                    'party': members[party],
                    'share_class': share_class,
                    'called': called,
                    } for party, called in asked])

    def pay(self, party, share_class, amount):
        "Record that a party pays what was called"
        self._check_amount(amount)
        held = self.get_holding(party, share_class)
        if not 0 < amount <= held.to_pay:
            raise SharePaymentError(gettext(
                    'tibillet_membership.msg_share_payment',
                    party=party.rec_name,
                    most=self.money(held.to_pay),
                    amount=self.money(amount)))
        return self.append([{
                    'kind': 'payment',
                    'party': party,
                    'share_class': share_class,
                    'paid': amount,
                    }])

    def transfer(self, party, other, share_class, shares):
        """Record that a party gives shares to another

        What is called and paid goes with them, and the day on which the
        oldest part of the rest was subscribed.
        """
        self._check_shares(shares)
        if party == other:
            raise ShareTransferError(gettext(
                    'tibillet_membership.msg_share_transfer_self',
                    party=party.rec_name))
        share_class.check_holder(other)
        held = self.get_holding(party, share_class)
        self.check_held(party, share_class, held, shares)
        share_class.check_minimum(
            other, self.get_holding(other, share_class).shares + shares)
        given = get_part(held, shares, self.quantum)
        since = self.get_since(party, share_class) or self.date
        given_by, = self.append([{
                    'kind': 'transfer',
                    'party': party,
                    'share_class': share_class,
                    **{name: -value for name, value in given.items()},
                    }])
        return [given_by, *self.append([{
                        'kind': 'transfer',
                        'party': other,
                        'share_class': share_class,
                        'since': since,
                        'counterpart': given_by.id,
                        **given,
                        }])]

    def ask_to_leave(self, kind, party, share_class, shares):
        """Put who leaves at the end of the queue, and return its place

        kind: withdrawal or exclusion.
        A request is no entry: it has the day on which it was received, though
        the register went on since.
        """
        pool = Pool()
        Withdrawal = pool.get('tibillet.share.withdrawal')
        self._check_shares(shares)
        self.check_held(
            party, share_class, self.get_holding(party, share_class), shares)
        with without_check_access():
            return Withdrawal.create([{
                        'company': self.company.id,
                        'kind': kind,
                        'party': party.id,
                        'share_class': share_class.id,
                        'shares': shares,
                        'asked_on': self.date,
                        'state': 'queued',
                        }])

    def let_leave(self, losses):
        """Let those leave whose turn has come, and return their entries

        losses: of the co-operative, that its reserves do not cover.
        """
        pool = Pool()
        Withdrawal = pool.get('tibillet.share.withdrawal')
        self._check_amount(losses)
        if losses < 0:
            raise ShareAmountError(gettext(
                    'tibillet_membership.msg_share_losses_negative'))
        leaving = get_leaving(
            Withdrawal.get_company_turns(self.company), self.date)
        check_paid(self.company, leaving)
        rows = get_rows(self.company, leaving, losses)
        entries = self.append([row for _, row in rows])
        for (withdrawal, _), entry in zip(rows, entries, strict=True):
            withdrawal.entry, withdrawal.state = entry, 'done'
        Withdrawal.save(leaving)
        return entries

    def refund(self, party, share_class, amount):
        "Record that who has left was paid back"
        self._check_amount(amount)
        held = self.get_holding(party, share_class)
        if not 0 < amount <= held.owed:
            raise SharePaymentError(gettext(
                    'tibillet_membership.msg_share_refund',
                    party=party.rec_name,
                    most=self.money(held.owed),
                    amount=self.money(amount)))
        return self.append([{
                    'kind': 'refund',
                    'party': party,
                    'share_class': share_class,
                    'owed': -amount,
                    }])

    def check_held(self, party, share_class, held, shares):
        """Refuse that more shares go than are held, or nearly all of them

        What waits in the queue is about to go already.
        """
        pool = Pool()
        Withdrawal = pool.get('tibillet.share.withdrawal')
        left = held.shares - sum(
            w.shares for w in Withdrawal.get_queue(self.company)
            if (w.party, w.share_class) == (party, share_class))
        if shares > left:
            raise ShareNumberError(gettext(
                    'tibillet_membership.msg_share_held',
                    party=party.rec_name,
                    held=left,
                    shares=shares,
                    share_class=share_class.rec_name))
        share_class.check_minimum(party, left - shares)

    def get_since(self, party, share_class):
        "Return when what is not called yet was subscribed"
        return get_uncalled_days(
            self.company, [party.id]).get((party.id, share_class.id))

    def _check_shares(self, shares):
        if shares is None or shares <= 0:
            raise ShareNumberError(gettext(
                    'tibillet_membership.msg_share_number_positive'))

    def _check_amount(self, amount):
        if amount is None or self.company.currency.round(amount) != amount:
            raise ShareAmountError(gettext(
                    'tibillet_membership.msg_share_amount_digits',
                    amount=amount,
                    currency=self.company.currency.rec_name))


def get_part(held, shares, quantum):
    "Return what goes with some of the shares that are held"
    return {'shares': shares, **{
            name: capital.part(
                getattr(held, name), shares, held.shares, quantum)
            for name in ['subscribed', 'called', 'paid']}}


def get_leaving(turns, date):
    """Return who may leave on a date

    turns: of the queue, oldest first.
    """
    return [w for w, turn in turns if turn.day and turn.day <= date]


def get_debts(company, leaving):
    "Return what is called and not paid of who leaves, with each"
    holdings = get_holdings(company, {w.party for w in leaving})
    return {
        (w.party, w.share_class): held.to_pay for w in leaving
        if (held := holdings[w.party.id, w.share_class.id]).to_pay > 0}


def check_paid(company, leaving):
    "Refuse that somebody leaves who has not paid what was called"
    for (party, _), amount in get_debts(company, leaving).items():
        raise SharePaymentError(gettext(
                'tibillet_membership.msg_share_leave_to_pay',
                party=party.rec_name,
                amount=Report.format_currency(
                    amount, None, company.currency)))


def get_rows(company, leaving, losses):
    "Return who leaves with what it changes in the register"
    holdings = get_holdings(company, {w.party for w in leaving})
    level = sum(get_changes(company), ZERO)
    quantum = company.currency.rounding
    rows = []
    for withdrawal in leaving:
        key = withdrawal.party.id, withdrawal.share_class.id
        gone = get_part(holdings[key], withdrawal.shares, quantum)
        owed = capital.refund(
            gone['paid'], gone['subscribed'], losses, level, quantum)
        # The same member may leave twice.
        holdings[key] = holdings[key]._replace(**{
                name: getattr(holdings[key], name) - value
                for name, value in gone.items()})
        rows.append((withdrawal, {
                    'kind': withdrawal.kind,
                    'party': withdrawal.party,
                    'share_class': withdrawal.share_class,
                    **{name: -value for name, value in gone.items()},
                    'owed': owed,
                    'losses': gone['paid'] - owed,
                    }))
    return rows


def get_uncalled_days(company, parties):
    """Return when what is not called yet was subscribed, by party and class

    parties: their ids.
    """
    table = tools.table('tibillet.share.entry')
    cursor = tools.cursor()
    changes = {}
    for ids in tools.sliced(parties):
        cursor.execute(*table.select(
                table.party, table.share_class, table.since, table.date,
                table.subscribed, table.called,
                where=(table.company == company.id)
                & table.party.in_(list(ids)) & standing(table),
                order_by=table.number.asc))
        for party, class_, since, date, subscribed, called in cursor:
            changes.setdefault((party, class_), []).append(
                (since or date, subscribed, called))
    return {
        key: day for key, rows in changes.items()
        if (day := capital.oldest_uncalled(rows))}
