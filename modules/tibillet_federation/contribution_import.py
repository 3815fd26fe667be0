from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Equal, Eval, If
from trytond.transaction import Transaction
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from . import contribution_table, words
from .contribution import NATURES, is_recouped
from .contribution_ask import say_unknown, warn_again, warn_columns
from .contribution_table import count_decimals
from .evidence import reference_key
from .exceptions import ContributionImportError
from .plain_text import plain
from .settlement_figures import get_voice
from .version_line import RATE_DIGITS

# What people write for the units of the standard.
UNITS = {
    'uom_unit': ['u', 'unit', 'units', 'unite', 'unites', 'piece', 'pieces',
        'forfait'],
    'uom_day': ['d', 'day', 'days', 'j', 'jour', 'jours', 'journee',
        'journees'],
    'uom_hour': ['h', 'hour', 'hours', 'heure', 'heures'],
    }


class ContributionImport(Wizard):
    __name__ = 'tibillet.convention.contribution.import'

    start = StateView(
        'tibillet.convention.contribution.import.start',
        'tibillet_federation.contribution_import_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Check", 'check', 'tryton-forward', default=True),
            ])
    check = StateTransition()
    preview = StateView(
        'tibillet.convention.contribution.import.preview',
        'tibillet_federation.contribution_import_preview_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Back", 'start', 'tryton-back'),
            Button(
                "Import", 'import_', 'tryton-ok', default=True,
                states={
                    'readonly': Eval('broken', 0) > 0,
                    }),
            ])
    import_ = StateTransition()
    open_ = StateAction('tibillet_federation.act_contribution_form')

    def default_start(self, fields):
        pool = Pool()
        Date = pool.get('ir.date')
        values = {
            'convention': self.record.id if self.record else None,
            'date': Date.today(),
            }
        if self.record and len(self.record.parties) == 1:
            values['contributor'] = self.record.parties[0].party.id
        # Coming back from the check keeps what was asked.
        if getattr(self.start, 'file', None):
            values.update({
                    'file': self.start.file,
                    'file_name': self.start.file_name,
                    'date': self.start.date,
                    'contributor': (
                        self.start.contributor.id
                        if self.start.contributor else None),
                    })
        return values

    def transition_check(self):
        self._read()
        return 'preview'

    def default_preview(self, fields):
        lines, unknown = self._read()
        currency = self.start.convention.currency
        return {
            'currency': currency.id,
            'lines': [line.get_preview() for line in lines],
            'count': len(lines),
            'broken': sum(1 for line in lines if line.problems),
            'problems': '\n'.join([
                    *say_unknown(unknown),
                    *(line.problem for line in lines if line.problem)]),
            'gross': sum(
                (line.contribution.gross or 0 for line in lines
                    if line.contribution), Decimal(0)),
            }

    def transition_import_(self):
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        lines, unknown = self._read()
        broken = [line for line in lines if line.problems]
        if broken:
            raise ContributionImportError(gettext(
                    'tibillet_federation.msg_contribution_import_broken',
                    count=len(broken),
                    problems='\n'.join(line.problem for line in broken)))
        self.contributions = [line.contribution for line in lines]
        warn_columns(self.start.convention, unknown)
        warn_again(self.start.convention, self.contributions)
        Contribution.save(self.contributions)
        return 'open_'

    def do_open_(self, action):
        return action, {'res_id': [c.id for c in self.contributions]}

    def _read(self):
        """Return the lines of the file, each with its contribution

        And the columns that are not read, as the Table has them.
        """
        try:
            table = contribution_table.read(self.start.file or b'')
        except contribution_table.TableError as error:
            code, values = error.args
            raise ContributionImportError(gettext(
                    f'tibillet_federation.msg_contribution_table_{code}',
                    **values))
        importer = Importer(
            self.start.convention, self.start.contributor, self.start.date)
        return importer.get_lines(table.lines), table.unknown


class Importer:
    "Turns the lines that were read into contributions, saved by nobody yet"

    def __init__(self, convention, contributor, date):
        self.convention = convention
        self.contributor = contributor
        self.date = date
        self.parties = defaultdict(list)
        for line in convention.parties:
            for name in {
                    plain(n)
                    for n in [line.party.name, line.party.code] if n}:
                self.parties[name].append(line)
        self.units = self._get_units()
        # What the lines before have used, and what was replayed.
        self.references = {}
        self.replays = {}

    @staticmethod
    def _get_units():
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        Uom = pool.get('product.uom')
        units = {}
        for language in {'en', Transaction().language}:
            with Transaction().set_context(language=language):
                for unit in Uom.search([]):
                    for name in [unit.name, unit.symbol]:
                        units.setdefault(
                            plain(name), unit)
        for xml_id, names in UNITS.items():
            unit = Uom(ModelData.get_id('product', xml_id))
            for name in names:
                units[name] = unit
        return units

    def get_lines(self, lines):
        pool = Pool()
        Use = pool.get('tibillet.convention.evidence.use')
        imported = [ImportedLine(self, line) for line in lines]
        self.references = Use.get_names(
            {line.evidence_key for line in imported} - {None})
        for line in imported:
            line.check()
        return imported


class ImportedLine:

    def __init__(self, importer, line):
        self.importer = importer
        self.number = line.number
        self.values = line.values
        self.problems = list(line.problems)
        self.warnings = []
        self.contribution = None
        self.party = self._get_party()
        self.unit = self._get_unit()

    def check(self):
        "Look for what would be refused later, make the contribution if none"
        self._check_decimals()
        self._check_reference()
        self._check_pot()
        if not self.problems:
            self.contribution = self._get_contribution()
            surprise = self.contribution.get_date_surprise()
            if surprise:
                self.warnings.append((surprise, self._get_dates()))

    def _get_dates(self):
        convention = self.importer.convention
        return {
            'date': convention.format_date(self.date),
            'start': convention.format_date(convention.start),
            'end': convention.format_date(convention.end),
            }

    def _get_party(self):
        importer = self.importer
        name = self.values.get('contributor')
        if name:
            parties = importer.parties.get(
                plain(name), [])
            if len(parties) > 1:
                self.problems.append(('twins', {
                            'cell': name,
                            'parties': ', '.join(
                                f'{p.party.name} ({p.party.code})'
                                for p in parties)}))
                return
            if not parties:
                self.problems.append(('contributor', {
                            'cell': name,
                            'parties': ', '.join(
                                p.party.rec_name
                                for p in importer.convention.parties)}))
                return
            return parties[0]
        for party in importer.convention.parties:
            if party.party == importer.contributor:
                return party
        self.problems.append(('no_contributor', {}))

    def _get_unit(self):
        name = self.values.get('unit')
        if not name:
            return self.importer.units[
                'day' if self.values.get('nature') == 'time' else 'unit']
        unit = self.importer.units.get(plain(name))
        if not unit:
            self.problems.append(('unit', {'cell': name}))
        return unit

    @property
    def date(self):
        return self.values.get('date') or self.importer.date

    @property
    def recovered_through(self):
        return self.values.get('recovered_through', 'pot')

    @property
    def evidence_key(self):
        reference = self.values.get('evidence_reference')
        if reference and self.party:
            return reference_key(self.party.party, reference)

    def _check_decimals(self):
        unit, quantity = self.unit, self.values.get('quantity')
        if unit and quantity is not None and (
                count_decimals(quantity) > unit.digits):
            self.problems.append(('unit_decimals', {
                        'cell': quantity,
                        'unit': unit.rec_name,
                        'digits': unit.digits}))

    def _check_reference(self):
        key = self.evidence_key
        if not key:
            return
        if key in self.importer.references:
            self.problems.append(('evidence', {
                        'cell': self.values['evidence_reference'],
                        'other': self.importer.references[key]}))
        self.importer.references.setdefault(
            key, '%s (%s)' % (
                self.values.get('description', ''),
                self.values['evidence_reference']))

    def _check_pot(self):
        importer = self.importer
        if (self.recovered_through == 'pot'
                and self.party and self.party.recoups
                and is_recouped(
                    importer.convention, self.date, importer.replays)):
            self.problems.append(('pot', {}))

    def _get_contribution(self):
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        values = self.values
        contribution = Contribution(
            convention=self.importer.convention,
            contributor=self.party.party,
            date=self.date,
            nature=values.get('nature', 'sundry'),
            description=values['description'],
            quantity=values['quantity'],
            unit=self.unit,
            unit_cost=values['unit_cost'],
            tax_included=values.get('tax_included', True),
            vat_rate=values.get('vat_rate'),
            vat_recoverable=values.get(
                'vat_recoverable', self.party.vat_regime == 'subject'),
            evidence_reference=values.get('evidence_reference'),
            recovered_through=self.recovered_through)
        for name in ['amount', 'gross', 'net']:
            setattr(
                contribution, name,
                getattr(contribution, f'on_change_with_{name}')())
        return contribution

    @property
    def problem(self):
        "The problems of the line, else what to check in it, in words"
        found = self.problems or self.warnings
        if not found:
            return
        voice = get_voice(self.importer.convention)
        return gettext(
            'tibillet_federation.msg_contribution_import_line',
            line=self.number,
            problems=' '.join(
                gettext(
                    f'tibillet_federation.msg_contribution_line_{code}',
                    **{
                        name: (
                            words.plain(voice.number(value))
                            if isinstance(value, Decimal) else value)
                        for name, value in values.items()})
                for code, values in found))

    def get_preview(self):
        contribution = self.contribution
        values = self.values
        return {
            'line': self.number,
            'contributor': (
                contribution.contributor.rec_name if contribution
                else values.get('contributor')),
            'nature': (
                contribution.nature if contribution
                else values.get('nature')),
            'description': values.get('description'),
            'quantity': values.get('quantity'),
            'unit': contribution.unit.symbol if contribution else None,
            'unit_cost': values.get('unit_cost'),
            'vat_rate': values.get('vat_rate'),
            'gross': contribution.gross if contribution else None,
            'currency': self.importer.convention.currency.id,
            'problem': self.problem,
            'broken': bool(self.problems),
            }


class ContributionImportStart(ModelView):
    __name__ = 'tibillet.convention.contribution.import.start'
    __string__ = "Convention Contribution Import Start"

    convention = fields.Many2One(
        'tibillet.convention', "Convention", required=True, readonly=True)
    file = fields.Binary(
        "File", required=True, filename='file_name',
        help="A CSV file or a spreadsheet (xlsx), "
        "with at least the columns description, quantity and unit cost.")
    file_name = fields.Char("File Name")
    parties = fields.Function(
        fields.Many2Many('party.party', None, None, "Parties"),
        'on_change_with_parties')
    contributor = fields.Many2One(
        'party.party', "Contributor",
        domain=[
            ('id', 'in', Eval('parties', [])),
            ],
        help="Who has brought the lines that do not say it.")
    date = fields.Date(
        "Date", required=True,
        help="The date of the lines that do not say it.")

    @fields.depends('convention')
    def on_change_with_parties(self, name=None):
        if self.convention:
            return [p.party for p in self.convention.parties]
        return []


class ContributionImportPreview(ModelView):
    __name__ = 'tibillet.convention.contribution.import.preview'
    __string__ = "Convention Contribution Import Preview"

    currency = fields.Many2One(
        'currency.currency', "Currency", readonly=True)
    count = fields.Integer("Lines", readonly=True)
    broken = fields.Integer(
        "Broken Lines", readonly=True,
        help="Nothing is imported while a line is broken.")
    problems = fields.Text(
        "What to Correct", readonly=True,
        states={
            'invisible': ~Eval('problems'),
            })
    gross = Monetary(
        "Total Including Tax", currency='currency', digits='currency',
        readonly=True)
    lines = fields.One2Many(
        'tibillet.convention.contribution.import.line', None, "Lines",
        readonly=True)


class ContributionImportLine(ModelView):
    __name__ = 'tibillet.convention.contribution.import.line'
    __string__ = "Convention Contribution Import Line"

    line = fields.Integer("Line")
    contributor = fields.Char("Contributor")
    nature = fields.Selection([(None, "")] + NATURES, "Nature", sort=False)
    description = fields.Char("Description")
    quantity = fields.Numeric("Quantity")
    unit = fields.Char("Unit")
    # What could not be read has no symbol either.
    unit_cost = Monetary(
        "Unit Cost", currency='currency',
        states={
            'invisible': Equal(Eval('unit_cost', None), None),
            })
    vat_rate = fields.Numeric(
        "VAT Rate", digits=RATE_DIGITS,
        states={
            'invisible': Equal(Eval('vat_rate', None), None),
            })
    gross = Monetary(
        "Including Tax", currency='currency', digits='currency',
        states={
            'invisible': Equal(Eval('gross', None), None),
            })
    currency = fields.Many2One('currency.currency', "Currency")
    problem = fields.Text("Problem")
    broken = fields.Boolean("Broken")

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('broken', False), 'danger',
                    If(Bool(Eval('problem')), 'warning', ''))),
            ]
