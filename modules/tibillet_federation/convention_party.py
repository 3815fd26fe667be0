from decimal import Decimal

from stdnum import iban
from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields, sequence_ordered
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If

from .child import ChildMixin
from .choice import refuse
from .exceptions import ConventionModificationError, ConventionValidationError
from .of_convention import CurrencyMixin

ROLES = [
    ('provider', "Provider"),
    ('operator', "Operator"),
    ('contributor', "Contributor"),
    ('owner', "Owner"),
    ('beneficiary', "Beneficiary"),
    ('observer', "Observer"),
    ]
SIGNING_ROLES = {'provider', 'operator'}
LEGAL_STATUSES = [
    (None, ""),
    ('scic', "Co-operative of collective interest (SCIC)"),
    ('scop', "Workers' co-operative (SCOP)"),
    ('association', "Association"),
    ('company', "Company"),
    ('public', "Public body"),
    ('person', "Person"),
    ('informal', "Informal group"),
    ]
VAT_REGIMES = [
    ('subject', "Subject to VAT"),
    ('franchise', "VAT Not Applicable, Article 293 B"),
    ('not_subject', "Not Subject to VAT"),
    ]


class ConventionParty(
        CurrencyMixin, ChildMixin, ProblemMixin, sequence_ordered(), ModelSQL,
        ModelView):
    __name__ = 'tibillet.convention.party'
    __string__ = "Convention Party"

    convention = fields.Many2One(
        'tibillet.convention', "Convention", required=True,
        ondelete='CASCADE')
    convention_state = fields.Function(
        fields.Selection('get_convention_states', "Convention State"),
        'on_change_with_convention_state')
    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='RESTRICT',
        states={
            'readonly': (
                (Eval('id', -1) >= 0)
                & (Eval('convention_state') != 'draft')),
            },
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    company = fields.Many2One(
        'company.company', "Company", ondelete='RESTRICT',
        domain=[
            If(Eval('party'), ('party', '=', Eval('party', -1)), ()),
            ],
        states={
            'readonly': (
                Bool(Eval('company'))
                & (Eval('convention_state') != 'draft')),
            },
        help="The company of the party, when it keeps its books here.")
    roles = fields.MultiSelection(
        ROLES, "Roles", required=True, sort=False,
        states={
            'readonly': (
                (Eval('id', -1) >= 0)
                & (Eval('convention_state') != 'draft')),
            },
        help="What the party does in the convention.\n"
        "The provider brings the tool, the operator sells the services; "
        "both sign.")
    legal_status = fields.Selection(
        LEGAL_STATUSES, "Legal Status", sort=False)
    legal_status_string = legal_status.translated('legal_status')
    vat_regime = fields.Selection(
        VAT_REGIMES, "VAT Regime", required=True, sort=False)
    vat_regime_string = vat_regime.translated('vat_regime')
    signatory = fields.Char(
        "Signatory", help="The name of the person who signs.")
    signatory_title = fields.Char(
        "Signatory Title", help="In which quality this person signs.")
    iban = fields.Char(
        "IBAN",
        help="The account on which the party is paid, "
        "printed in the statements that make something due to it.")
    recoups = fields.Boolean(
        "Recoups",
        help="Check to recoup the contributions of the party.\n"
        "When unchecked they are shown but are not in the pot.")
    declared_total = Monetary(
        "Declared Total", currency='currency', digits='currency',
        help="The total the party has announced, for information.")
    contributed = fields.Function(Monetary(
            "Contributed", currency='currency', digits='currency',
            help="The sum of the contributions, including tax."),
        'get_contributed')
    contributed_net = fields.Function(Monetary(
            "Contributed, Net", currency='currency', digits='currency',
            help="The sum of the contributions, net of recoverable VAT."),
        'get_contributed')
    gap = fields.Function(Monetary(
            "Gap", currency='currency', digits='currency',
            states={
                'invisible': ~Eval('declared_total'),
                },
            help="The declared total less the computed one."),
        'get_contributed')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        table = cls.__table__()
        cls._sql_constraints += [
            ('convention_party_unique',
                Unique(table, table.convention, table.party),
                'tibillet_federation.msg_convention_party_unique'),
            ]

    @classmethod
    def default_vat_regime(cls):
        return 'subject'

    @classmethod
    def default_recoups(cls):
        return True

    @classmethod
    def get_convention_states(cls):
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        return Convention.fields_get(['state'])['state']['selection']

    @fields.depends('convention', '_parent_convention.state')
    def on_change_with_convention_state(self, name=None):
        return self.convention.state if self.convention else None

    @fields.depends('party', 'company')
    def on_change_party(self):
        pool = Pool()
        Company = pool.get('company.company')
        if self.company and self.company.party != self.party:
            self.company = None
        if self.party and not self.company:
            companies = Company.search([('party', '=', self.party.id)])
            if len(companies) == 1:
                self.company, = companies

    @property
    def must_sign(self):
        return bool(SIGNING_ROLES & set(self.roles or []))

    @classmethod
    def get_contributed(cls, lines, names):
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        totals = Contribution.get_totals({l.convention for l in lines})
        result = {name: {} for name in names}
        for line in lines:
            gross, net = totals.get(
                (line.convention.id, line.party.id), (Decimal(0), Decimal(0)))
            values = {
                'contributed': gross,
                'contributed_net': net,
                'gap': (
                    line.declared_total - gross
                    if line.declared_total is not None else None),
                }
            for name in names:
                result[name][line.id] = values[name]
        return result

    def get_rec_name(self, name):
        return self.party.rec_name

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party.rec_name', *clause[1:])]

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if iban.is_valid(values.get('iban') or ''):
            values = {**values, 'iban': iban.format(values['iban'])}
        return values

    @classmethod
    def validate_fields(cls, lines, field_names):
        super().validate_fields(lines, field_names)
        if 'iban' in field_names:
            for line in lines:
                if line.iban and not iban.is_valid(line.iban):
                    raise ConventionValidationError(gettext(
                            'tibillet_federation.msg_convention_party_iban',
                            party=line.rec_name,
                            convention=line.convention.rec_name,
                            iban=line.iban))
        if 'declared_total' in field_names:
            for line in lines:
                if (line.declared_total or 0) < 0:
                    raise ConventionValidationError(gettext(
                            'tibillet_federation'
                            '.msg_convention_party_declared',
                            party=line.rec_name,
                            convention=line.convention.rec_name))

    def _check_problem(self, field_names):
        if (field_names & {'company', 'party'} and self.company
                and self.company.party != self.party):
            refuse(
                'company', party=self.party.rec_name,
                company=self.company.rec_name)
        super()._check_problem(field_names)

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        if mode == 'create':
            cls._check_joining(lines)
            return
        if mode not in {'write', 'delete'}:
            return
        # The order decides who gets the last cent, the roles who signs and
        # approves. The VAT regime may change by law.
        fixed = {'party', 'recoups', 'sequence', 'roles'}
        changed = set(values or {})
        for line in lines:
            if not line.convention.is_agreed:
                continue
            # A party may come to keep its books here, not leave them.
            if (mode == 'delete' or fixed & changed
                    or ('company' in changed and line.company
                        and line.convention.state != 'draft')):
                raise ConventionModificationError(gettext(
                        'tibillet_federation.msg_convention_party_active',
                        party=line.rec_name,
                        convention=line.convention.rec_name))

    @classmethod
    def _check_joining(cls, lines):
        "Refuse who would change what the parties have signed"
        joining = {l.id for l in lines}
        for line in lines:
            convention = line.convention
            if not convention.is_agreed:
                continue
            # Both sign the clauses, and what these give to nobody in
            # particular goes to the first provider.
            if line.must_sign:
                message = 'msg_convention_party_signing'
            elif any(line._comes_before(p) for p in convention.parties
                    if p.id not in joining):
                message = 'msg_convention_party_order'
            else:
                continue
            raise ConventionModificationError(gettext(
                    f'tibillet_federation.{message}',
                    party=line.rec_name,
                    convention=convention.rec_name))

    def _comes_before(self, other):
        # As the database sorts them: those without a sequence come first.
        if self.sequence is None or other.sequence is None:
            return self.sequence is None and other.sequence is not None
        return self.sequence < other.sequence
