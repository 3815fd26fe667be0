"""What a statement says first: who owes what to whom, by when."""
import json
from decimal import Decimal
from math import ceil

from trytond.i18n import gettext

from .invoice import get_to_invoice, get_without_books
from .settlement_figures import get_voice
from .statement_debt import get_debts
from .statement_paid import Paid

ZERO = Decimal(0)
# The states in which what was sent is not locked yet.
SENT = ['sent', 'contested', 'answered', 'approved']


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


def get_due_lines(statement):
    """Return what is payable, due and paid today of each line

    It moves with what is paid: the content of the statement does not hold it.
    """
    round = statement.convention.currency.round
    found = Paid(statement)
    return [{
            'number': line.service.number,
            'event': line.service.event_name,
            'payable': round(line.payable),
            'customer': round(_get_customer(line)),
            'due': round(line.due),
            'paid': round(sum(
                    (found.get_paid(a) for a in line.allocations), ZERO)),
            }
        for line in statement.lines]


def _get_customer(line):
    """Return what the customer has paid of the turnover of a line

    What is left out of the base does not count. Of a correction, what the
    customer has paid of what it adds.
    """
    since = line.date if line.kind == 'adjustment' else None
    return sum(
        (t.paid for t in line.service.turnovers
            if t.included and t.correction_date == since), ZERO)


def get_headline(statement, party=None):
    """Return what is due and paid today, by when, in words

    party: speak to this party; to nobody by default.
    """
    names, found = get_names(statement), Paid(statement)
    sentences = []
    for debt in get_debts(statement):
        debt.read(found, statement)
        if party in {None, debt.payer, debt.beneficiary} and debt.amount:
            sentences += _say_debt(statement, debt, party, names)
    if not sentences:
        return gettext('tibillet_federation.msg_headline_nothing')
    return ' '.join(sentences)


def _say_debt(statement, debt, party, names):
    "Yield what is owed, due, paid and to give back of a debt"
    voice = get_voice(statement.convention)
    # A correction may take back more than what the period gives.
    turned = debt.amount < 0
    sign = -1 if turned else 1
    payer, beneficiary = debt.payer, debt.beneficiary
    if turned:
        payer, beneficiary = beneficiary, payer
    values = {
        'payer': _call(payer, names),
        'beneficiary': _call(beneficiary, names),
        'amount': voice.amount(sign * debt.amount),
        'due': voice.amount(sign * debt.due),
        'paid': voice.amount(sign * debt.kept),
        'all': voice.amount(sign * debt.paid),
        'left': voice.amount(sign * (debt.amount - debt.kept)),
        'back': voice.amount(sign * debt.back),
        'date': (
            voice.date(statement.due_date) if statement.due_date else ''),
        }

    def say(name):
        return gettext(f'tibillet_federation.msg_headline_{name}', **values)

    person = {payer: 'you_owe', beneficiary: 'owes_you'}.get(party, 'owes')
    if not debt.known and statement.state == 'settled':
        # No book here shows it: people have said so.
        yield say(f'{person}_said')
    elif debt.is_paid:
        yield say(f'{person}_paid')
    elif debt.waits:
        yield say(f'{person}_waits')
        # What is not due has no day yet.
        if not debt.due:
            yield say('not_due')
        elif abs(debt.kept) < abs(debt.due):
            yield say('due')
    else:
        yield say(person)
    if debt.back:
        yield say(f'{person}_back')
    elif debt.waits and debt.kept and debt.kept == debt.due:
        yield say('due_paid')
    elif debt.kept and not debt.is_paid:
        yield say('part_paid')


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
    if statement.state in SENT and not statement.is_current:
        sentences.insert(
            0, gettext('tibillet_federation.msg_summary_changed'))
    late = say_late(statement.convention, statement.start_date, [
            (l.kind, l.service.number, l.date) for l in statement.lines])
    if late:
        sentences.append(late)
    if statement.state == 'invoiced':
        sentences += _say_to_invoice(statement)
        sentences += _say_without_books(statement)
    return '\n'.join(sentences)


def _say_to_invoice(statement):
    "Say what is due and no longer invoiced, or not yet, if anything"
    names = get_names(statement)
    voice = get_voice(statement.convention)
    for type_, company, party, amounts, _ in get_to_invoice(statement):
        yield gettext(
            'tibillet_federation.msg_summary_to_invoice',
            amount=voice.amount(sum(amounts.values(), ZERO)),
            company=_call(company.party, names),
            party=_call(party, names))


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
