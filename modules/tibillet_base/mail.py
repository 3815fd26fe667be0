"""Messages to parties: where they go, and where they are kept."""
import re

from trytond.pool import Pool
from trytond.sendmail import send_message_transactional

# What may be an address: a name, an at sign and a domain, no space.
_ADDRESS = re.compile(r'[^@\s]+@[^@\s]+\.[^@\s]+')


def is_address(text):
    return bool(_ADDRESS.fullmatch(text or ''))


def get_address(party, usage=None):
    "Return the address of a party for a usage, None if there is none"
    mechanism = party.contact_mechanism_get({'email'}, usage=usage)
    if mechanism and is_address(mechanism.email):
        return mechanism.email


def send(message, body, resource):
    """Send a message when the transaction ends, keep it and return the e-mail

    body: its HTML; resource: the record on which it is kept.
    """
    pool = Pool()
    Email = pool.get('ir.email')
    send_message_transactional(message)
    email = Email.from_message(message, body=body, resource=resource)
    email.save()
    return email
