from trytond.model import ModelSQL, Unique, fields


class ContributionEquipment(ModelSQL):
    __name__ = 'tibillet.convention.contribution-tibillet.equipment'
    __string__ = "Convention Contribution - Unit"

    contribution = fields.Many2One(
        'tibillet.convention.contribution', "Contribution", required=True,
        ondelete='CASCADE')
    equipment = fields.Many2One(
        'tibillet.equipment', "Unit", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('equipment_unique', Unique(table, table.equipment),
                'tibillet_federation.msg_contribution_equipment_unique'),
            ]
