"""What was adopted is kept as it was, with its fingerprint.

The names of the parties, what they have brought and what they are obliged to
may change afterwards: the clauses that they signed do not.
"""
from trytond.pool import PoolMeta

from .clauses_export import get_data
from .kept_content import KeptContentMixin


class Version(KeptContentMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'

    @classmethod
    def keep_contents(cls, versions):
        "Keep what the versions say, as the parties adopt it"
        for version in versions:
            version.keep_content(get_data(version))
        cls.save(versions)

    @classmethod
    def copy(cls, versions, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('hash')
        default.setdefault('content')
        return super().copy(versions, default=default)
