from trytond.model import DeactivableMixin, ModelSQL, ModelView, Unique, fields
from trytond.pool import PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction


class Gate(DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.gate'
    __string__ = "Gate"

    name = fields.Char(
        "Name", required=True,
        help="What people call it, such as North or Artists.")
    company = fields.Many2One('company.company', "Company", required=True)
    venue = fields.Many2One(
        'tibillet.venue', "Venue", required=True, ondelete='RESTRICT',
        domain=[
            ('company', 'in', [Eval('company', -1), None]),
            ])
    tariffs = fields.Many2Many(
        'tibillet.gate-tibillet.tariff', 'gate', 'tariff', "Tariffs",
        domain=[
            ('event.company', '=', Eval('company', -1)),
            ],
        help="Those that the gate admits.\n"
        "All of an event, if none of its tariffs is here.")
    show_names = fields.Boolean(
        "Show Names",
        help="Check to let its devices list and find the holders by name: "
        "only those of tickets that the company has sold.")
    devices = fields.One2Many(
        'tibillet.device', 'gate', "Devices",
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        add_remove=[
            ('kind', '=', 'door'),
            ('gate', '=', None),
            ])

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    def get_rec_name(self, name):
        return f'{self.venue.rec_name}, {self.name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('name', *clause[1:]),
            ('venue.rec_name', *clause[1:]),
            ]

    @classmethod
    def copy(cls, gates, default=None):
        default = default.copy() if default is not None else {}
        # A device stands at one gate.
        default.setdefault('devices')
        return super().copy(gates, default=default)


class GateTariff(ModelSQL):
    __name__ = 'tibillet.gate-tibillet.tariff'
    __string__ = "Gate - Tariff"

    gate = fields.Many2One(
        'tibillet.gate', "Gate", required=True, ondelete='CASCADE')
    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('gate')
        table = cls.__table__()
        cls._sql_constraints += [
            ('tariff_unique', Unique(table, table.gate, table.tariff),
                'tibillet_event.msg_gate_tariff_unique'),
            ]


class Device(metaclass=PoolMeta):
    __name__ = 'tibillet.device'

    gate = fields.Many2One(
        'tibillet.gate', "Gate", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        states={
            'invisible': Eval('kind') != 'door',
            },
        help="Where the device stands: it opens the doors of this venue.")

    @classmethod
    def copy(cls, devices, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('gate')
        return super().copy(devices, default=default)

    @classmethod
    def _known_fields(cls):
        return [*super()._known_fields(), 'gate']
