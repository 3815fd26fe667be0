from tibillet_base.numbered import GivenNumberMixin

from trytond.model import fields
from trytond.pool import Pool


class NumberedMixin(GivenNumberMixin):
    "What takes its number from a sequence of the configuration, when asked"
    __slots__ = ()
    _rec_name = 'number'

    # The name of the sequence in the configuration.
    _sequence_name = None

    number = fields.Char("Number", readonly=True)

    @classmethod
    def __setup__(cls):
        cls.number.search_unaccented = False
        super().__setup__()

    @classmethod
    def copy(cls, records, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('number')
        return super().copy(records, default=default)

    @classmethod
    def set_number(cls, records):
        "Save the records with a number"
        pool = Pool()
        Configuration = pool.get('tibillet.equipment.configuration')
        config = Configuration(1)
        for record in records:
            if not record.number:
                record.number = config.get_multivalue(
                    cls._sequence_name, company=record.company.id).get()
        cls.save(records)
