"""What was agreed is kept as it was, with its fingerprint.

The content is the canonical JSON of plain data, so that whoever has the file
computes the same SHA-256 from it.
"""
import hashlib

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pyson import Eval

from tibillet import chain

from .exceptions import KeptContentError


def fingerprint(content):
    "Return the SHA-256 of bytes, as sha256sum prints it"
    return hashlib.sha256(content).hexdigest()


def check(record, content, hash_):
    """Return the bytes of what is kept of a record, as a text

    Raise KeptContentError when they do not have their fingerprint.
    """
    content = (content or '').encode()
    if fingerprint(content) != hash_:
        raise KeptContentError(gettext(
                'tibillet_federation.msg_kept_content',
                record=record.rec_name,
                convention=record.convention.rec_name))
    return content


class KeptContentMixin:
    "A record of a convention that keeps what was agreed"
    __slots__ = ()

    hash = fields.Char(
        "Fingerprint", readonly=True,
        states={
            'invisible': ~Eval('hash'),
            },
        help="The SHA-256 of the JSON file that can be downloaded.")
    content = fields.Text("Content", readonly=True, loading='lazy')

    def keep_content(self, data):
        "Set what is kept and its fingerprint, not saved"
        content = chain.canonical(data)
        self.content = content.decode()
        self.hash = fingerprint(content)

    def get_kept_content(self):
        """Return the bytes that are kept, None where nothing is yet

        Raise KeptContentError when they are not what was agreed.
        """
        if not self.hash and not self.content:
            return None
        return check(self, self.content, self.hash)
