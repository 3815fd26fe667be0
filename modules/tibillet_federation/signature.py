from tibillet_base.append_only import refuse_changes, stored
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pyson import Eval

from .child import ChildMixin
from .choice import OfConventionMixin, refuse
from .exceptions import SignatureError
from .version_fact import WITHIN


class Signature(OfConventionMixin, ChildMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.version.signature'
    __string__ = "Convention Version Signature"

    _parent_name = 'version'
    _of_convention = ['party']

    version = fields.Many2One(
        'tibillet.convention.version', "Version", required=True,
        ondelete='CASCADE')
    convention = fields.Function(
        fields.Many2One('tibillet.convention', "Convention"),
        'on_change_with_convention')
    party = fields.Many2One(
        'tibillet.convention.party', "Party", required=True,
        ondelete='RESTRICT',
        domain=[
            ('convention', '=', Eval('convention', -1)),
            ])
    signatory = fields.Char(
        "Signatory", required=True, help="The name of who signed.")
    title = fields.Char("Title", help="In which quality.")
    date = fields.Date("Date", required=True)
    place = fields.Char("Place")
    evidence = fields.Many2One(
        'ir.attachment', "Evidence", ondelete='RESTRICT',
        domain=['OR',
            ('resource.id', '=', Eval('convention', -1),
                'tibillet.convention'),
            ('resource.id', '=', Eval('version', -1),
                'tibillet.convention.version'),
            ],
        help="The signed document.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('version')
        table = cls.__table__()
        cls._sql_constraints += [
            ('version_party_unique',
                Unique(table, table.version, table.party),
                'tibillet_federation.msg_signature_unique'),
            ]
        cls._order = [
            ('date', 'ASC'),
            ('id', 'ASC'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, stored(cls, but={'evidence'}),
            within=WITHIN)

    @classmethod
    def default_date(cls):
        return today()

    @fields.depends('version', '_parent_version.convention')
    def on_change_with_convention(self, name=None):
        return self.version.convention if self.version else None

    @fields.depends('party')
    def on_change_party(self):
        if self.party:
            self.signatory = self.party.signatory
            self.title = self.party.signatory_title

    def get_rec_name(self, name):
        return f'{self.party.rec_name} ({self.signatory})'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party.rec_name', *clause[1:])]

    def _check_problem(self, field_names):
        super()._check_problem(field_names)
        if ('evidence' in field_names and self.evidence
                and self.evidence.resource
                not in {self.convention, self.version}):
            refuse(
                'signature', party=self.party.rec_name,
                version=self.version.rec_name,
                convention=self.convention.rec_name)

    @classmethod
    def validate_fields(cls, signatures, field_names):
        super().validate_fields(signatures, field_names)
        if 'date' in field_names:
            for signature in signatures:
                signature._check_date()

    def _check_date(self):
        convention = self.version.convention
        if self.date > today(convention.company):
            raise SignatureError(gettext(
                    'tibillet_federation.msg_signature_future',
                    party=self.party.rec_name,
                    version=self.version.rec_name,
                    date=convention.format_date(self.date)))

    @classmethod
    def check_modification(
            cls, mode, signatures, values=None, external=False):
        super().check_modification(
            mode, signatures, values=values, external=external)
        for signature in signatures:
            if signature.version.state != 'proposed':
                raise SignatureError(gettext(
                        'tibillet_federation.msg_signature_version',
                        party=signature.party.rec_name,
                        version=signature.version.rec_name))
