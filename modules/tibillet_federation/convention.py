import datetime as dt

from tibillet_base.names import search_names
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Workflow, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction

from tibillet.terms import add_months

from .exceptions import (
    ConventionActivationError, ConventionClosingError,
    ConventionModificationError, ConventionRenewalError)
from .numbered import NumberedMixin
from .settlement import Book

PHASES = [
    (None, ""),
    ('pre', "Before Recoupment"),
    ('post', "After Recoupment"),
    ]
# A century, and ten years: beyond, it is a typing error.
TERM_MONTHS_MAX = 1200
NOTICE_MONTHS_MAX = 120


class Convention(NumberedMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.convention'
    __string__ = "Convention"

    _sequence_name = 'convention_sequence'

    _states = {
        'readonly': Eval('state') != 'draft',
        }

    name = fields.Char("Name", required=True, states=_states)
    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT',
        states=_states,
        help="The company that administers the convention.")
    currency = fields.Many2One(
        'currency.currency', "Currency", required=True, ondelete='RESTRICT',
        states=_states)
    purpose = fields.Text(
        "Purpose and Values", states=_states,
        help="The preamble of the convention.")
    start = fields.Date(
        "Start",
        states={
            'readonly': _states['readonly'],
            'required': Eval('state') != 'draft',
            })
    term_months = fields.Integer(
        "Term", required=True, states=_states,
        help="The length of a term in months.")
    renewal = fields.Selection([
            ('none', "No Renewal"),
            ('tacit', "Tacit"),
            ('explicit', "Explicit"),
            ], "Renewal", required=True, sort=False, states=_states,
        help="What happens at the end of a term.")
    renewals = fields.Integer(
        "Renewals", required=True, readonly=True,
        help="How many times the term has been renewed.")
    notice_months = fields.Integer(
        "Notice", required=True, states=_states,
        help="The length in months of the notice to leave.")
    notice_date = fields.Date(
        "Notice Given On",
        states={
            'readonly': Eval('state') != 'active',
            'invisible': Eval('state') == 'draft',
            })
    end = fields.Function(
        fields.Date(
            "End",
            help="The last day of the convention.\n"
            "Empty when it is renewed tacitly."),
        'on_change_with_end')
    parties = fields.One2Many(
        'tibillet.convention.party', 'convention', "Parties",
        states={
            'readonly': Eval('state') == 'closed',
            })
    versions = fields.One2Many(
        'tibillet.convention.version', 'convention', "Versions",
        states={
            'readonly': Eval('state') == 'closed',
            })
    contributions = fields.One2Many(
        'tibillet.convention.contribution', 'convention', "Contributions",
        states={
            'readonly': Eval('state').in_(['closing', 'closed']),
            })
    obligations = fields.One2Many(
        'tibillet.convention.obligation', 'convention', "Obligations",
        states={
            'readonly': Eval('state') == 'closed',
            })
    questions = fields.One2Many(
        'tibillet.convention.question', 'convention', "Questions",
        states={
            'readonly': Eval('state') == 'closed',
            })
    services = fields.One2Many(
        'tibillet.convention.service', 'convention', "Services",
        readonly=True)
    statements = fields.One2Many(
        'tibillet.convention.statement', 'convention', "Statements",
        readonly=True)
    entries = fields.One2Many(
        'tibillet.convention.entry', 'convention', "Ledger", readonly=True)
    current_version = fields.Function(
        fields.Many2One(
            'tibillet.convention.version', "Current Version",
            help="The version in force today."),
        'get_current_version')
    state = fields.Selection([
            ('draft', "Draft"),
            ('active', "Active"),
            ('notice', "Under Notice"),
            ('closing', "Closing"),
            ('closed', "Closed"),
            ], "State", required=True, readonly=True, sort=False)

    del _states

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [
            ('number', 'DESC'),
            ('id', 'DESC'),
            ]
        cls._transitions |= {
            ('draft', 'active'),
            ('active', 'notice'),
            ('notice', 'active'),
            ('active', 'closing'),
            ('notice', 'closing'),
            ('closing', 'closed'),
            }
        cls._buttons.update({
                'activate': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-forward',
                    'depends': ['state'],
                    },
                'give_notice': {
                    'invisible': Eval('state') != 'active',
                    'depends': ['state'],
                    },
                'withdraw_notice': {
                    'invisible': Eval('state') != 'notice',
                    'icon': 'tryton-back',
                    'depends': ['state'],
                    },
                'renew': {
                    'invisible': (
                        ~Eval('state').in_(['active'])
                        | (Eval('renewal') != 'explicit')),
                    'icon': 'tryton-refresh',
                    'depends': ['state', 'renewal'],
                    },
                'wind_up': {
                    'invisible': ~Eval('state').in_(['active', 'notice']),
                    'depends': ['state'],
                    },
                'close': {
                    'invisible': Eval('state') != 'closing',
                    'icon': 'tryton-close',
                    'depends': ['state'],
                    },
                'import_contributions': {
                    'invisible': Eval('state').in_(['closing', 'closed']),
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_currency(cls):
        pool = Pool()
        Company = pool.get('company.company')
        company = cls.default_company()
        if company is not None and company >= 0:
            return Company(company).currency.id

    @classmethod
    def default_term_months(cls):
        return 12

    @classmethod
    def default_renewal(cls):
        return 'explicit'

    @classmethod
    def default_renewals(cls):
        return 0

    @classmethod
    def default_notice_months(cls):
        return 3

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends(
        'start', 'term_months', 'renewal', 'renewals', 'notice_months',
        'notice_date')
    def on_change_with_end(self, name=None):
        if not self.start or not self.term_months:
            return
        try:
            return self._last_day()
        except (OverflowError, ValueError):
            # What is being typed is no date of the calendar.
            return

    def _last_day(self):
        terms = 1 + (self.renewals or 0)
        if self.renewal == 'tacit':
            if not self.notice_date:
                return
            leaving = add_months(self.notice_date, self.notice_months or 0)
            while self._end_of_term(terms) < leaving:
                terms += 1
        return self._end_of_term(terms)

    def _end_of_term(self, number):
        "Return the last day of the term of this number, the first being 1"
        return add_months(
            self.start, self.term_months * number) - dt.timedelta(days=1)

    def covers(self, date):
        "Return if services of the date are under the convention"
        return bool(
            self.start and self.start <= date
            and (not self.end or date <= self.end))

    def get_date_problem(self, date):
        """Return what keeps a fact from the date: future, before, or nothing

        One may still come after the last day, while it is wound up.
        """
        if date > today(self.company):
            return 'future'
        if self.start and date < self.start:
            return 'before'

    @classmethod
    def get_current_version(cls, conventions, name):
        result = {}
        for convention in conventions:
            version = convention.version_at(today(convention.company))
            result[convention.id] = version.id if version else None
        return result

    def version_at(self, date):
        "Return the version in force on the date, or nothing"
        versions = [
            v for v in self.versions
            if v.state in {'adopted', 'superseded'}
            and v.effective_from <= date]
        return max(versions, key=lambda v: v.effective_from, default=None)

    @property
    def last_version(self):
        "Return the version written last, in force or not, or nothing"
        return max(self.versions, key=lambda v: v.number or 0, default=None)

    @property
    def reference_version(self):
        """Return the version that values the contributions

        It is the first adopted one, else the last one under discussion.
        """
        adopted = [
            v for v in self.versions if v.state in {'adopted', 'superseded'}]
        if adopted:
            return min(adopted, key=lambda v: v.effective_from)
        return self.last_version

    def format_amount(self, amount):
        "Return the amount with its currency, in the language of the user"
        pool = Pool()
        Lang = pool.get('ir.lang')
        return Lang.get().currency(amount, self.currency, grouping=True)

    def format_date(self, date):
        "Return the date in the language of the user, nothing for none"
        pool = Pool()
        Lang = pool.get('ir.lang')
        return Lang.get().strftime(date) if date else ''

    def get_rec_name(self, name):
        return ' '.join(filter(None, [self.number, self.name]))

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(clause, 'number', 'name')

    @classmethod
    def copy(cls, conventions, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('renewals', cls.default_renewals())
        default.setdefault('notice_date')
        default.setdefault('contributions')
        default.setdefault('obligations')
        default.setdefault('questions')
        default.setdefault('services')
        default.setdefault('statements')
        default.setdefault('entries')
        return super().copy(conventions, default=default)

    @classmethod
    def _get_number_company(cls, values):
        return values.get('company', cls.default_company())

    @property
    def is_agreed(self):
        "Whether parties have signed clauses, which say what it says"
        return self.state != 'draft' or any(
            v.state in {'adopted', 'superseded'} for v in self.versions)

    @classmethod
    def check_modification(
            cls, mode, conventions, values=None, external=False):
        super().check_modification(
            mode, conventions, values=values, external=external)
        if mode == 'create':
            wrong = [
                c for c in conventions
                if external and (c.state != 'draft' or c.renewals)]
        elif mode == 'delete':
            wrong = [c for c in conventions if c.is_agreed]
        else:
            frozen = {
                'number', 'name', 'company', 'currency', 'purpose', 'start',
                'term_months', 'renewal', 'notice_months'}
            # The state moves by the buttons only.
            wrong = [
                c for c in conventions
                if (external and {'state', 'renewals'} & set(values))
                or (frozen & set(values) and c.is_agreed)
                or ('notice_date' in values and (
                        c.state == 'closing'
                        or (external and c.state == 'notice')))
                or c.state == 'closed']
        for convention in wrong:
            raise ConventionModificationError(gettext(
                    'tibillet_federation.msg_convention_modification',
                    convention=convention.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('active')
    def activate(cls, conventions):
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        for convention in conventions:
            problem = convention._activation_problem()
            if problem:
                raise ConventionActivationError(gettext(
                        f'tibillet_federation.msg_convention_no_{problem}',
                        convention=convention.rec_name))
        Contribution.record(
            [c for convention in conventions
                for c in convention.contributions])

    def _activation_problem(self):
        "Return the first thing that is missing to activate, or nothing"
        roles = {role for party in self.parties for role in party.roles}
        if 'provider' not in roles:
            return 'provider'
        if 'operator' not in roles:
            return 'operator'
        if not any(v.state == 'adopted' for v in self.versions):
            return 'version'
        if not self.start:
            return 'start'

    @classmethod
    @ModelView.button
    @Workflow.transition('notice')
    def give_notice(cls, conventions):
        for convention in conventions:
            if not convention.notice_date:
                convention.notice_date = today(convention.company)
        cls.save(conventions)

    @classmethod
    @ModelView.button
    @Workflow.transition('active')
    def withdraw_notice(cls, conventions):
        for convention in conventions:
            convention.notice_date = None
        cls.save(conventions)

    @classmethod
    @ModelView.button
    def renew(cls, conventions):
        "Add a term, once the last one has begun"
        for convention in conventions:
            if (convention.state != 'active'
                    or convention.renewal != 'explicit'):
                raise ConventionRenewalError(gettext(
                        'tibillet_federation.msg_convention_renewal',
                        convention=convention.rec_name))
            # Two clicks at once are one decision.
            if convention.end >= add_months(
                    today(convention.company), convention.term_months):
                raise ConventionRenewalError(gettext(
                        'tibillet_federation.msg_convention_renewed',
                        convention=convention.rec_name,
                        end=convention.format_date(convention.end)))
            convention.renewals += 1
        cls.save(conventions)

    @classmethod
    @ModelView.button
    @Workflow.transition('closing')
    def wind_up(cls, conventions):
        pass

    @classmethod
    @ModelView.button
    @Workflow.transition('closed')
    def close(cls, conventions):
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        Statement = pool.get('tibillet.convention.statement')
        ids = [c.id for c in conventions]
        waiting = Service.search([
                ('convention', 'in', ids),
                ('scope', '=', 'external'),
                ('state', 'not in', ['settled', 'cancelled']),
                ], limit=1) + Statement.search([
                ('convention', 'in', ids),
                ('state', '!=', 'settled'),
                ], limit=1)
        for record in waiting:
            raise ConventionClosingError(gettext(
                    'tibillet_federation.msg_convention_close_waiting',
                    convention=record.convention.rec_name,
                    record=record.rec_name))
        for convention in conventions:
            if convention.remaining > 0:
                raise ConventionClosingError(gettext(
                        'tibillet_federation.msg_convention_close_remaining',
                        convention=convention.rec_name,
                        remaining=convention.format_amount(
                            convention.remaining)))
            convention._check_settled()

    def _check_settled(self):
        "Refuse to leave anything that no locked statement shows"
        book = Book(self)
        unsettled = sorted(
            [(date, service.rec_name)
                for date, service in book.get_corrections()]
            + [(e.date, e.rec_name) for e in book.get_entries()])
        for date, record in unsettled:
            raise ConventionClosingError(gettext(
                    'tibillet_federation.msg_convention_close_unsettled',
                    convention=self.rec_name,
                    record=record,
                    date=self.format_date(date)))

    @classmethod
    @ModelView.button_action('tibillet_federation.wizard_contribution_import')
    def import_contributions(cls, conventions):
        pass
