"""The lines of a version: brackets, tiers, destinations and articles."""
import unicodedata

from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext
from trytond.model import (
    ModelSQL, ModelStorage, ModelView, Unique, fields, sequence_ordered)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If

from . import clauses, clauses_check
from .child import ChildMixin
from .choice import refuse
from .exceptions import VersionModificationError

# A rate is stored as a fraction: 0.3525 is shown as 35.25 %.
RATE_DIGITS = (16, 4)
PHASES = [
    ('pre', "Before Recoupment"),
    ('post', "After Recoupment"),
    ]


def make_key(name):
    """Return a key of lower case letters without accents for a name

    Letters of any script are kept: a line without key would be none.
    """
    plain = ''.join(
        c for c in unicodedata.normalize('NFKD', name or '').lower()
        if not unicodedata.combining(c))
    return '_'.join(
        ''.join(c if c.isalnum() else ' ' for c in plain).split()) or 'line'


class VersionLineMixin(ChildMixin):
    "A part of a version, which changes only while the version is a draft"
    __slots__ = ()

    _parent_name = 'version'

    version = fields.Many2One(
        'tibillet.convention.version', "Version", required=True,
        ondelete='CASCADE')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('version')

    @fields.depends('version', '_parent_version.currency')
    def on_change_with_currency(self, name=None):
        return self.version.currency if self.version else None

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        for line in lines:
            if line.version.state != 'draft':
                raise VersionModificationError(gettext(
                        'tibillet_federation.msg_version_modification',
                        version=line.version.rec_name,
                        convention=line.version.convention.rec_name))


class FiguresMixin(ModelStorage):
    "A line whose figures are checked by themselves too, not only together"
    __slots__ = ()

    # Where the clauses have the line, and its field that is an amount.
    _where = None
    _amount = None

    @classmethod
    def validate_fields(cls, lines, field_names):
        super().validate_fields(lines, field_names)
        if field_names & {'rate', cls._amount}:
            for line in lines:
                line.version.refuse(clauses_check.line_problems(
                        line._get_where(), line.currency.rounding, line.rate,
                        getattr(line, cls._amount) if cls._amount else None))

    def _get_where(self):
        phase = getattr(self, 'phase', None)
        return '.'.join(filter(None, [phase, self._where]))


class BeneficiaryMixin(VersionLineMixin, ProblemMixin):
    "A part of a version that goes to one of the parties"
    __slots__ = ()

    partners = fields.Function(
        fields.Many2Many('party.party', None, None, "Partners"),
        'on_change_with_partners')
    beneficiary = fields.Many2One(
        'party.party', "Beneficiary", ondelete='RESTRICT',
        domain=[
            If(Eval('partners', []),
                ('id', 'in', Eval('partners', [])), ()),
            ])

    @fields.depends('version', '_parent_version.convention')
    def on_change_with_partners(self, name=None):
        if not self.version or not self.version.convention:
            return []
        return [p.party for p in self.version.convention.parties]

    def _check_problem(self, field_names):
        partners = self.partners
        if ('beneficiary' in field_names and self.beneficiary and partners
                and self.beneficiary not in partners):
            refuse(
                'beneficiary', line=self.name,
                convention=self.version.convention.rec_name,
                parties=', '.join(p.rec_name for p in partners))
        super()._check_problem(field_names)


class KeyMixin:
    "A line named by people and known to the engine by a key"
    __slots__ = ()

    name = fields.Char("Name", required=True)
    key = fields.Char(
        "Key",
        help="What costs and shares are attached to.\n"
        "Leave empty to have it made from the name.")

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == 'create' and not values.get('key'):
            values['key'] = make_key(values.get('name'))
        elif 'key' in values and not values['key']:
            # Emptied, it is made again from a new name, or stays.
            del values['key']
            if values.get('name'):
                values['key'] = make_key(values['name'])
        return values


class Bracket(FiguresMixin, VersionLineMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.version.bracket'
    __string__ = "Convention Version Bracket"

    _where = 'brackets'
    _amount = 'up_to'

    phase = fields.Selection(PHASES, "Phase", required=True, sort=False)
    up_to = Monetary(
        "Up To", currency='currency', digits='currency',
        help="The highest base of the bracket.\n"
        "Leave empty for the last one.")
    rate = fields.Numeric("Rate", digits=RATE_DIGITS, required=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [
            ('version', 'DESC'),
            ('phase', 'DESC'),
            ('up_to', 'ASC NULLS LAST'),
            ('id', 'ASC'),
            ]

    @classmethod
    def default_phase(cls):
        return 'pre'

    def get_rec_name(self, name):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        if self.up_to is None:
            return gettext('tibillet_federation.msg_bracket_last')
        return gettext(
            'tibillet_federation.msg_bracket_up_to',
            up_to=lang.currency(self.up_to, self.currency))


class Tier(
        sequence_ordered(), KeyMixin, FiguresMixin, BeneficiaryMixin,
        ModelSQL, ModelView):
    __name__ = 'tibillet.convention.version.tier'
    __string__ = "Convention Version Tier"

    _where = 'tiers'
    _amount = 'amount'

    phase = fields.Selection(PHASES, "Phase", required=True, sort=False)
    kind = fields.Selection([
            ('cost', "Declared Costs"),
            ('time', "Days"),
            ('gross_pct', "Percentage of the Base"),
            ('net_pct', "Percentage of the Remainder"),
            ('recoup', "Recoupment"),
            ('fixed', "Fixed Amount"),
            ('residual', "Remainder"),
            ], "Kind", required=True, sort=False,
        help="What the line takes from what the lines above left.")
    rate = fields.Numeric(
        "Rate", digits=RATE_DIGITS,
        states={
            'invisible': ~Eval('kind').in_(
                ['gross_pct', 'net_pct', 'recoup']),
            'required': Eval('kind').in_(['gross_pct', 'net_pct']),
            })
    amount = Monetary(
        "Amount", currency='currency', digits='currency',
        states={
            'invisible': ~Eval('kind').in_(['cost', 'time', 'fixed']),
            'required': Eval('kind').in_(['time', 'fixed']),
            },
        help="The price of a day, the fixed amount, "
        "or the most that declared costs take.")
    carry = fields.Boolean(
        "Carry Forward",
        states={
            'invisible': ~Eval('kind').in_(['cost', 'time']),
            },
        help="Check to carry what could not be paid to the next service.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('key_unique',
                Unique(table, table.version, table.phase, table.key),
                'tibillet_federation.msg_version_line_key_unique'),
            ]

    @classmethod
    def default_phase(cls):
        return 'pre'

    def get_tier(self):
        "Return the tier as the engine reads it"
        return clauses.Tier(
            key=self.key, kind=self.kind, rate=self.rate, amount=self.amount,
            beneficiary=str(self.beneficiary.id) if self.beneficiary else None,
            carry=bool(self.carry), label=self.name)


class Destination(
        sequence_ordered(), KeyMixin, FiguresMixin, BeneficiaryMixin,
        ModelSQL, ModelView):
    __name__ = 'tibillet.convention.version.destination'
    __string__ = "Convention Version Destination"

    _where = 'destinations'

    rate = fields.Numeric("Rate", digits=RATE_DIGITS, required=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.beneficiary.help = (
            "Who receives it.\n"
            "Leave empty for the provider.")
        table = cls.__table__()
        cls._sql_constraints += [
            ('key_unique', Unique(table, table.version, table.key),
                'tibillet_federation.msg_version_line_key_unique'),
            ]


class Article(sequence_ordered(), VersionLineMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.version.article'
    __string__ = "Convention Version Article"

    number = fields.Char(
        "Number", help="Leave empty to number by position.")
    title = fields.Char("Title", required=True)
    text = fields.Text("Text", required=True)

    def get_rec_name(self, name):
        return ' '.join(filter(None, [self.number, self.title]))

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('title', *clause[1:])]
