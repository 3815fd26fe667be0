"""Why an organisation may make tax receipts, and from when to when.

Who makes receipts without a right to pays a fine of the reduction that the
donors got (CGI, article 1740 A), so that the reason is written down first:
the answer of the tax office to a request (Livre des procédures fiscales,
article L80 C), or why the organisation meets the conditions of articles 200,
238 bis or 978 of the CGI.
"""
import re

from stdnum.exceptions import ValidationError as NumberError
from stdnum.fr import siren
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.of_company import OfCompanyMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Workflow, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.report import Report
from trytond.transaction import Transaction

from . import receipt_rules
from .exceptions import TaxBasisAccessError, TaxBasisError

CATEGORIES = [
    ('general_interest', "Organisation of General Interest"),
    ('public_utility', "Recognised as of Public Utility"),
    ('shows', "Disinterested Organisation that Presents Live Works, Films or "
        "Exhibitions"),
    ('endowment', "Endowment Fund"),
    ('company_foundation', "Foundation of a Company"),
    ('other', "Other"),
    ]
# What is frozen on each receipt.
STATED = [
    'category', 'category_text', 'decree', 'identifier', 'purpose',
    'signatory', 'capacity']
RNA = re.compile(r'^W[0-9A-Z]{9}$')


class TaxReceiptBasis(OfCompanyMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.tax.receipt.basis'
    __string__ = "Tax Receipt Basis"

    _states = {
        'readonly': Eval('state') != 'draft',
        }

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT',
        states=_states)
    start = fields.Date(
        "From", required=True, states=_states,
        help="The first day of the gifts of which receipts are made.")
    end = fields.Date(
        "To",
        domain=['OR',
            ('end', '=', None),
            ('end', '>=', Eval('start', None)),
            ],
        help="The last day; empty as long as nothing has changed.")
    article_200 = fields.Boolean(
        "Article 200 of the CGI", states=_states,
        help="Gifts of persons reduce their income tax.")
    article_238bis = fields.Boolean(
        "Article 238 bis of the CGI", states=_states,
        help="Gifts of companies reduce their tax.")
    article_978 = fields.Boolean(
        "Article 978 of the CGI", states=_states,
        help="Gifts of persons reduce their tax on real estate wealth; "
        "few organisations only.")
    category = fields.Selection(
        CATEGORIES, "Kind of Organisation", required=True, sort=False,
        states=_states)
    category_text = fields.Char(
        "Which Kind",
        states={
            'readonly': Eval('state') != 'draft',
            'required': Eval('category') == 'other',
            'invisible': Eval('category') != 'other',
            },
        help="As the form of receipts names it.")
    decree = fields.Char(
        "Decree",
        states={
            'readonly': Eval('state') != 'draft',
            'required': Eval('category') == 'public_utility',
            'invisible': Eval('category') != 'public_utility',
            },
        help="The date of the decree and of its publication in the Journal "
        "officiel.")
    identifier = fields.Char(
        "SIREN or RNA", required=True, states=_states,
        help="The number of the organisation: nine digits, or W and nine "
        "characters.")
    purpose = fields.Text(
        "Purpose", required=True, states=_states,
        help="What the organisation is for, as its statutes say.")
    evidence = fields.Text(
        "Why Receipts May be Made", required=True, states=_states,
        help="The date and the reference of the answer of the tax office, "
        "or how the organisation meets each condition and where it is "
        "proved.")
    signatory = fields.Char(
        "Signatory", required=True, states=_states,
        help="Who signs the receipts.")
    capacity = fields.Char(
        "Capacity", required=True, states=_states,
        help="Of the signatory, such as treasurer.")
    state = fields.Selection([
            ('draft', "Draft"),
            ('adopted', "Adopted"),
            ], "State", required=True, readonly=True, sort=False)

    del _states

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('start', 'DESC'), ('id', 'DESC')]
        cls._transitions |= {('draft', 'adopted')}
        cls._buttons.update({
                'adopt': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table,
            ['company', 'start', 'article_200', 'article_238bis',
                'article_978', 'evidence', 'state', *STATED],
            when="OLD.state = 'adopted'")

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_category(cls):
        return 'general_interest'

    @classmethod
    def default_state(cls):
        return 'draft'

    def get_rec_name(self, name):
        return f'{self.company.rec_name} · {Report.format_date(self.start)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('company.rec_name', *clause[1:])]

    @classmethod
    def copy(cls, bases, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('state', 'draft')
        return super().copy(bases, default=default)

    @classmethod
    def validate_fields(cls, bases, field_names):
        super().validate_fields(bases, field_names)
        for basis in bases:
            if 'identifier' in field_names:
                basis._check_identifier()
            if basis.state == 'adopted' and field_names & {'end', 'state'}:
                basis._check_alone()

    def _check_identifier(self):
        try:
            siren.validate(self.identifier)
        except NumberError:
            if not RNA.match(self.identifier):
                raise TaxBasisError(gettext(
                        'tibillet_membership.msg_tax_basis_identifier',
                        identifier=self.identifier))

    def _check_alone(self):
        others = self.search([
                ('company', '=', self.company.id),
                ('state', '=', 'adopted'),
                ('id', '!=', self.id),
                ['OR', ('end', '=', None), ('end', '>=', self.start)],
                ])
        for other in others:
            if not self.end or other.start <= self.end:
                raise TaxBasisError(gettext(
                        'tibillet_membership.msg_tax_basis_overlap',
                        basis=self.rec_name,
                        other=other.rec_name))

    @classmethod
    def check_modification(cls, mode, bases, values=None, external=False):
        super().check_modification(
            mode, bases, values=values, external=external)
        if mode == 'create':
            if external and any(b.state != 'draft' for b in bases):
                cls._refuse(bases)
            return
        adopted = [b for b in bases if b.state == 'adopted']
        if mode == 'delete' or values.keys() - {'end'}:
            cls._refuse(adopted)
        if mode == 'write' and external and 'state' in values:
            cls._refuse(bases)

    @classmethod
    def _refuse(cls, bases):
        for basis in bases:
            raise TaxBasisAccessError(gettext(
                    'tibillet_membership.msg_tax_basis_adopted',
                    basis=basis.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('adopted')
    def adopt(cls, bases):
        "From now on receipts are made, and nothing but the end changes"
        pool = Pool()
        Company = pool.get('company.company')
        tools.take_turn(Company, {b.company.id for b in bases}, 'party')
        for basis in bases:
            if not any([
                        basis.article_200, basis.article_238bis,
                        basis.article_978]):
                raise TaxBasisError(gettext(
                        'tibillet_membership.msg_tax_basis_article',
                        basis=basis.rec_name))

    def allows(self, kind, date):
        "Tell whether a gift of a kind of donor on a date gets a receipt"
        return (
            self.start <= date and (not self.end or date <= self.end)
            and any(getattr(self, a) for a in receipt_rules.ARTICLES[kind]))
