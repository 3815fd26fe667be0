from trytond.model import ModelSingleton, ModelSQL, ModelView, fields
from trytond.modules.company.model import (
    CompanyMultiValueMixin, CompanyValueMixin)
from trytond.pool import Pool
from trytond.pyson import Eval, Id

convention_sequence = fields.Many2One(
    'ir.sequence', "Convention Sequence", required=True,
    domain=[
        ('company', 'in', [Eval('company', -1), None]),
        ('sequence_type', '=',
            Id('tibillet_federation', 'sequence_type_convention')),
        ],
    help="Used to number the conventions.")


class Configuration(
        ModelSingleton, ModelSQL, ModelView, CompanyMultiValueMixin):
    __name__ = 'tibillet.convention.configuration'
    __string__ = "Convention Configuration"

    convention_sequence = fields.MultiValue(fields.Many2One(
            'ir.sequence', "Convention Sequence", required=True,
            domain=[
                ('company', 'in', [
                        Eval('context', {}).get('company', -1), None]),
                ('sequence_type', '=',
                    Id('tibillet_federation', 'sequence_type_convention')),
                ],
            help="Used to number the conventions."))

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field == 'convention_sequence':
            return pool.get('tibillet.convention.configuration.sequence')
        return super().multivalue_model(field)

    @classmethod
    def default_convention_sequence(cls, **pattern):
        return cls.multivalue_model(
            'convention_sequence').default_convention_sequence()


class ConfigurationSequence(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.convention.configuration.sequence'
    __string__ = "Convention Configuration Sequence"

    convention_sequence = convention_sequence

    @classmethod
    def default_convention_sequence(cls):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        return ModelData.get_id('tibillet_federation', 'sequence_convention')
