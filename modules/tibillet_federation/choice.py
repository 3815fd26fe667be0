"""What may not be chosen, in words.

The domain of a field tells a client what to propose. Who writes something
else, by an import or another client, reads here what to choose instead: the
sentence of the framework, which comes after, tells a domain.
"""
from trytond.i18n import gettext
from trytond.model import ModelStorage
from trytond.pool import PoolMeta

from .entry import BY_HAND
from .exceptions import (
    ChoiceError, EntryModificationError, StatementPeriodError)


def _refuse(code, **values):
    raise ChoiceError(gettext(
            f'tibillet_federation.msg_choice_{code}', **values))


class ChoiceMixin(ModelStorage):
    __slots__ = ()

    @classmethod
    def _validate(cls, records, field_names=None):
        names = set(cls._fields if field_names is None else field_names)
        for record in records:
            record._check_choices(names)
        super()._validate(records, field_names=field_names)

    def _check_choices(self, names):
        "Refuse what may not be chosen in the fields of these names"


class OfConventionMixin(ChoiceMixin):
    "What chooses among what its convention has"
    __slots__ = ()

    _of_convention = []

    def _check_choices(self, names):
        super()._check_choices(names)
        for name in self._of_convention:
            chosen = getattr(self, name) if name in names else None
            if (chosen and self.convention
                    and chosen.convention != self.convention):
                _refuse(
                    'convention', field=self.__names__(name)['field'],
                    convention=self.convention.rec_name)


class BeneficiaryMixin(ChoiceMixin):
    __slots__ = ()

    def _check_choices(self, names):
        super()._check_choices(names)
        partners = self.partners
        if ('beneficiary' in names and self.beneficiary and partners
                and self.beneficiary not in partners):
            _refuse(
                'beneficiary', line=self.name,
                convention=self.version.convention.rec_name,
                parties=', '.join(p.rec_name for p in partners))


class EvidenceMixin(ChoiceMixin):
    __slots__ = ()

    _evidence_code = 'evidence_file'

    def _get_evidence_places(self):
        "Return the records to which a document may be attached"
        return [self.convention, self]

    def _check_choices(self, names):
        super()._check_choices(names)
        if 'evidence_line' in names and self.evidence_line:
            invoice = self.evidence_line.invoice
            if (not invoice or invoice.type != 'in'
                    or invoice.state == 'cancelled'):
                _refuse('evidence_line', cost=self.rec_name)
        if ('evidence_file' in names and self.evidence_file
                and self.evidence_file.resource
                not in self._get_evidence_places()):
            _refuse(
                self._evidence_code, cost=self.rec_name,
                convention=self.convention.rec_name)


class ConventionParty(ChoiceMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.party'

    def _check_choices(self, names):
        super()._check_choices(names)
        if (names & {'company', 'party'} and self.company and self.party
                and self.company.party != self.party):
            _refuse(
                'company', party=self.party.rec_name,
                company=self.company.rec_name)


class Tier(BeneficiaryMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version.tier'


class Destination(BeneficiaryMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version.destination'


class Signature(OfConventionMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version.signature'

    _of_convention = ['party']

    def _check_choices(self, names):
        super()._check_choices(names)
        if ('evidence' in names and self.evidence
                and self.evidence.resource
                not in {self.convention, self.version}):
            _refuse(
                'signature', party=self.party.rec_name,
                version=self.version.rec_name,
                convention=self.convention.rec_name)


class Obligation(OfConventionMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.obligation'

    _of_convention = ['party']


class Question(OfConventionMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.question'

    _of_convention = ['answered_by']


class Contribution(EvidenceMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.contribution'


class Cost(EvidenceMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.cost'


class CommonCost(EvidenceMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service.common_cost'


class HumanCost(EvidenceMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service.human_cost'

    _evidence_code = 'payslip'

    def _get_evidence_places(self):
        # All parties read the documents of the convention.
        return [self]


class Entry(OfConventionMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.entry'

    _of_convention = ['version']

    def _check_choices(self, names):
        super()._check_choices(names)
        if 'type' in names and not self.origin and self.type not in BY_HAND:
            raise EntryModificationError(gettext(
                    'tibillet_federation.msg_entry_by_hand',
                    entry=self.rec_name))


class Statement(ChoiceMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    def _check_choices(self, names):
        super()._check_choices(names)
        if (names & {'start_date', 'end_date'}
                and self.start_date and self.end_date
                and self.start_date > self.end_date):
            raise StatementPeriodError(gettext(
                    'tibillet_federation.msg_statement_inverted',
                    statement=self.rec_name,
                    start=self.convention.format_date(self.start_date),
                    end=self.convention.format_date(self.end_date)))
        if ('convention' in names and self.convention
                and self.state == self.convention.state == 'draft'):
            _refuse('draft', convention=self.convention.rec_name)
