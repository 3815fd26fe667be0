"""What was adopted is kept as it was, with its fingerprint.

The names of the parties, what they have brought and what they are obliged to
may change afterwards: the clauses that they signed do not.
"""
import hashlib

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import PoolMeta
from trytond.pyson import Eval

from tibillet import chain

from .clauses_export import get_data
from .exceptions import VersionContentError


class Version(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'

    hash = fields.Char(
        "Fingerprint", readonly=True,
        states={
            'invisible': ~Eval('hash'),
            },
        help="The SHA-256 of what was adopted.")
    content = fields.Text("Content", readonly=True, loading='lazy')

    @classmethod
    def keep_content(cls, versions):
        "Keep what the versions say, as the parties adopt it"
        for version in versions:
            content = chain.canonical(get_data(version))
            version.content = content.decode()
            version.hash = hashlib.sha256(content).hexdigest()
        cls.save(versions)

    def get_adopted_content(self):
        """Return the bytes that were adopted

        None of a draft, and of what was adopted before any was kept.
        """
        if not self.hash and not self.content:
            return None
        content = (self.content or '').encode()
        if hashlib.sha256(content).hexdigest() != self.hash:
            raise VersionContentError(gettext(
                    'tibillet_federation.msg_version_content',
                    version=self.rec_name,
                    convention=self.convention.rec_name))
        return content

    @classmethod
    def copy(cls, versions, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('hash')
        default.setdefault('content')
        return super().copy(versions, default=default)
