"""Who waits: a party of the books, else an e-mail or a phone."""
import re

from tibillet_base import mail

DIGITS_MIN = 6


def get_phone(text):
    "Return the digits of a phone number, None if it cannot be one"
    number = re.sub(r'[\s().-]', '', text or '')
    if number.startswith('00'):
        number = '+' + number[2:]
    if re.fullmatch(rf'\+?[0-9]{{{DIGITS_MIN},15}}', number):
        return number
    return None


def get_key(party=None, email=None, phone=None):
    "Return what tells a person from others, None for somebody unknown"
    if party is not None:
        return f'party:{int(party)}'
    if email:
        return email.strip().lower()
    if phone:
        return f'tel:{get_phone(phone)}'
    return None


def get_mistyped(email=None, phone=None):
    "Return the address that cannot be one, None if all can"
    if email and not mail.is_address(email.strip()):
        return email
    if phone and not get_phone(phone):
        return phone
    return None
