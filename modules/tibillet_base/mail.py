"""Messages to parties: where they go, and where they are kept."""
import re
from email.message import EmailMessage
from html import escape

import trytond.config as config
from trytond.pool import Pool
from trytond.sendmail import send_message_transactional
from trytond.tools.email_ import format_address

from .tools import sliced

# What may be an address: a name, an at sign and a domain, no space.
_ADDRESS = re.compile(r'[^@\s]+@[^@\s]+\.[^@\s]+')


def is_address(text):
    return bool(_ADDRESS.fullmatch(text or ''))


def get_address(party, usage=None):
    "Return the address of a party for a usage, None if there is none"
    mechanism = party.contact_mechanism_get({'email'}, usage=usage)
    if mechanism and is_address(mechanism.email):
        return mechanism.email


def compose(company, address, name, subject, content):
    """Return a message of a company to a person, and its body in HTML

    content: plain text, with an empty line between paragraphs.
    """
    message = EmailMessage()
    message.set_content(content)
    body = ''.join(
        '<p>{}</p>'.format(escape(part).replace('\n', '<br/>'))
        for part in content.split('\n\n'))
    message.add_alternative(body, subtype='html')
    message['From'] = config.get('email', 'from')
    reply_to = get_address(company.party)
    if reply_to:
        message['Reply-To'] = reply_to
    message['To'] = format_address(address, name or '')
    message['Subject'] = ' '.join(subject.split())
    return message, body


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


def forget(records):
    "Delete the messages that are kept on records, whose people are forgotten"
    pool = Pool()
    Email = pool.get('ir.email')
    for some in sliced(records):
        Email.delete(Email.search([
                    ('resource', 'in', [str(r) for r in some]),
                    ]))
