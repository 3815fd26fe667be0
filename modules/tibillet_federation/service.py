from tibillet_base.names import search_names
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If

from .exceptions import (
    ServiceConfirmError, ServiceDeclareError, ServiceModificationError,
    ServicePerformError, ServiceTermError)
from .numbered import NumberedMixin
from .of_convention import PartnersMixin
from .service_result import get_results, preview
from .settlement import get_version
from .statement_line import PHASES

# The states in which a service is still being prepared.
OPEN = ['draft', 'confirmed', 'performed']

_states = {
    'readonly': ~Eval('state').in_(OPEN),
    }
# What decides if and how the service is shared, and who was asked.
_draft_fields = {
    'convention', 'operator', 'scope', 'customer', 'ethics', 'ethics_note'}
_draft_states = {
    'readonly': Eval('state') != 'draft',
    }
# Once declared, a service in a locked statement still takes corrections.
_line_states = {
    'readonly': (
        (Eval('state') == 'cancelled')
        | ((Eval('state') == 'declared') & ~Eval('locked'))),
    }


def _result(name, help=''):
    "Return a field of what the engine makes of the service"
    return fields.Function(
        Monetary(name, currency='currency', digits='currency', help=help),
        'get_result')


class Service(PartnersMixin, NumberedMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.service'
    __string__ = "Convention Service"

    _sequence_name = 'service_sequence'

    convention = fields.Many2One(
        'tibillet.convention', "Convention",
        required=True, ondelete='RESTRICT',
        domain=[
            If(Eval('state') == 'draft',
                ('state', 'in', If(
                        Eval('id', -1) < 0,
                        ['draft', 'active', 'notice'],
                        # Set back to draft while it is closing.
                        ['draft', 'active', 'notice', 'closing'])),
                ()),
            ],
        states=_draft_states)
    operators = fields.Function(
        fields.Many2Many('party.party', None, None, "Operators"),
        'on_change_with_operators')
    operator = fields.Many2One(
        'party.party', "Operator", required=True, ondelete='RESTRICT',
        domain=[
            If(Eval('state') == 'draft',
                ('id', 'in', Eval('operators', [])),
                ()),
            ],
        states=_draft_states,
        help="The partner that sells the service and gets the turnover.")
    scope = fields.Selection([
            ('external', "For an Outside Organiser"),
            ('own', "Event of the Operator"),
            ], "Scope", required=True, sort=False, states=_draft_states,
        help="Only the services for outside organisers are shared.")
    customer = fields.Many2One(
        'party.party', "Customer", ondelete='RESTRICT',
        states={
            'readonly': _draft_states['readonly'],
            'invisible': Eval('scope') == 'own',
            },
        help="The outside organiser who pays for the service.")
    event_name = fields.Char("Event", required=True, states=_states)
    event_reference = fields.Char("Event Reference", states=_states)
    venue = fields.Char("Venue", states=_states)
    date = fields.Date(
        "Date", required=True, states=_states,
        help="The first day. The clauses in force that day apply.")
    end_date = fields.Date(
        "End Date", states=_states,
        help="The last day, when it lasts more than one.")
    ethics = fields.Selection([
            ('clear', "Clear"),
            ('doubt', "In Doubt"),
            ('refused', "Refused"),
            ], "Ethical Use", required=True, sort=False,
        states=_draft_states,
        help="When in doubt, the parties of the convention are asked first.")
    ethics_note = fields.Text(
        "Ethical Note",
        states={
            'readonly': _draft_states['readonly'],
            'required': Eval('ethics') != 'clear',
            'invisible': (Eval('ethics') == 'clear') & ~Eval('ethics_note'),
            },
        help="What the doubt is about and what the parties answered.")
    turnovers = fields.One2Many(
        'tibillet.convention.service.turnover', 'service', "Turnover",
        states=_line_states)
    human_costs = fields.One2Many(
        'tibillet.convention.service.human_cost', 'service', "Human Costs",
        states=_line_states)
    common_costs = fields.One2Many(
        'tibillet.convention.service.common_cost', 'service', "Common Costs",
        states=_line_states)
    equipments = fields.One2Many(
        'tibillet.convention.service.equipment', 'service', "Equipment Used",
        states=_line_states)
    turnover = _result(
        "Turnover", "What the customer pays for, excluding tax.")
    excluded = _result(
        "Excluded", "The costs deducted from the turnover.")
    base = _result(
        "Base", "The turnover less the excluded costs.")
    share = _result(
        "Share", "What the operator gives back for this service.")
    recouped = _result(
        "Recouped", "The part of the share that recoups contributions.")
    post = _result(
        "Share after Recoupment",
        "The part of the share that goes to the destinations.")
    phase = fields.Function(
        fields.Selection(
            [(None, "")] + PHASES, "Phase", sort=False,
            help="Whether the service comes before recoupment ends, "
            "ends it or comes after it."),
        'get_result')
    explanation = fields.Function(
        fields.Text(
            "Explanation",
            help="How the share is computed, to be checked by hand."),
        'get_result')
    line = fields.Function(
        fields.Many2One(
            'tibillet.convention.statement.line', "Statement Line"),
        'get_line')
    statement = fields.Function(
        fields.Many2One('tibillet.convention.statement', "Statement"),
        'get_line')
    locked = fields.Function(
        fields.Boolean(
            "Locked", help="The service is in a locked statement."),
        'get_line')
    state = fields.Selection([
            ('draft', "Draft"),
            ('confirmed', "Confirmed"),
            ('performed', "Performed"),
            ('declared', "Declared"),
            ('settled', "Settled"),
            ('cancelled', "Cancelled"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(
                table,
                (table.convention, Index.Equality()),
                (table.date, Index.Range(order='ASC'))))
        cls._order = [
            ('date', 'DESC'),
            ('number', 'DESC'),
            ('id', 'DESC'),
            ]
        cls._transitions |= {
            ('draft', 'confirmed'),
            ('confirmed', 'performed'),
            ('performed', 'declared'),
            ('declared', 'settled'),
            ('settled', 'declared'),
            ('confirmed', 'draft'),
            ('performed', 'draft'),
            ('declared', 'draft'),
            ('cancelled', 'draft'),
            ('draft', 'cancelled'),
            ('confirmed', 'cancelled'),
            ('performed', 'cancelled'),
            }
        cls._buttons.update({
                'confirm': {
                    'invisible': Eval('state') != 'draft',
                    'readonly': Eval('ethics') != 'clear',
                    'icon': 'tryton-forward',
                    'depends': ['state', 'ethics'],
                    },
                'perform': {
                    'invisible': Eval('state') != 'confirmed',
                    'icon': 'tryton-forward',
                    'depends': ['state'],
                    },
                'declare': {
                    'invisible': Eval('state') != 'performed',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                'draft': {
                    'invisible': (
                        ~Eval('state').in_([
                                'confirmed', 'performed', 'declared',
                                'cancelled'])
                        | Eval('locked')),
                    'icon': If(
                        Eval('state') == 'cancelled',
                        'tryton-undo', 'tryton-back'),
                    'depends': ['state', 'locked'],
                    },
                'cancel': {
                    'invisible': (
                        ~Eval('state').in_(OPEN) | (Eval('id', -1) < 0)),
                    'icon': 'tryton-cancel',
                    'depends': ['state', 'id'],
                    },
                })

    @classmethod
    def _get_number_company(cls, values):
        # A copy leaves out what is as by default.
        return super()._get_number_company(
            {'convention': cls.default_convention(), **values})

    @classmethod
    def default_convention(cls):
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        conventions = Convention.search([
                ('state', 'in', ['active', 'notice']),
                ], limit=2)
        if len(conventions) == 1:
            return conventions[0].id

    @classmethod
    def default_scope(cls):
        return 'external'

    @classmethod
    def default_ethics(cls):
        return 'clear'

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends('convention', '_parent_convention.parties')
    def on_change_with_operators(self, name=None):
        if not self.convention:
            return []
        return [
            p.party for p in self.convention.parties
            if 'operator' in (p.roles or [])]

    @fields.depends('operator', methods=['on_change_with_operators'])
    def on_change_convention(self):
        operators = self.on_change_with_operators()
        if self.operator not in operators:
            self.operator = operators[0] if len(operators) == 1 else None

    @fields.depends('scope')
    def on_change_scope(self):
        if self.scope == 'own':
            self.customer = None

    @fields.depends(
        'id', 'number', 'convention', 'operator', 'scope', 'date', 'state',
        'currency', 'turnovers', 'human_costs', 'common_costs')
    def _preview(self):
        for name, value in preview(self).items():
            setattr(self, name, value)

    @fields.depends(methods=['_preview'])
    def on_change_turnovers(self):
        self._preview()

    @fields.depends(methods=['_preview'])
    def on_change_human_costs(self):
        self._preview()

    @fields.depends(methods=['_preview'])
    def on_change_common_costs(self):
        self._preview()

    @fields.depends(methods=['_preview'])
    def on_change_date(self):
        self._preview()

    @classmethod
    def get_result(cls, services, names):
        results = get_results(services)
        return {
            name: {s.id: results[s.id][name] for s in services}
            for name in names}

    @classmethod
    def get_line(cls, services, names):
        pool = Pool()
        Line = pool.get('tibillet.convention.statement.line')
        lines = Line.get_settled(services)
        result = {}
        for name in names:
            result[name] = values = {}
            for service in services:
                line = lines.get(service.id)
                if name == 'locked':
                    values[service.id] = bool(line)
                elif name == 'line':
                    values[service.id] = line.id if line else None
                else:
                    values[service.id] = line.statement.id if line else None
        return result

    def get_rec_name(self, name):
        return ' '.join(filter(None, [self.number, self.event_name]))

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(clause, 'number', 'event_name')

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'cancelled', 'muted',
                    If(Eval('ethics') != 'clear', 'warning', ''))),
            ]

    @classmethod
    def copy(cls, services, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('turnovers')
        default.setdefault('human_costs')
        default.setdefault('common_costs')
        default.setdefault('equipments')
        return super().copy(services, default=default)

    @classmethod
    def validate_fields(cls, services, field_names):
        super().validate_fields(services, field_names)
        if field_names & {'date', 'end_date', 'convention'}:
            for service in services:
                service._check_term()
                if service.state == 'performed':
                    service._check_over()

    def _check_term(self):
        convention = self.convention
        dates = [self.date, self.last_date]
        if convention.start and all(map(convention.covers, dates)):
            return
        if not convention.start and convention.state == 'draft':
            return
        term = 'term' if convention.end else 'start'
        raise ServiceTermError(gettext(
                f'tibillet_federation.msg_service_{term}',
                service=self.rec_name,
                convention=convention.rec_name,
                date=convention.format_date(self.date),
                start=convention.format_date(convention.start),
                end=convention.format_date(convention.end)))

    @classmethod
    def check_modification(cls, mode, services, values=None, external=False):
        super().check_modification(
            mode, services, values=values, external=external)
        lines = {'turnovers', 'human_costs', 'common_costs', 'equipments'}
        if mode == 'create':
            wrong = [s for s in services if external and s.state != 'draft']
        elif mode == 'delete':
            wrong = [
                s for s in services if s.state not in {'draft', 'cancelled'}]
        else:
            changed = set(values) - lines - {'state'}
            # The state moves by the buttons only.
            wrong = [
                s for s in services
                if (external and 'state' in values)
                or (changed and s.state not in OPEN)
                or (changed & _draft_fields and s.state != 'draft')]
        for service in wrong:
            raise ServiceModificationError(gettext(
                    'tibillet_federation.msg_service_modification',
                    service=service.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, services):
        for service in services:
            service.check_unlocked()

    def check_unlocked(self):
        "Check that no locked statement shows the service"
        if self.locked:
            raise ServiceModificationError(gettext(
                    'tibillet_federation.msg_service_locked',
                    service=self.rec_name,
                    statement=self.statement.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('confirmed')
    def confirm(cls, services):
        for service in services:
            service._check_ethics()
            service._check_convention()
            service._check_term()

    def _check_convention(self):
        "Check that the convention takes the service"
        if self.convention.state not in {'active', 'notice'}:
            raise ServiceConfirmError(gettext(
                    'tibillet_federation.msg_service_convention',
                    service=self.rec_name,
                    convention=self.convention.rec_name))

    @property
    def last_date(self):
        return self.end_date or self.date

    def _check_ethics(self):
        if self.ethics != 'clear':
            raise ServiceConfirmError(gettext(
                    'tibillet_federation.msg_service_ethics',
                    service=self.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('performed')
    def perform(cls, services):
        for service in services:
            service._check_over()

    def _check_over(self):
        "Check that the service has taken place"
        last = self.last_date
        if last > today(self.convention.company):
            raise ServicePerformError(gettext(
                    'tibillet_federation.msg_service_future',
                    service=self.rec_name,
                    date=self.convention.format_date(last)))

    @classmethod
    @ModelView.button
    @Workflow.transition('declared')
    def declare(cls, services):
        for service in services:
            service._check_ethics()
            service._check_over()
            if service.scope != 'external':
                continue
            if not any(l.included for l in service.turnovers):
                raise ServiceDeclareError(gettext(
                        'tibillet_federation.msg_service_no_turnover',
                        service=service.rec_name))
            if not service.human_costs:
                raise ServiceDeclareError(gettext(
                        'tibillet_federation.msg_service_no_human_cost',
                        service=service.rec_name))
            # Refuse what no clause can settle.
            get_version(service.convention, service.date)
            for cost in service.common_costs:
                cost.check_channel()

    @classmethod
    @Workflow.transition('settled')
    def settle(cls, services):
        pass

    @classmethod
    @Workflow.transition('declared')
    def reopen(cls, services):
        "Take back what was settled, because an invoice is no longer paid"

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, services):
        pass

    def is_missing_costs(self):
        return self.scope == 'external' and not self.human_costs
