"""What proves a cost, and the one channel through which it is recovered."""
from collections import defaultdict

from trytond.i18n import gettext
from trytond.model import ModelStorage, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import inactive_records, without_check_access

from .exceptions import EvidenceUsedError

CHANNELS = [
    ('pot', "Pot"),
    ('melting', "Melting Money"),
    ('common', "Common Costs"),
    ('reinvoiced', "Re-invoiced"),
    ('none', "Not Recovered"),
    ]


def same_text(reference):
    "Return a reference without what people write differently"
    return ' '.join(reference.split()).casefold()


class EvidenceMixin(ModelStorage):
    """A cost with its evidence: a supplier invoice line, a file, a reference

    One evidence proves one cost, which is recovered through one channel:
    the same fees are never both in the pot and deducted elsewhere.
    """
    __slots__ = ()

    evidence_line = fields.Many2One(
        'account.invoice.line', "Supplier Invoice Line", ondelete='RESTRICT',
        domain=[
            ('invoice.type', '=', 'in'),
            ('invoice.state', '!=', 'cancelled'),
            ],
        help="The line of the supplier invoice, when it is in the books.")
    evidence_file = fields.Many2One(
        'ir.attachment', "Document", ondelete='RESTRICT',
        help="The scanned or signed document.")
    evidence_reference = fields.Char(
        "Evidence",
        help="The number of the document, and of its line when it has many, "
        "such as FA-2024-113 line 2.")
    recovered_through = fields.Selection(
        CHANNELS, "Recovered Through", required=True, sort=False,
        help="The only channel by which the cost is recovered.")
    recovered_through_string = recovered_through.translated(
        'recovered_through')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # Who reads the convention reads its documents.
        cls.evidence_file.domain = ['OR',
            ('resource.id', '=', Eval('convention', -1),
                'tibillet.convention'),
            ('resource.id', '=', Eval('id', -1), cls.__name__),
            ]

    @property
    def has_evidence(self):
        return bool(
            self.evidence_line or self.evidence_file
            or self.evidence_reference)

    @property
    def evidence_owner(self):
        "The party that paid: references are unique for each"
        return None

    @property
    def evidence_key(self):
        "What two costs may not share, or nothing without evidence"
        if self.evidence_line:
            return ('line', self.evidence_line.id)
        if self.evidence_reference:
            owner = self.evidence_owner
            return (
                'reference', owner.id if owner else None,
                same_text(self.evidence_reference))
        # One document may prove several costs, by their references.
        if self.evidence_file:
            return ('file', self.evidence_file.id)

    @classmethod
    def evidence_models(cls):
        "Return the names of the models whose evidence must differ"
        return [
            'tibillet.convention.contribution',
            'tibillet.convention.service.human_cost',
            'tibillet.convention.service.common_cost',
            'tibillet.convention.cost',
            ]

    @classmethod
    def validate_fields(cls, records, field_names):
        super().validate_fields(records, field_names)
        if field_names & {
                'evidence_line', 'evidence_file', 'evidence_reference'}:
            cls.check_evidence(records)

    @classmethod
    def check_evidence(cls, records):
        "Refuse an evidence which is used twice"
        keys = {r.evidence_key for r in records} - {None}
        if not keys:
            return
        users = defaultdict(list)
        for user in cls._search_evidence(records):
            if user.evidence_key in keys:
                users[user.evidence_key].append(user)
        for record in records:
            for user in users[record.evidence_key]:
                if user != record:
                    raise EvidenceUsedError(gettext(
                            'tibillet_federation.msg_evidence_used',
                            evidence=record.evidence_name,
                            cost=record.rec_name,
                            other=user.rec_name,
                            channel=user.recovered_through_string))

    @classmethod
    def _search_evidence(cls, records):
        pool = Pool()
        lines = [r.evidence_line.id for r in records if r.evidence_line]
        files = [r.evidence_file.id for r in records if r.evidence_file]
        domain = ['OR',
            ('evidence_line', 'in', lines),
            ('evidence_file', 'in', files),
            ]
        if any(r.evidence_reference for r in records):
            domain.append(('evidence_reference', '!=', None))
        found = []
        # A cost of another company's convention counts as well.
        with without_check_access(), inactive_records():
            for name in cls.evidence_models():
                Model = pool.get(name)
                found.extend(Model.search(domain, order=[]))
        return found

    @property
    def evidence_name(self):
        if self.evidence_line:
            return self.evidence_line.rec_name
        return self.evidence_reference or self.evidence_file.rec_name
