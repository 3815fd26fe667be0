"""What has happened: recorded once, by the code, and never edited."""
from trytond.i18n import gettext

from .exceptions import FactError


class FactMixin:
    """A record that the code makes and nobody changes, deletes or types

    _fact_message: what is said to who tries, _fact_error: with which error.
    """
    __slots__ = ()
    _fact_error = FactError

    @classmethod
    def check_modification(cls, mode, records, values=None, external=False):
        super().check_modification(
            mode, records, values=values, external=external)
        if mode != 'create' or external:
            for record in records:
                raise cls._fact_error(gettext(
                        cls._fact_message, **record.get_fact_names()))

    def get_fact_names(self):
        "Return what the sentence says of the record"
        return {'record': self.rec_name}
