from collections import defaultdict

from sql import Null
from tibillet_base.append_only import refuse_changes
from tibillet_base.instant import Instant

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access

from .wallet_fact import WalletFactMixin
from .wallet_rules import OPPOSITE

KINDS = [
    ('top_up', "Top-up"),
    ('grant', "Grant"),
    ('spend', "Payment"),
    ('redeem', "Redemption"),
    ('hold', "Hold"),
    ('capture', "Capture of a Hold"),
    ('release', "Release of a Hold"),
    ('reverse', "Reversal"),
    ('fee', "Payment Fee"),
    ('chargeback', "Chargeback"),
    ('merge', "Merge"),
    ('melt', "Melting"),
    ('restore', "Restoration"),
    ]


class WalletOperation(WalletFactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.operation'
    __string__ = "Wallet Operation"

    uuid = fields.Char(
        "Identifier", required=True, readonly=True, strip=False,
        help="Made by who asked, so that it counts once.")
    digest = fields.Char(
        "Fingerprint", required=True, readonly=True, strip=False,
        help="Of what was asked: the identifier is not used for anything "
        "else.")
    kind = fields.Selection(
        KINDS, "Kind", required=True, readonly=True, sort=False)
    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT',
        help="Whose user or device has recorded it.")
    party = fields.Many2One(
        'party.party', "Where", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="Who loaded, took or paid back the money.")
    at = Instant("At", required=True, readonly=True)
    date = fields.Date(
        "Date", required=True, readonly=True,
        help="At the clock of the company.")
    user = fields.Char(
        "User", readonly=True, strip=False,
        help="The name, at that time, of the user or the device; empty if the "
        "server acted by itself.")
    device = fields.Many2One(
        'tibillet.device', "Device", readonly=True, ondelete='RESTRICT')
    reason = fields.Char("Reason", readonly=True, strip=False)
    reverses = fields.Many2One(
        'tibillet.wallet.operation', "Reverses", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('reverses'),
            },
        help="The operation that this one takes back.")
    fee_of = fields.Many2One(
        'tibillet.wallet.operation', "Fee of", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('fee_of'),
            },
        help="The operation whose payment has cost it.")
    reversed_by = fields.One2Many(
        'tibillet.wallet.operation', 'reverses', "Reversed by", readonly=True,
        size=1,
        states={
            'invisible': ~Eval('reversed_by', [-1]),
            })
    holder = fields.Function(fields.Char("Holder"), 'get_holder')
    amounts = fields.Function(
        fields.Char(
            "Amount",
            help="What came into the wallet, negative if it went out; "
            "what is held, for a hold."),
        'get_amounts')
    issuing_companies = fields.Function(
        fields.Many2Many(
            'company.company', None, None, "Issued by",
            help="The companies whose party owes the money to its holders."),
        'get_issuing_companies', searcher='search_issuing_companies')
    holds = fields.One2Many(
        'tibillet.wallet.hold', 'operation', "Holds", readonly=True,
        states={
            'invisible': Eval('kind') != 'hold',
            })
    moves = fields.One2Many(
        'tibillet.wallet.move', 'operation', "Moves", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_cashless.msg_wallet_operation_uuid_unique'),
            ('reverses_unique', Unique(table, table.reverses),
                'tibillet_cashless.msg_wallet_operation_reverses_unique'),
            ]
        cls._sql_indexes.update({
                Index(
                    table,
                    (table.company, Index.Equality()),
                    (table.at, Index.Range())),
                Index(
                    table,
                    (table.party, Index.Equality()),
                    (table.date, Index.Range())),
                Index(
                    table, (table.fee_of, Index.Equality()),
                    where=table.fee_of != Null),
                })
        cls._order = [('at', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'uuid', 'digest', 'kind', 'company', 'at', 'date', 'user',
                'device', 'reason', 'reverses', 'fee_of'],
            party_columns=['party'])

    def _parts(self):
        return [*self.holds, *(m for m in self.moves if m.wallet)]

    @without_check_access
    def get_holder(self, name):
        # In the order they have paid.
        return ' · '.join(dict.fromkeys(
                part.wallet.rec_name
                for part in [*self._parts(), *self.debts]))

    def get_amounts(self, name):
        sums = defaultdict(int)
        for part in self._parts():
            sums[part.money] += part.units
        return ' · '.join(
            money.say(units) for money, units in sums.items() if units)

    @classmethod
    def get_issuing_companies(cls, operations, name):
        pool = Pool()
        Company = pool.get('company.company')
        issuers = {
            o.id: {m.money.issuer for m in o.moves} for o in operations}
        companies = Company.search([
                ('party', 'in', list({
                            party.id for parties in issuers.values()
                            for party in parties})),
                ])
        return {
            id_: [c.id for c in companies if c.party in parties]
            for id_, parties in issuers.items()}

    @classmethod
    def search_issuing_companies(cls, name, clause):
        pool = Pool()
        Company = pool.get('company.company')
        _, operator, value = clause
        parties = [
            c.party.id for c in Company.search([('id', operator, value)])]
        return [('moves.money.issuer', 'in', parties)]

    def get_rec_name(self, name):
        kind = dict(self.__class__.kind.get_selection(
                self.__class__, 'kind', self))[self.kind]
        return gettext(
            'tibillet_cashless.msg_wallet_operation_name',
            kind=kind, party=self.party.rec_name, id=self.id)

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('uuid', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('kind').in_(list(OPPOSITE)), 'muted', '')),
            ]
