"""The code of a ticket, as a QR holds it: signed, read without a server.

A code is a text of capital letters and digits, which QR codes hold best:
TB and its version, then in base 32 the payload and its Ed25519 signature.
The payload names the ticket, the performance and the key, and from when
until when it opens the door. A door needs this file and the public keys of
the event; several keys are good at once, so that they can be replaced.
"""
import base64
import binascii
import datetime as dt
import struct
import uuid
from dataclasses import dataclass

from tibillet import chain

PREFIX = 'TB1'
# Version of the key, ticket, performance, first and last minute since 1970.
_PAYLOAD = struct.Struct('>H16s16sII')
_SIGNATURE_BYTES = 64


class CodeError(ValueError):
    "What was read is not the code of a ticket"


@dataclass(frozen=True)
class Code:
    """What a code says, whoever has signed it

    ticket, performance: UUID as texts; since, until: instants in UTC, whole
    minutes; key: the version of the key.
    """
    ticket: str
    performance: str
    since: dt.datetime
    until: dt.datetime
    key: int


def encode(code, private):
    "Return the text of a code, signed with a private key of 32 bytes"
    payload = _PAYLOAD.pack(
        code.key, uuid.UUID(code.ticket).bytes,
        uuid.UUID(code.performance).bytes, _minutes(code.since),
        _minutes(code.until))
    signature = chain.sign(private, _signed(payload))
    return PREFIX + base64.b32encode(
        payload + signature).decode().rstrip('=')


def read(text):
    """Return the Code, its signature not looked at

    Raise CodeError if the text is anything else.
    """
    return _unpack(_bytes(text)[0])


def verify(text, publics):
    """Return the Code if its signature is good, None if it is not

    publics: the 32 public bytes of each key of the event, by version.
    Raise CodeError if the text is not a code.
    """
    payload, signature = _bytes(text)
    code = _unpack(payload)
    public = publics.get(code.key)
    if public and chain.is_signed(public, _signed(payload), signature):
        return code


def _signed(payload):
    return PREFIX.encode() + payload


def _bytes(text):
    text = ''.join(text.split()).upper()
    if not text.startswith(PREFIX):
        raise CodeError("not a ticket")
    body = text[len(PREFIX):]
    try:
        data = base64.b32decode(body + '=' * (-len(body) % 8))
    except (binascii.Error, ValueError) as error:
        raise CodeError("not readable") from error
    if len(data) != _PAYLOAD.size + _SIGNATURE_BYTES:
        raise CodeError("not whole")
    return data[:_PAYLOAD.size], data[_PAYLOAD.size:]


def _unpack(payload):
    key, ticket, performance, since, until = _PAYLOAD.unpack(payload)
    return Code(
        str(uuid.UUID(bytes=ticket)), str(uuid.UUID(bytes=performance)),
        _instant(since), _instant(until), key)


def _minutes(instant):
    return int(instant.replace(tzinfo=dt.UTC).timestamp()) // 60


def _instant(minutes):
    return dt.datetime.fromtimestamp(
        minutes * 60, dt.UTC).replace(tzinfo=None)
