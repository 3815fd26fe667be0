"""Clauses are proposed, signed, adopted, then superseded by newer ones."""
import datetime as dt

from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction

from .exceptions import VersionAdoptionError, VersionProposalError


class Version(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'

    effective_to = fields.Function(
        fields.Date(
            "In Force To",
            help="The last day before a newer version."),
        'get_effective_to')
    standing = fields.Function(
        fields.Selection([
                ('draft', "Draft"),
                ('proposed', "Proposed"),
                ('coming', "Adopted, to Come"),
                ('in_force', "In Force"),
                ('past', "Superseded"),
                ], "State", sort=False,
            help="Adopted clauses are in force until the day before newer "
            "ones are."),
        'get_standing', searcher='search_standing')
    signatures = fields.One2Many(
        'tibillet.convention.version.signature', 'version', "Signatures",
        domain=[
            ('party.convention', '=', Eval('convention', -1)),
            ],
        states={
            'readonly': Eval('state') != 'proposed',
            'invisible': Eval('state') == 'draft',
            })
    adopted_on = fields.Date(
        "Adopted On", readonly=True,
        states={
            'invisible': ~Eval('adopted_on'),
            })
    adopted_by = fields.Char(
        "Recorded By", readonly=True,
        states={
            'invisible': ~Eval('adopted_by'),
            },
        help="Who recorded that the parties have adopted the clauses.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._transitions |= {
            ('draft', 'proposed'),
            ('proposed', 'draft'),
            ('proposed', 'adopted'),
            ('adopted', 'superseded'),
            }
        cls._buttons.update({
                'propose': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-forward',
                    'depends': ['state'],
                    },
                'draft': {
                    'invisible': Eval('state') != 'proposed',
                    'icon': 'tryton-back',
                    'depends': ['state'],
                    },
                'adopt': {
                    'invisible': Eval('state') != 'proposed',
                    'readonly': ~Bool(Eval('signatures', [])),
                    'icon': 'tryton-ok',
                    'depends': ['state', 'signatures'],
                    },
                })

    @classmethod
    def get_effective_to(cls, versions, name):
        result = {}
        for version in versions:
            result[version.id] = None
            if version.state in {'adopted', 'superseded'}:
                later = [
                    v.effective_from for v in version.convention.versions
                    if v.state in {'adopted', 'superseded'}
                    and v.effective_from > version.effective_from]
                if later:
                    result[version.id] = min(later) - dt.timedelta(days=1)
        return result

    @classmethod
    def get_standing(cls, versions, name):
        return {v.id: v._get_standing() for v in versions}

    def _get_standing(self):
        if self.state in {'draft', 'proposed'}:
            return self.state
        day = today(self.convention.company)
        if self.effective_from > day:
            return 'coming'
        if self.effective_to and self.effective_to < day:
            return 'past'
        return 'in_force'

    @classmethod
    def search_standing(cls, name, clause):
        # A convention has few versions, whose order decides.
        _, operator, value = clause
        values = value if isinstance(value, (list, tuple)) else [value]
        excluded = operator.startswith(('!', 'not'))
        return [('id', 'in', [
                    v.id for v in cls.search([], order=[])
                    if (v.standing in values) != excluded])]

    def _get_warnings(self):
        warnings = super()._get_warnings()
        unproven = [s for s in self.signatures if not s.evidence]
        if unproven:
            warnings = [*warnings, gettext(
                    'tibillet_federation.msg_version_signature_evidence',
                    parties=', '.join(s.party.rec_name for s in unproven))]
        return warnings

    @classmethod
    def copy(cls, versions, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('adopted_on')
        default.setdefault('adopted_by')
        default.setdefault('signatures')
        return super().copy(versions, default=default)

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, versions):
        pool = Pool()
        Signature = pool.get('tibillet.convention.version.signature')
        Signature.delete([s for v in versions for s in v.signatures])

    @classmethod
    @ModelView.button
    @Workflow.transition('proposed')
    def propose(cls, versions):
        for version in versions:
            version._check_clauses()
            version._check_valuation()
            version._check_term()
            if not any(p.must_sign for p in version.convention.parties):
                raise VersionProposalError(gettext(
                        'tibillet_federation.msg_version_no_signatory',
                        version=version.rec_name,
                        convention=version.convention.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('adopted')
    def adopt(cls, versions):
        pool = Pool()
        User = pool.get('res.user')
        for version in versions:
            version._check_valuation()
            version._check_term()
            version._check_signed()
            version._check_later()
        older, user = [], User(Transaction().user)
        for version in versions:
            version.adopted_on = max(s.date for s in version.signatures)
            version.adopted_by = user.name
            older.extend(
                v for v in version.convention.versions
                if v.state == 'adopted' and v not in versions)
        cls.save(versions)
        cls.keep_contents(versions)
        cls.supersede(older)

    @classmethod
    @Workflow.transition('superseded')
    def supersede(cls, versions):
        pass

    def _check_term(self):
        "Refuse clauses that no day of the convention would be under"
        convention = self.convention
        if convention.end and self.effective_from > convention.end:
            raise VersionProposalError(gettext(
                    'tibillet_federation.msg_version_term',
                    version=self.rec_name,
                    convention=convention.rec_name,
                    date=convention.format_date(self.effective_from),
                    end=convention.format_date(convention.end)))

    def _check_valuation(self):
        "Refuse to value again what is in the pot already"
        reference = self.convention.reference_version
        if (reference and reference.state in {'adopted', 'superseded'}
                and self.valuation != reference.valuation):
            raise VersionProposalError(gettext(
                    'tibillet_federation.msg_version_valuation',
                    version=self.rec_name,
                    convention=self.convention.rec_name,
                    valuation=reference.valuation_string,
                    reference=reference.rec_name))

    def _check_signed(self):
        signed = {s.party for s in self.signatures}
        missing = [
            p for p in self.convention.parties
            if p.must_sign and p not in signed]
        if missing:
            raise VersionAdoptionError(gettext(
                    'tibillet_federation.msg_version_unsigned',
                    version=self.rec_name,
                    convention=self.convention.rec_name,
                    parties=', '.join(p.rec_name for p in missing)))

    def _check_later(self):
        "Check that no service already settled would change its clauses"
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        current = max(
            (v.effective_from for v in self.convention.versions
                if v.state in {'adopted', 'superseded'}),
            default=None)
        locked = Statement.get_locked_until(self.convention)
        for message, date in [('earlier', current), ('settled', locked)]:
            if date and self.effective_from <= date:
                raise VersionAdoptionError(gettext(
                        f'tibillet_federation.msg_version_{message}',
                        version=self.rec_name,
                        convention=self.convention.rec_name,
                        date=self.convention.format_date(date)))
