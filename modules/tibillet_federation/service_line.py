from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.pyson import Eval

from .child import ChildMixin
from .exceptions import ServiceModificationError


class ServiceLineMixin(ChildMixin):
    """A line of a service, frozen with it

    Once the service is in a locked statement, what turns out to be wrong is
    added as a correction, which the next statement settles.
    """
    __slots__ = ()

    _parent_name = 'service'
    # What is known later and changes no figure.
    _free_fields = set()

    service = fields.Many2One(
        'tibillet.convention.service', "Service",
        required=True, ondelete='CASCADE')
    service_state = fields.Function(
        fields.Selection('get_service_states', "Service State"),
        'on_change_with_service_state')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    correction_date = fields.Date(
        "Correction Date",
        states={
            'readonly': Eval('id', -1) >= 0,
            'invisible': (
                ~Eval('correction_date')
                & ~Eval('service_state').in_(['declared', 'settled'])),
            },
        help="When the line corrects a service "
        "which is already in a locked statement.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('service')

    @classmethod
    def get_service_states(cls):
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        return Service.fields_get(['state'])['state']['selection']

    @fields.depends('service', '_parent_service.state')
    def on_change_with_service_state(self, name=None):
        return self.service.state if self.service else None

    @fields.depends('service', '_parent_service.currency')
    def on_change_with_currency(self, name=None):
        return self.service.currency if self.service else None

    @classmethod
    def copy(cls, lines, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('correction_date')
        return super().copy(lines, default=default)

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        free = mode == 'write' and set(values) <= cls._free_fields
        for line in lines:
            line._check_closed()
            if free:
                line._check_free(values)
                continue
            service = line.service
            if mode == 'write' and 'correction_date' in values:
                raise ServiceModificationError(gettext(
                        'tibillet_federation.msg_service_correction_moved',
                        service=service.rec_name))
            if mode == 'create' and service.locked:
                line._check_correction()
                continue
            service.check_unlocked()
            if service.state in {'declared', 'cancelled'}:
                raise ServiceModificationError(gettext(
                        'tibillet_federation.msg_service_modification',
                        service=service.rec_name))
            if line.correction_date:
                raise ServiceModificationError(gettext(
                        'tibillet_federation.msg_service_correction_early',
                        service=service.rec_name))

    def _check_closed(self):
        convention = self.service.convention
        if convention.state == 'closed':
            raise ServiceModificationError(gettext(
                    'tibillet_federation.msg_service_closed',
                    service=self.service.rec_name,
                    convention=convention.rec_name))

    def _check_free(self, values):
        "Check what is written of the free fields"

    def _check_correction(self):
        "Check that a statement to come can settle the correction"
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        convention = self.service.convention
        locked_until = Statement.get_locked_until(convention)
        if not self.correction_date or self.correction_date <= locked_until:
            raise ServiceModificationError(gettext(
                    'tibillet_federation.msg_service_correction_date',
                    service=self.service.rec_name,
                    statement=self.service.statement.rec_name,
                    date=convention.format_date(locked_until)))
        today = tools.today(convention.company)
        if self.correction_date > today:
            raise ServiceModificationError(gettext(
                    'tibillet_federation.msg_service_correction_later',
                    service=self.service.rec_name,
                    date=convention.format_date(self.correction_date),
                    today=convention.format_date(today)))
