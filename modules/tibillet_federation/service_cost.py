from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Eval, If

from .evidence import EvidenceMixin
from .exceptions import ServiceDeclareError, ServiceValidationError
from .service_days import DaysMixin
from .service_line import ServiceLineMixin
from .settlement_book import Book


class CostMixin(ServiceLineMixin, EvidenceMixin):
    "A cost of a service, borne by one of the partners"
    __slots__ = ()

    _problem_error = ServiceValidationError
    _problem_message = 'tibillet_federation.msg_service_cost'

    partners = fields.Function(
        fields.Many2Many('party.party', None, None, "Partners"),
        'on_change_with_partners')
    payer = fields.Many2One(
        'party.party', "Borne by", required=True, ondelete='RESTRICT',
        domain=[
            If(Eval('partners', []),
                ('id', 'in', Eval('partners', [])), ()),
            ],
        help="The partner that has paid it.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        help="What it really costs, charges included, excluding tax "
        "when VAT is recovered.")
    tier = fields.Many2One(
        'tibillet.convention.version.tier', "Cascade Line",
        ondelete='RESTRICT',
        domain=[
            ('version.convention', '=', Eval('convention', -1)),
            ('kind', 'in', ['cost', 'time']),
            ],
        help="The line of the cascade that pays for it, "
        "when the clauses are a cascade.")
    convention = fields.Function(
        fields.Many2One('tibillet.convention', "Convention"),
        'on_change_with_convention')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.recovered_through.help += (
            '\nThe same evidence may not be used elsewhere.')

    @fields.depends('service', '_parent_service.convention')
    def on_change_with_convention(self, name=None):
        return self.service.convention if self.service else None

    @fields.depends('service', '_parent_service.partners')
    def on_change_with_partners(self, name=None):
        return self.service.partners if self.service else []

    @fields.depends('payer', 'service', '_parent_service.operator')
    def on_change_service(self):
        if self.service and not self.payer:
            self.payer = self.service.operator

    @property
    def evidence_owner(self):
        return self.payer

    @property
    def evidence_key(self):
        # What a cancelled service has not cost may be used elsewhere.
        if self.service.state != 'cancelled':
            return super().evidence_key

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if self.partners and self.payer not in self.partners:
            return 'payer'
        if self.tier and not self._may_be_paid_by(self.tier):
            return 'tier'
        # Only what was too much is taken back, by a correction.
        if ({'amount', 'correction_date'} & field_names
                and self.amount < 0 and not self.correction_date):
            return 'negative'

    def _may_be_paid_by(self, tier):
        return (
            tier.kind in {'cost', 'time'}
            and tier.version.convention == self.convention)

    def _get_problem_names(self):
        return {
            'cost': self.rec_name,
            'service': self.service.rec_name,
            'convention': self.convention.rec_name,
            'payer': self.payer.rec_name,
            'date': self.convention.format_date(self.service.date),
            'partners': ', '.join(p.rec_name for p in self.partners),
            }

    @classmethod
    def copy(cls, costs, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('evidence_line')
        default.setdefault('evidence_file')
        default.setdefault('evidence_reference')
        return super().copy(costs, default=default)


class HumanCost(DaysMixin, CostMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.service.human_cost'
    __string__ = "Convention Service Human Cost"

    _evidence_code = 'payslip'

    role = fields.Char(
        "Role", required=True,
        help="What the person does, such as cashless technician.")
    person = fields.Many2One(
        'party.party', "Person", ondelete='RESTRICT',
        help="Who works. The statement names nobody.")
    kind = fields.Selection([
            ('salary', "Salary"),
            ('fee', "Artist Fee"),
            ('invoice', "Invoice"),
            ('waived', "Waived"),
            ], "Kind", required=True, sort=False,
        help="An artist fee is for artists only: "
        "a technician is paid by the hour.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # The documents of the convention are read by every party; a payslip
        # by who pays.
        cls.evidence_file.domain = [
            ('resource.id', '=', Eval('id', -1), cls.__name__),
            ]
        # The base is less by it, or a line of the cascade pays it: nothing
        # else gives it back.
        cls.recovered_through.domain = [('recovered_through', '=', 'none')]
        cls.recovered_through.states['invisible'] = True

    def _get_evidence_places(self):
        # All parties read the documents of the convention.
        return [self]

    @classmethod
    def default_kind(cls):
        return 'salary'

    @classmethod
    def default_recovered_through(cls):
        return 'none'

    @fields.depends('kind')
    def on_change_kind(self):
        if self.kind == 'waived':
            self.amount = Decimal(0)

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if {'kind', 'amount'} & field_names:
            if self.kind == 'waived' and self.amount:
                return 'waived'
            if self.kind != 'waived' and not self.amount:
                return 'unpaid'
        if ('recovered_through' in field_names
                and self.recovered_through != 'none'):
            return 'recovered'

    def get_rec_name(self, name):
        return self.role

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('role', *clause[1:])]


class CommonCost(CostMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.service.common_cost'
    __string__ = "Convention Service Common Cost"

    description = fields.Char("Description", required=True)
    nature = fields.Selection([
            ('travel', "Travel"),
            ('communication', "Communication"),
            ('logistics', "Logistics"),
            ('bank_fees', "Bank Fees"),
            ('hosting', "Hosting"),
            ('other', "Other"),
            ], "Nature", required=True, sort=False)

    # What gives back the cost of a service, or nothing.
    _channels = ['common', 'none']

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.recovered_through.domain = [
            ('recovered_through', 'in', cls._channels),
            ]

    @classmethod
    def default_nature(cls):
        return 'logistics'

    @classmethod
    def default_recovered_through(cls):
        return 'common'

    def get_rec_name(self, name):
        return self.description

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('description', *clause[1:])]

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if ('recovered_through' in field_names
                and self.recovered_through not in self._channels):
            return 'channel'
        if ({'evidence_line', 'evidence_file', 'evidence_reference'}
                & field_names and not self.has_evidence):
            return 'evidence'
        # What corrects a service is not declared again.
        if ({'correction_date', 'recovered_through', 'payer', 'tier'}
                & field_names and self.correction_date
                and self.service.scope == 'external'
                and not self._is_given_back()):
            return 'unrecovered'

    def check_channel(self):
        "Refuse to declare what nothing would give back"
        if self.recovered_through not in self._channels:
            raise ServiceDeclareError(gettext(
                    'tibillet_federation.msg_service_common_cost_channel',
                    service=self.service.rec_name,
                    cost=self.rec_name))
        if not self._is_given_back():
            raise ServiceDeclareError(
                self._say_problem('unrecovered'))

    def _is_given_back(self):
        "Return if the clauses give back what another partner has advanced"
        service = self.service
        if (self.recovered_through != 'common'
                or self.payer == service.operator):
            return True
        version = self.convention.version_at(service.date)
        # Without clauses nothing is settled: the service says so itself.
        return (
            not version or 'common' in (version.exclusions or [])
            or Book(self.convention).get_tier_key(self, version) is not None)
