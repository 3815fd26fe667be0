from trytond.model import ModelSingleton, ModelSQL, ModelView, fields
from trytond.modules.company.model import (
    CompanyMultiValueMixin, CompanyValueMixin)
from trytond.pool import Pool
from trytond.pyson import Eval, Id

_sequence_domain = [
    ('sequence_type', '=',
        Id('tibillet_membership', 'sequence_type_membership')),
    ]


class Configuration(
        ModelSingleton, ModelSQL, ModelView, CompanyMultiValueMixin):
    __name__ = 'tibillet.membership.configuration'
    __string__ = "Membership Configuration"

    membership_sequence = fields.MultiValue(fields.Many2One(
            'ir.sequence', "Membership Sequence", required=True,
            domain=[
                ('company', 'in', [
                        Eval('context', {}).get('company', -1), None]),
                _sequence_domain,
                ],
            help="Used to number the members."))

    @classmethod
    def default_membership_sequence(cls, **pattern):
        return cls.multivalue_model(
            'membership_sequence').default_membership_sequence()


class ConfigurationMembershipSequence(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.membership.configuration.membership_sequence'
    __string__ = "Membership Configuration Sequence"

    membership_sequence = fields.Many2One(
        'ir.sequence', "Membership Sequence", required=True,
        domain=[
            ('company', 'in', [Eval('company', -1), None]),
            _sequence_domain,
            ],
        depends={'company'})

    @classmethod
    def default_membership_sequence(cls):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        try:
            return ModelData.get_id(
                'tibillet_membership', 'sequence_membership')
        except KeyError:
            return None
