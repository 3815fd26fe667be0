"""The message by which a holder of tickets is told what has changed."""
from tibillet_base import mail

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction

from . import change_text, schedule


def get_address(ticket):
    "Return the address that is known of the holder of a ticket, or nothing"
    if ticket.email:
        return ticket.email if mail.is_address(ticket.email) else None
    if ticket.party:
        return mail.get_address(ticket.party)


def format_date(date):
    pool = Pool()
    Lang = pool.get('ir.lang')
    return Lang.get().strftime(date)


def format_start(start, timezone):
    "Return an instant in UTC as the people of a venue read it"
    if not start:
        return gettext('tibillet_event.msg_performance_change_unknown_date')
    local = schedule.to_local(start, timezone)
    return f'{format_date(local.date())} {local:%H:%M}'


def get_values(
        performance, kind, offers, deadline, old_start, new_start, company,
        holder, tickets, amount):
    "Return the fields of a message in the language of the context"
    pool = Pool()
    Lang = pool.get('ir.lang')
    timezone = performance.venue.timezone
    values = {
        'holder': holder or '',
        'event': performance.event.name,
        'date': format_start(old_start, timezone),
        'venue': performance.venue.name,
        'new_date': format_start(new_start, timezone),
        'tickets': str(tickets),
        'amount': Lang.get().currency(amount, company.currency),
        'deadline': format_date(deadline) if deadline else '',
        'organiser': performance.event.company.party.name,
        }
    values['choices'] = '\n'.join(
        change_text.fill(
            gettext(f'tibillet_event.msg_change_choice_{kind}_{offer}'),
            values)
        for offer in ['keep', 'refund', 'give'] if offer in offers)
    return values


def send(choice):
    "Send its message to a holder, and keep it on the choice"
    pool = Pool()
    Choice = pool.get('tibillet.performance.choice')
    text = get_text(choice)
    with Transaction().set_context(language=text.language.code):
        message, body = _get_message(Choice(choice.id), text)
    mail.send(message, body, choice)


def get_text(choice):
    "Return the text in the language of a holder, else in the first one"
    texts = sorted(choice.change.messages, key=lambda text: text.id)
    for text in texts:
        if text.language.code == choice.language:
            return text
    return texts[0]


def _get_message(choice, text):
    change = choice.change
    values = get_values(
        change.performance, change.kind, change.offers, change.deadline,
        change.old_start, change.new_start, choice.company, choice.holder,
        choice.quantity, choice.amount)
    subject = change_text.fill(text.subject, values)
    content = change_text.fill(text.body, values)
    return mail.compose(
        choice.company, choice.email, choice.holder, subject, content)
