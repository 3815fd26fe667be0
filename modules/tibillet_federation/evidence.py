"""What proves a cost, and the one channel through which it is recovered."""
from tibillet_base.problem import ProblemMixin

from trytond.model import fields
from trytond.pool import Pool
from trytond.pyson import Eval

from .choice import refuse
from .plain_text import plain_reference

CHANNELS = [
    ('pot', "Pot"),
    ('melting', "Melting Money"),
    ('common', "Common Costs"),
    ('reinvoiced', "Re-invoiced"),
    ('none', "Not Recovered"),
    ]


def reference_key(owner, reference):
    "Return the key of a reference, which is unique for each who pays"
    return ('reference', owner.id if owner else None,
        plain_reference(reference))


class EvidenceMixin(ProblemMixin):
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
        owner = 'contributor' if hasattr(cls, 'contributor') else 'payer'
        cls.evidence_line.domain = [
            cls.evidence_line.domain,
            ('invoice.company.party', '=', Eval(owner, -1)),
            ]
        # Who reads the convention reads its documents.
        cls.evidence_file.domain = ['OR',
            ('resource.id', '=', Eval('convention', -1),
                'tibillet.convention'),
            ('resource.id', '=', Eval('id', -1), cls.__name__),
            ]

    _evidence_code = 'evidence_file'

    def _get_evidence_places(self):
        "Return the records to which a document may be attached"
        return [self.convention, self]

    def _check_problem(self, field_names):
        if (field_names & {'evidence_line', 'contributor', 'payer'}
                and self.evidence_line):
            invoice = self.evidence_line.invoice
            if (not invoice or invoice.type != 'in'
                    or invoice.state == 'cancelled'):
                refuse('evidence_line', cost=self.rec_name)
            payer = self.evidence_owner
            if payer and invoice.company.party != payer:
                refuse(
                    'evidence_company', cost=self.rec_name,
                    payer=payer.rec_name, company=invoice.company.rec_name)
        if ('evidence_file' in field_names and self.evidence_file
                and self.evidence_file.resource
                not in self._get_evidence_places()):
            refuse(
                self._evidence_code, cost=self.rec_name,
                convention=self.convention.rec_name)
        super()._check_problem(field_names)

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
            return reference_key(
                self.evidence_owner, self.evidence_reference)
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

    # What the key depends on, whoever has paid.
    _evidence_fields = {
        'evidence_line', 'evidence_file', 'evidence_reference',
        'contributor', 'payer'}

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        Use = pool.get('tibillet.convention.evidence.use')
        super().on_modification(mode, records, field_names=field_names)
        if mode == 'delete':
            Use.release(records)
        elif mode == 'create' or cls._evidence_fields & field_names:
            Use.hold(records)

    @property
    def evidence_name(self):
        if self.evidence_line:
            return self.evidence_line.rec_name
        return self.evidence_reference or self.evidence_file.rec_name
