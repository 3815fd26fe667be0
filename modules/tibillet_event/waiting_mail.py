"""The message by which somebody of a waiting list is offered places."""
from tibillet_base import mail

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction

from .change_mail import format_start


def get_address(entry):
    "Return where an offer is sent, None if nothing is known"
    if entry.email:
        return entry.email.strip()
    if entry.party:
        return mail.get_address(entry.party)
    return None


def send(entry):
    "Send the offer, and keep the message on the entry"
    pool = Pool()
    Waiting = pool.get('tibillet.waiting')
    parties = [p for p in [entry.party, entry.company.party] if p]
    languages = [p.lang.code for p in parties if p.lang]
    context = {'language': languages[0]} if languages else {}
    with Transaction().set_context(**context):
        entry = Waiting(entry.id)
        values = _get_values(entry)
        message, body = mail.compose(
            entry.company, get_address(entry), entry.who,
            gettext('tibillet_event.msg_waiting_mail_subject', **values),
            gettext('tibillet_event.msg_waiting_mail_body', **values))
    mail.send(message, body, entry)


def _get_values(entry):
    performance = entry.performance
    timezone = performance.venue.timezone
    return {
        'who': entry.who,
        'event': performance.event.name,
        'date': format_start(performance.start, timezone),
        'venue': performance.venue.name,
        'asked': entry.quantity,
        'offered': entry.offered,
        'until': format_start(entry.offered_until, timezone),
        'seller': entry.company.party.name,
        }
