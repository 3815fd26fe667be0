"""What a statement says first: who owes what to whom, by when."""
import json
from decimal import Decimal
from math import ceil

from trytond.i18n import gettext

from .invoice import get_not_invoiced, get_without_books
from .settlement_figures import get_voice
from .statement_debt import get_debts

ZERO = Decimal(0)


def get_names(statement):
    """Return how the parties were called when it was locked, by their ids

    Until then they are called as they are.
    """
    names = {}
    if not statement.content:
        return names
    told = json.loads(statement.content)['lines']
    for line, told_line in zip(statement.lines, told, strict=True):
        names[line.service.operator.id] = told_line['operator']
        for part, told_part in zip(
                line.parts, told_line['parts'], strict=True):
            names[part.beneficiary] = told_part['beneficiary']
    return names


def _call(party, names):
    return names.get(party.id) or party.rec_name


def is_paid(statement, debt, not_invoiced):
    """Return whether all invoices of the debt are paid, if there are any

    not_invoiced: (payer, beneficiary) of the debts that are not yet.
    """
    pair = debt.payer, debt.beneficiary
    invoices = [
        i for i in statement.invoices
        if i.state != 'cancelled' and _get_pair(i) == pair]
    if not invoices and pair not in not_invoiced:
        # Neither keeps books here: people say that it is paid.
        return statement.state == 'settled'
    return pair not in not_invoiced and all(
        i.state == 'paid' for i in invoices)


def _get_pair(invoice):
    "Return the payer and the beneficiary of an invoice"
    pair = invoice.party, invoice.company.party
    return pair if invoice.type == 'out' else pair[::-1]


def get_due_lines(statement):
    """Return what is payable, due and paid today of each line

    It moves with what is paid: the content of the statement does not hold it.
    """
    round = statement.convention.currency.round
    not_invoiced = get_not_invoiced(statement)
    paid = {
        (debt.payer.id, debt.beneficiary.id)
        for debt in get_debts(statement)
        if is_paid(statement, debt, not_invoiced)}
    return [{
            'number': line.service.number,
            'event': line.service.event_name,
            'payable': round(line.payable),
            'due': round(line.due),
            'paid': round(sum((
                    p.amount for p in line.parts if p.mode == 'pay'
                    and (line.service.operator.id, p.beneficiary) in paid),
                ZERO)),
            }
        for line in statement.lines]


def get_headline(statement, party=None):
    """Return what is due today, by when, in words

    party: speak to this party; to nobody by default.
    """
    sentences = []
    not_invoiced = get_not_invoiced(statement)
    without_books = get_without_books(statement)
    names = get_names(statement)
    for debt in get_debts(statement):
        if party in {None, debt.payer, debt.beneficiary} and debt.amount:
            known = None
            if is_paid(statement, debt, not_invoiced):
                # No book here shows it: people have said so.
                said = (debt.payer, debt.beneficiary) in without_books
                known = 'said' if said else 'paid'
            sentences.append(_say_debt(statement, debt, party, known, names))
    if not sentences:
        return gettext('tibillet_federation.msg_headline_nothing')
    return ' '.join(sentences)


def _say_debt(statement, debt, party, known, names):
    voice = get_voice(statement.convention)
    payer, beneficiary = debt.payer, debt.beneficiary
    amount, due = debt.amount, debt.due
    if amount < 0:
        # A correction takes back more than what the period gives.
        payer, beneficiary = beneficiary, payer
        amount, due = -amount, -due
    values = {
        'payer': _call(payer, names),
        'beneficiary': _call(beneficiary, names),
        'amount': voice.amount(amount),
        'date': (
            voice.date(statement.due_date) if statement.due_date else ''),
        }
    person = {payer: 'you_owe', beneficiary: 'owes_you'}.get(party, 'owes')
    if known:
        return gettext(
            f'tibillet_federation.msg_headline_{person}_{known}', **values)
    if not debt.waits:
        return gettext(f'tibillet_federation.msg_headline_{person}', **values)
    # What is not due has no day yet.
    message = 'due' if due else 'not_due'
    return ' '.join([
            gettext(
                f'tibillet_federation.msg_headline_{person}_waits', **values),
            gettext(
                f'tibillet_federation.msg_headline_{message}',
                due=voice.amount(due), date=values['date'])])


def get_waiting(statement):
    "Return (payer, beneficiary), by name, of what the customers make due"
    names = get_names(statement)
    return {
        (_call(d.payer, names), _call(d.beneficiary, names))
        for d in get_debts(statement) if d.waits}


def get_summary(statement):
    "Return what is due, and what remains to recoup, in words"
    if statement.state == 'draft':
        return gettext('tibillet_federation.msg_summary_draft')
    sentences = [get_headline(statement), get_remaining(statement)]
    late = say_late(statement.convention, statement.start_date, [
            (l.kind, l.service.number, l.date) for l in statement.lines])
    if late:
        sentences.append(late)
    if statement.state == 'invoiced':
        sentences += _say_without_books(statement)
    return '\n'.join(sentences)


def _say_without_books(statement):
    "Say of what no invoice is made here, if anything"
    pairs = get_without_books(statement)
    if not pairs:
        return
    if len(pairs) == len(get_debts(statement)):
        yield gettext('tibillet_federation.msg_summary_no_books')
        return
    names = get_names(statement)
    for payer, beneficiary in pairs:
        yield gettext(
            'tibillet_federation.msg_summary_flow_no_books',
            payer=_call(payer, names), beneficiary=_call(beneficiary, names))


def say_late(convention, start, lines):
    """Say which services are from before the period, if any

    lines: (kind, number, date).
    """
    voice = get_voice(convention)
    late = [
        f'{number} ({voice.date(date)})' for kind, number, date in lines
        if kind == 'service' and date < start]
    if late:
        return gettext(
            'tibillet_federation.msg_summary_late', services=', '.join(late))


def get_remaining(statement):
    "Return what remains to recoup, in words"
    voice = get_voice(statement.convention)
    if not statement.pot:
        return gettext('tibillet_federation.msg_remaining_no_pot')
    if not statement.closing_remaining:
        if statement.crossed_on:
            finished = 'crossed' if _has_finished(statement) else 'ended'
            return gettext(
                f'tibillet_federation.msg_remaining_{finished}',
                date=voice.date(statement.crossed_on))
        return gettext('tibillet_federation.msg_remaining_nothing')
    remaining = voice.amount(statement.closing_remaining)
    recouped = [l.recouped for l in statement.lines if l.recouped > 0]
    if not recouped:
        return gettext(
            'tibillet_federation.msg_remaining', remaining=remaining)
    average = sum(recouped) / len(recouped)
    return gettext(
        'tibillet_federation.msg_remaining_services',
        remaining=remaining,
        services=ceil(statement.closing_remaining / average))


def _has_finished(statement):
    "Return if a service finished the recoupment, not an entry"
    return any(
        l.kind == 'service' and l.date == statement.crossed_on
        and l.recouped > 0 and not l.closing_remaining
        for l in statement.lines)
