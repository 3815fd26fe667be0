"""What the statutes say of assemblies: notice, quorum, majority, proxies."""
from decimal import Decimal

from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, Workflow, fields
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from .exceptions import AssemblyRuleAccessError

RATE_DIGITS = (3, 4)
KINDS = [
    ('ordinary', "Ordinary"),
    ('extraordinary', "Extraordinary"),
    ]
MAJORITIES = [
    ('simple', "More than Half"),
    ('two_thirds', "Two Thirds"),
    ('three_quarters', "Three Quarters"),
    ]
EXPRESSED = [
    ('ignored', "Not Counted"),
    ('against', "Counted Against"),
    ]

# What is typed until the statutes are adopted.
TYPED = [
    'company', 'kind', 'date', 'notice_days', 'second_notice_days', 'quorum',
    'second_quorum', 'quorum_by_college', 'method', 'majority',
    'abstentions', 'blanks', 'proxies_max']
# Of none is less than zero.
MOST = {
    'notice_days': 365, 'second_notice_days': 365, 'quorum': 1,
    'second_quorum': 1, 'proxies_max': 100}


def _rate(name, help=""):
    return fields.Numeric(
        name, digits=RATE_DIGITS, required=True, help=help)


def _days(name):
    return fields.Integer(
        name, required=True,
        help="Between the day on which members are convened and the day of "
        "the assembly.")


class AssemblyRule(Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.assembly.rule'
    __string__ = "Assembly Rule"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT')
    kind = fields.Selection(KINDS, "Assembly", required=True, sort=False)
    kind_string = kind.translated('kind')
    date = fields.Date(
        "From", required=True,
        help="The day from which the statutes say so.")
    notice_days = _days("Days of Notice")
    second_notice_days = _days("Days of Notice, Second Call")
    quorum = _rate(
        "Quorum",
        "The part of the members on the roll that must be present or "
        "represented; a part of a member counts for a whole one.")
    second_quorum = _rate(
        "Quorum, Second Call",
        "When the first assembly lacked its quorum.")
    quorum_by_college = fields.Boolean(
        "In Each College",
        help="Check it if each college must reach the quorum too.")
    method = fields.Selection([
            ('members', "One Member, One Vote"),
            ('proportional', "By College, Proportional"),
            ('majority', "By College, Majority in the College"),
            ], "Votes Are Counted", required=True, sort=False,
        help="Proportional: the weight of a college is divided as its votes "
        "are. Majority: all of it goes to the side that has more than half "
        "of the votes of the college.")
    majority = fields.Selection(
        MAJORITIES, "Majority", required=True, sort=False,
        help="That is asked, of what is expressed. A resolution may ask for "
        "more.")
    majority_string = majority.translated('majority')
    abstentions = fields.Selection(
        EXPRESSED, "Abstentions", required=True, sort=False)
    blanks = fields.Selection(
        EXPRESSED, "Blank and Void Votes", required=True, sort=False)
    proxies_max = fields.Integer(
        "Proxies of One Member", required=True,
        help="How many other members one may represent at most.")
    state = fields.Selection([
            ('draft', "Draft"),
            ('adopted', "Adopted"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('date_unique',
                Unique(table, table.company, table.kind, table.date),
                'tibillet_membership.msg_assembly_rule_date'),
            ]
        cls._order = [('date', 'DESC'), ('kind', 'ASC'), ('id', 'DESC')]
        cls._transitions |= {('draft', 'adopted')}
        cls._buttons.update({
                'adopt': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                })
        for name in TYPED:
            getattr(cls, name).states['readonly'] = Eval('state') != 'draft'
        for name, most in MOST.items():
            getattr(cls, name).domain = [
                (name, '>=', 0), (name, '<=', most)]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_kind(cls):
        return 'ordinary'

    @classmethod
    def default_date(cls):
        return today()

    @classmethod
    def default_notice_days(cls):
        return 15

    @classmethod
    def default_second_notice_days(cls):
        return 10

    @classmethod
    def default_quorum(cls):
        return Decimal('0.2')

    @classmethod
    def default_second_quorum(cls):
        return Decimal(0)

    @classmethod
    def default_quorum_by_college(cls):
        return False

    @classmethod
    def default_method(cls):
        return 'members'

    @classmethod
    def default_majority(cls):
        return 'simple'

    @classmethod
    def default_abstentions(cls):
        return 'ignored'

    @classmethod
    def default_blanks(cls):
        return 'ignored'

    @classmethod
    def default_proxies_max(cls):
        return 1

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends('kind')
    def on_change_kind(self):
        "Propose what the commercial code asks of a general assembly"
        if self.kind == 'extraordinary':
            self.quorum, self.second_quorum = Decimal('0.25'), Decimal('0.2')
            self.majority = 'two_thirds'
        elif self.kind == 'ordinary':
            self.quorum, self.second_quorum = Decimal('0.2'), Decimal(0)
            self.majority = 'simple'

    def get_rec_name(self, name):
        return f'{self.kind_string} · {Report.format_date(self.date)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('company.rec_name', *clause[1:])]

    @classmethod
    def copy(cls, rules, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('state', 'draft')
        default.setdefault('date', None)
        return super().copy(rules, default=default)

    @classmethod
    def check_modification(cls, mode, rules, values=None, external=False):
        super().check_modification(
            mode, rules, values=values, external=external)
        for rule in rules:
            # Only its button adopts it.
            if (mode != 'create' or external) and (
                    rule.state != 'draft'
                    or (external and 'state' in (values or {}))):
                raise AssemblyRuleAccessError(gettext(
                        'tibillet_membership.msg_assembly_rule_adopted',
                        rule=rule.rec_name))

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('adopted')
    def adopt(cls, rules):
        pass

    @classmethod
    def in_force(cls, company, kind, date):
        "Return what is adopted and in force on a date, None if nothing is"
        for rule in cls.search([
                    ('company', '=', company.id),
                    ('kind', '=', kind),
                    ('state', '=', 'adopted'),
                    ('date', '<=', date),
                    ], order=[('date', 'DESC')], limit=1):
            return rule
