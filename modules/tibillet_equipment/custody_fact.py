"""The database keeps the notes that are recorded, whoever writes."""
from tibillet_base.append_only import refuse_changes, stored

from trytond.pool import PoolMeta


class Custody(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment.custody'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        parties = ['from_party', 'to_party']
        refuse_changes(
            cls._table, stored(cls, but=parties), party_columns=parties,
            when="OLD.state = 'done'")


class CustodyLine(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment.custody.line'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, stored(cls),
            within="""EXISTS (
                SELECT 1 FROM tibillet_equipment_custody AS custody
                WHERE custody.id = {row}.custody
                    AND custody.state = 'done')""")
