from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from . import till_chain, till_log_text, till_sql, tools
from .append_only import refuse_changes
from .fact import FactMixin
from .instant import Instant

# What the chain of a log holds of an entry.
CHAINED = ['number', 'at', 'user', 'kind', 'subject', 'detail']


class OfTillMixin(FactMixin):
    "A fact of one till, of its company"
    __slots__ = ()

    point = fields.Many2One(
        'sale.point', "Till", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')

    @fields.depends('point', '_parent_point.company')
    def on_change_with_company(self, name=None):
        return self.point.company if self.point else None

    @classmethod
    def search_company(cls, name, clause):
        return [('point.company', *clause[1:])]


class TillLog(OfTillMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.log'
    __string__ = "Till Log"
    _fact_message = 'tibillet_base.msg_till_log_fact'

    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="Within the till, without holes.")
    at = Instant("At", required=True, readonly=True)
    user = fields.Char(
        "User", readonly=True, strip=False,
        help="The name, at that time, of the user or the device; empty if the "
        "server acted by itself.")
    kind = fields.Selection([
            ('key', "New Key"),
            ('opening', "Opening"),
            ('closing', "Closing"),
            ('period', "Month or Year Closed"),
            ('cancellation', "Cancelled Sale"),
            ('drawer', "Drawer Opened"),
            ('cash_in', "Cash Put In"),
            ('cash_out', "Cash Taken Out"),
            ('print', "Printed"),
            ('reprint', "Printed Again"),
            ('check', "Chain Checked"),
            ('archive', "Archived"),
            ('clock', "Clock Set Back"),
            ('setting', "Setting Changed"),
            ], "Kind", required=True, readonly=True, sort=False)
    subject = fields.Char(
        "Subject", readonly=True, strip=False,
        help="The number of the sale or the closure it is about.")
    detail = fields.Char("Detail", readonly=True, strip=False)
    sentence = fields.Function(fields.Char(
            "What Happened",
            help="The subject and the detail, in words."),
        'get_sentence')
    link = fields.Char(
        "Fingerprint", required=True, readonly=True, strip=False,
        help="Chains the entry to the one before.")
    key = fields.Many2One(
        'tibillet.till.key', "Key", readonly=True, ondelete='RESTRICT')
    signature = fields.Char("Signature", readonly=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.point, table.number),
                'tibillet_base.msg_till_log_number_unique'),
            ]
        cls._sql_indexes.add(Index(
                table,
                (table.point, Index.Equality()),
                (table.number, Index.Range())))
        cls._order = [('at', 'DESC'), ('number', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'point', 'link', 'key', 'signature', *CHAINED])

    def get_rec_name(self, name):
        return f'{self.point.code} {self.number}'

    def get_sentence(self, name):
        return till_log_text.say(self)

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('point.code', *clause[1:])]

    @classmethod
    def record(cls, point, kind, subject=None, detail=None):
        "Append an entry to the log of the till"
        row = till_sql.lock(point)
        cls.append(row, kind, subject=subject, detail=detail)
        till_sql.advance(row)

    @classmethod
    @without_check_access
    def append(cls, row, kind, subject=None, detail=None, key=None):
        """Append an entry to the log of the locked till

        key: the one that signs, looked for if None.
        """
        signer = key or till_sql.signer(row)
        at = tools.now()
        row.log_counter += 1
        values = {
            'number': row.log_counter,
            'at': at,
            'user': tools.who(),
            'kind': kind,
            'subject': subject,
            'detail': detail,
            }
        row.log_head = till_chain.follow(row.log_head, values)
        till_sql.insert(cls.__name__, [{
                    'point': row.id,
                    **values,
                    'link': row.log_head,
                    'key': signer.id,
                    'signature': signer.sign(row.log_head),
                    'create_uid': Transaction().user,
                    'create_date': at,
                    }])

    @classmethod
    def count(cls, point, kind, subject):
        "Return how often it has happened to the subject"
        return cls.search([
                ('point', '=', int(point)),
                ('kind', '=', kind),
                ('subject', '=', subject),
                ], count=True)


class TillKey(OfTillMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.key'
    __string__ = "Till Key"
    _fact_message = 'tibillet_base.msg_till_key_fact'
    _rec_name = 'public'

    version = fields.Integer(
        "Version", required=True, readonly=True,
        help="Of the master in the configuration of the server, from which "
        "the private key is made and which the database does not hold.")
    public = fields.Char(
        "Public Key", required=True, readonly=True, strip=False,
        help="Ed25519, in hexadecimal: proves who has signed.")
    since = Instant("Since", required=True, readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('point')
        cls._sql_constraints += [
            ('version_unique', Unique(table, table.point, table.version),
                'tibillet_base.msg_till_key_version_unique'),
            ]
        cls._order = [
            ('point', 'ASC'), ('version', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['point', 'version', 'public', 'since'])

    @classmethod
    def add(cls, row, version, private):
        "Keep the public key of the locked till and return its id"
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        public = till_chain.public(private)
        id_, = till_sql.insert(cls.__name__, [{
                    'point': row.id,
                    'version': version,
                    'public': public,
                    'since': tools.now(),
                    'create_uid': Transaction().user,
                    'create_date': tools.now(),
                    }])
        Log.append(
            row, 'key', subject=str(version), detail=public,
            key=till_sql.Signer(id_, private))
        return id_
