from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import StateAction, Wizard

from . import till_archiving, tools
from .append_only import refuse_changes
from .fact import FactMixin
from .instant import Instant
from .till_log import OfTillMixin


class TillArchive(OfTillMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.archive'
    __string__ = "Till Archive"
    _fact_message = 'tibillet_base.msg_till_archive_fact'

    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="Within the till: each archive goes on where the one before "
        "ends.")
    made_at = Instant("Made at", required=True, readonly=True)
    made_by = fields.Char("Made by", readonly=True, strip=False)
    chains = fields.One2Many(
        'tibillet.till.archive.chain', 'archive', "Content", readonly=True)
    count = fields.Function(
        fields.Integer("Facts"), 'on_change_with_count')
    fingerprint = fields.Char(
        "Fingerprint", required=True, readonly=True, strip=False,
        help="Of all that the archive holds; the log of the till has it too.")
    problems = fields.Text(
        "Broken", readonly=True,
        states={
            'invisible': ~Eval('problems'),
            },
        help="What the verifier found when the archive was made.")
    file = fields.Binary(
        "File", required=True, readonly=True, filename='filename',
        file_id='file_id')
    file_id = fields.Char("File ID", readonly=True, strip=False)
    filename = fields.Function(
        fields.Char("File Name"), 'on_change_with_filename')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.point, table.number),
                'tibillet_base.msg_till_archive_number_unique'),
            ]
        cls._order = [('made_at', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'point', 'number', 'made_at', 'made_by', 'fingerprint',
                'problems', 'file_id'])

    def get_rec_name(self, name):
        return f'{self.point.code} {self.number}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('point.code', *clause[1:])]

    @fields.depends('chains')
    def on_change_with_count(self, name=None):
        return sum(chain.count for chain in self.chains)

    @fields.depends('point', 'number', 'made_at')
    def on_change_with_filename(self, name=None):
        if self.point and self.made_at:
            return (
                f'{self.point.code}-{self.number:04d}-'
                f'{self.made_at:%Y-%m-%d}.zip')

    @classmethod
    @without_check_access
    def make(cls, point):
        "Archive what the till did since the archive before"
        tools.write_alone()
        return till_archiving.Archiving(point).archive()


class TillArchiveChain(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.archive.chain'
    __string__ = "Till Archive Chain"
    _fact_message = 'tibillet_base.msg_till_archive_fact'

    archive = fields.Many2One(
        'tibillet.till.archive', "Archive", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    name = fields.Char("Chain", required=True, readonly=True, strip=False)
    label = fields.Function(fields.Char("What"), 'get_label')
    first = fields.Integer("First", required=True, readonly=True)
    last = fields.Integer("Last", required=True, readonly=True)
    count = fields.Function(
        fields.Integer("Facts"), 'on_change_with_count')
    end = fields.Char(
        "Fingerprint of the Last One", required=True, readonly=True,
        strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('archive')
        cls._order = [('archive', 'DESC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['archive', 'name', 'first', 'last', 'end'])

    @fields.depends('archive', '_parent_archive.point')
    def on_change_with_company(self, name=None):
        if self.archive and self.archive.point:
            return self.archive.point.company

    @classmethod
    def search_company(cls, name, clause):
        return [('archive.company', *clause[1:])]

    def get_rec_name(self, name):
        return self.label

    def get_label(self, name):
        return gettext(f'tibillet_base.msg_till_chain_{self.name}')

    @fields.depends('first', 'last')
    def on_change_with_count(self, name=None):
        if self.first is not None and self.last is not None:
            return self.last - self.first + 1


class Archive(Wizard):
    __name__ = 'tibillet.till.archive.make'
    start_state = 'make'

    make = StateAction('tibillet_base.act_till_archive')

    def do_make(self, action):
        pool = Pool()
        TillArchive = pool.get('tibillet.till.archive')
        archive = TillArchive.make(self.record)
        action['views'].reverse()
        return action, {'res_id': [archive.id]}
