from tibillet_base.numbered import GivenNumberMixin

from trytond.model import fields
from trytond.pool import Pool


class NumberedMixin(GivenNumberMixin):
    "What takes its number from a sequence of the configuration"
    __slots__ = ()

    # The name of the sequence in the configuration.
    _sequence_name = None

    number = fields.Char("Number", readonly=True)

    @classmethod
    def copy(cls, records, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('number')
        return super().copy(records, default=default)

    @classmethod
    def preprocess_values(cls, mode, values):
        pool = Pool()
        Configuration = pool.get('tibillet.convention.configuration')
        values = super().preprocess_values(mode, values)
        if mode == 'create' and not values.get('number'):
            company = cls._get_number_company(values)
            if company is not None:
                sequence = Configuration(1).get_multivalue(
                    cls._sequence_name, company=company)
                if sequence:
                    values['number'] = sequence.get()
        return values

    @classmethod
    def _get_number_company(cls, values):
        "Return the id of the company that numbers, if the values tell"
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        if values.get('convention'):
            return Convention(values['convention']).company.id
