"""Colleges: who votes with whom, and how much each weighs."""
from contextlib import contextmanager
from decimal import Decimal

from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Exclude, Index, ModelSQL, ModelView, Unique, Workflow,
    fields)
from trytond.model.exceptions import SQLConstraintError
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.sql.functions import DateRange, NumRange
from trytond.sql.operators import RangeOverlap
from trytond.transaction import Transaction

from . import colleges
from .exceptions import (
    CollegeMemberError, CollegeSchemeAccessError, CollegeSchemeError)

WEIGHT_DIGITS = (3, 4)


def _company():
    return fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT')


class _OfCompanyMixin:
    __slots__ = ()

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')


@contextmanager
def _one_college():
    "Name the refusal of the database, which holds for two at once too"
    try:
        yield
    except SQLConstraintError as error:
        raise CollegeMemberError(*error.args) from error


class College(_OfCompanyMixin, DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.college'
    __string__ = "College"

    name = fields.Char("Name", required=True, translate=True)
    company = _company()
    category = fields.Selection([
            ('employees', "Employees"),
            ('producers', "Producers"),
            ('beneficiaries', "Beneficiaries"),
            ('volunteers', "Volunteers"),
            ('public', "Public Bodies"),
            ('partners', "Partners"),
            ], "Category", required=True, sort=False,
        help="Of the members of the college. The law asks for three at "
        "least: employees or producers, and beneficiaries, among them.")
    members = fields.One2Many(
        'tibillet.college.member', 'college', "Members")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def copy(cls, records, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('members', None)
        return super().copy(records, default=default)


class CollegeMember(_OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.college.member'
    __string__ = "College Member"

    company = _company()
    college = fields.Many2One(
        'tibillet.college', "College", required=True, ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    party = fields.Many2One(
        'party.party', "Member", required=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    start = fields.Date("From", required=True)
    end = fields.Date(
        "To",
        domain=['OR',
            ('end', '=', None),
            ('end', '>=', Eval('start', None)),
            ],
        help="The last day; empty as long as it lasts.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('one_college',
                Exclude(
                    table,
                    # Ranges of one, so that PostgreSQL needs no extension.
                    (NumRange(table.company, table.company, '[]'),
                        RangeOverlap),
                    (NumRange(table.party, table.party, '[]'), RangeOverlap),
                    (DateRange(table.start, table.end, '[]'), RangeOverlap)),
                'tibillet_membership.msg_college_member_overlap'),
            ]
        cls._sql_indexes.add(Index(
                table, (table.party, Index.Equality()),
                (table.start, Index.Range(order='DESC'))))
        cls._order = [('party.name', 'ASC'), ('start', 'DESC'), ('id', 'DESC')]

    @classmethod
    def default_start(cls):
        return today()

    @fields.depends('college', '_parent_college.company')
    def on_change_college(self):
        if self.college and self.college.company:
            self.company = self.college.company

    def get_rec_name(self, name):
        return f'{self.party.rec_name} · {self.college.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party.rec_name', *clause[1:])]

    @classmethod
    def create(cls, vlist):
        with _one_college():
            return super().create(vlist)

    @classmethod
    def write(cls, *args):
        with _one_college():
            super().write(*args)

    @classmethod
    def get_colleges(cls, company, date):
        "Return the college of each party on a date"
        return {
            m.party: m.college for m in cls.search([
                    ('company', '=', company.id),
                    ('start', '<=', date),
                    ['OR', ('end', '=', None), ('end', '>=', date)],
                    ])}


class CollegeScheme(_OfCompanyMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.college.scheme'
    __string__ = "College Scheme"

    _states = {
        'readonly': Eval('state') != 'draft',
        }
    company = _company()
    company.states = {
        'readonly': (Eval('state') != 'draft') | Eval('weights', [0]),
        }
    date = fields.Date(
        "From", required=True, states=_states,
        help="The day from which the statutes divide the votes so.")
    weights = fields.One2Many(
        'tibillet.college.weight', 'scheme', "Weights", states=_states)
    total = fields.Function(
        fields.Numeric("Total", digits=WEIGHT_DIGITS), 'on_change_with_total')
    state = fields.Selection([
            ('draft', "Draft"),
            ('adopted', "Adopted"),
            ], "State", required=True, readonly=True, sort=False)

    del _states

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('date_unique', Unique(table, table.company, table.date),
                'tibillet_membership.msg_college_scheme_date'),
            ]
        cls._order = [('date', 'DESC'), ('id', 'DESC')]
        cls._transitions |= {('draft', 'adopted')}
        cls._buttons.update({
                'share_equally': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-list',
                    'depends': ['state'],
                    },
                'adopt': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_date(cls):
        return today()

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends('weights')
    def on_change_with_total(self, name=None):
        return sum(
            ((w.weight or 0) for w in self.weights or []), Decimal(0))

    def get_rec_name(self, name):
        if not self.date:
            return self.company.rec_name
        return f'{self.company.rec_name} · {Report.format_date(self.date)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('company.rec_name', *clause[1:])]

    @classmethod
    def copy(cls, schemes, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('state', 'draft')
        default.setdefault('date', None)
        return super().copy(schemes, default=default)

    @classmethod
    def check_modification(cls, mode, schemes, values=None, external=False):
        super().check_modification(
            mode, schemes, values=values, external=external)
        if mode in {'write', 'delete'}:
            cls.check_draft(schemes)

    @classmethod
    def check_draft(cls, schemes):
        for scheme in schemes:
            if scheme.state != 'draft':
                raise CollegeSchemeAccessError(gettext(
                        'tibillet_membership.msg_college_scheme_adopted',
                        scheme=scheme.rec_name))

    @classmethod
    @ModelView.button
    def share_equally(cls, schemes):
        "Give all active colleges the same weight"
        pool = Pool()
        College = pool.get('tibillet.college')
        Weight = pool.get('tibillet.college.weight')
        cls.check_draft(schemes)
        found = College.search([
                ('company', 'in', list({s.company.id for s in schemes})),
                ])
        for scheme in schemes:
            voting = [c for c in found if c.company == scheme.company]
            scheme.weights = [
                Weight(college=college, weight=weight)
                for college, weight in zip(
                    voting, colleges.equal_weights(len(voting)),
                    strict=True)]
        cls.save(schemes)

    @classmethod
    @ModelView.button
    @Workflow.transition('adopted')
    def adopt(cls, schemes):
        for scheme in schemes:
            fault = colleges.find_fault([
                    (w.college.category, w.weight) for w in scheme.weights])
            if fault:
                raise CollegeSchemeError(gettext(
                        'tibillet_membership.'
                        f'msg_college_scheme_{fault}',
                        scheme=scheme.rec_name,
                        total=f'{scheme.total:.2%}'))

    @classmethod
    def in_force(cls, company, date):
        "Return what is adopted and in force on a date, None if nothing is"
        for scheme in cls.search([
                    ('company', '=', company.id),
                    ('state', '=', 'adopted'),
                    ('date', '<=', date),
                    ], order=[('date', 'DESC')], limit=1):
            return scheme


class CollegeWeight(ModelSQL, ModelView):
    __name__ = 'tibillet.college.weight'
    __string__ = "College Weight"

    scheme = fields.Many2One(
        'tibillet.college.scheme', "Scheme", required=True,
        ondelete='CASCADE')
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    college = fields.Many2One(
        'tibillet.college', "College", required=True, ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    weight = fields.Numeric(
        "Weight", digits=WEIGHT_DIGITS, required=True,
        domain=[
            ('weight', '>=', colleges.LEAST),
            ('weight', '<=', colleges.MOST),
            ],
        help="Of all votes, from 10 to 50 %; all of them are 100 %.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('scheme')
        table = cls.__table__()
        cls._sql_constraints += [
            ('college_unique', Unique(table, table.scheme, table.college),
                'tibillet_membership.msg_college_weight_unique'),
            ]

    @fields.depends('scheme', '_parent_scheme.company')
    def on_change_with_company(self, name=None):
        return self.scheme.company if self.scheme else None

    @classmethod
    def search_company(cls, name, clause):
        return [('scheme.' + clause[0], *clause[1:])]

    @classmethod
    def check_modification(cls, mode, weights, values=None, external=False):
        pool = Pool()
        Scheme = pool.get('tibillet.college.scheme')
        super().check_modification(
            mode, weights, values=values, external=external)
        Scheme.check_draft({w.scheme for w in weights})
