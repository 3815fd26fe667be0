"""The message by which a party receives its statement."""
from email.message import EmailMessage
from html import escape

from tibillet_base import mail

import trytond.config as config
from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.tools import slugify
from trytond.tools.email_ import format_address
from trytond.transaction import Transaction


def get_address(party):
    "Return the address to which statements of the party go, or nothing"
    return mail.get_address(party, usage='invoice')


def send(statement, party):
    "Send the statement to a party, and keep the message on the statement"
    pool = Pool()
    Statement = pool.get('tibillet.convention.statement')
    language = party.lang.code if party.lang else None
    with Transaction().set_context(language=language):
        statement = Statement(statement.id)
        message, body = _get_message(statement, party)
    return mail.send(message, body, statement)


def _get_message(statement, party):
    pool = Pool()
    Report = pool.get('tibillet.convention.statement', type='report')
    convention = statement.convention
    paragraphs = [
        gettext('tibillet_federation.msg_mail_hello', party=party.rec_name),
        gettext(
            'tibillet_federation.msg_mail_statement',
            statement=statement.rec_name,
            convention=convention.rec_name,
            start=convention.format_date(statement.start_date),
            end=convention.format_date(statement.end_date)),
        statement.get_headline(party),
        gettext(
            'tibillet_federation.msg_mail_contest',
            date=convention.format_date(statement.contest_until)),
        ]
    link = statement.__href__
    message = EmailMessage()
    message.set_content('\n\n'.join([*paragraphs, link]))
    body = ''.join(f'<p>{escape(p)}</p>' for p in paragraphs)
    body += f'<p><a href="{escape(link)}">{escape(link)}</a></p>'
    message.add_alternative(body, subtype='html')
    extension, content, _, title = Report.execute(
        [statement.id], {'party': party.id})
    message.add_attachment(
        content, maintype='application', subtype=extension,
        filename=f'{slugify(title)}.{extension}')
    message['From'] = config.get('email', 'from')
    reply_to = get_address(convention.company.party)
    if reply_to:
        message['Reply-To'] = reply_to
    message['To'] = format_address(get_address(party), party.name)
    message['Subject'] = gettext(
        'tibillet_federation.msg_mail_subject',
        statement=statement.rec_name, convention=convention.name)
    return message, body
