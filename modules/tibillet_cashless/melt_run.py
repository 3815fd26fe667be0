"""Melt what is due: once for each due date, in order, even when it is late."""
import uuid

from sql.aggregate import Count, Sum
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.exceptions import FactError
from tibillet_base.instant import Instant
from tibillet_base.tools import cursor, each_company, take_turn

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access

from . import demurrage, melt_holders, melt_writer, wallet_sql
from .exceptions import MeltRunError
from .wallet_amount import WalletAmountMixin
from .wallet_fact import WalletFactMixin


class MeltRun(ModelSQL, ModelView):
    __name__ = 'tibillet.melt.run'
    __string__ = "Melt Run"

    uuid = fields.Char("Identifier", required=True, readonly=True)
    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    policy = fields.Many2One(
        'tibillet.melt.policy', "Policy", required=True, readonly=True,
        ondelete='RESTRICT')
    money = fields.Many2One(
        'tibillet.money', "Money", required=True, readonly=True,
        ondelete='RESTRICT')
    due_date = fields.Date("Due on", required=True, readonly=True)
    at = Instant("Begun at", required=True, readonly=True)
    user = fields.Char(
        "User", readonly=True, strip=False,
        help="Empty if the server acted by itself.")
    state = fields.Selection([
            ('running', "Running"),
            ('done', "Done"),
            ], "State", required=True, readonly=True, sort=False)
    reached = fields.Integer(
        "Wallet Reached", readonly=True,
        states={
            'invisible': Eval('state') == 'done',
            })
    lines = fields.One2Many(
        'tibillet.melt.run.line', 'run', "Melted", readonly=True)
    wallets = fields.Function(
        fields.Integer("Wallets"), 'get_sums')
    amount = fields.Function(
        fields.Numeric("Melted", digits='money'), 'get_sums')
    restored = fields.Function(
        fields.Numeric(
            "Restored", digits='money',
            help="What of it was given back since."),
        'get_sums')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_cashless.msg_melt_run_unique'),
            ('date_unique', Unique(table, table.policy, table.due_date),
                'tibillet_cashless.msg_melt_run_unique'),
            ]
        cls._order = [('due_date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'uuid', 'company', 'policy', 'money', 'due_date', 'at',
                'user'])

    @classmethod
    def default_reached(cls):
        return 0

    @classmethod
    def check_modification(cls, mode, runs, values=None, external=False):
        super().check_modification(
            mode, runs, values=values, external=external)
        if mode == 'delete' or external or (
                mode == 'write' and values.keys() - {'state', 'reached'}):
            for run in runs:
                raise FactError(gettext(
                        'tibillet_cashless.msg_wallet_fact',
                        record=run.rec_name))

    @classmethod
    def get_sums(cls, runs, names):
        pool = Pool()
        Line = pool.get('tibillet.melt.run.line')
        Operation = pool.get('tibillet.wallet.operation')
        line, operation = Line.__table__(), Operation.__table__()
        ids = [r.id for r in runs]
        rows = {id_: (0, 0, 0) for id_ in ids}
        statement = cursor()
        statement.execute(*line.select(
                line.run, Count(line.id), Sum(line.units),
                where=fields.SQL_OPERATORS['in'](line.run, ids),
                group_by=line.run))
        for id_, count, units in statement.fetchall():
            rows[id_] = (count, int(units), 0)
        statement.execute(*line.join(
                operation,
                condition=operation.reverses == line.operation).select(
                line.run, Sum(line.units),
                where=fields.SQL_OPERATORS['in'](line.run, ids),
                group_by=line.run))
        for id_, units in statement.fetchall():
            rows[id_] = (*rows[id_][:2], int(units))
        sums = {'wallets': {}, 'amount': {}, 'restored': {}}
        for run in runs:
            count, units, restored = rows[run.id]
            sums['wallets'][run.id] = count
            sums['amount'][run.id] = run.money.get_amount(units)
            sums['restored'][run.id] = run.money.get_amount(restored)
        return {name: sums[name] for name in names}

    def get_rec_name(self, name):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return gettext(
            'tibillet_cashless.msg_melt_run_name',
            money=self.money.rec_name,
            date=Lang.get().strftime(self.due_date))

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('money.rec_name', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('state') == 'running', 'warning', '')),
            ]

    @classmethod
    def find(cls, policy, due):
        "Yield (holder, taken) of what a run would melt; nothing changes"
        rules, start = policy.get_rules(), 0
        while start is not None:
            holders, last = melt_holders.read(policy, rules, due, start)
            for holder in holders.values():
                if taken := holder.melt(rules, due):
                    yield holder, taken
            start = None if last is None else last + 1

    @classmethod
    @without_check_access
    def begin(cls, policy, until, limit=None):
        """Begin the runs that are due and have not begun, return them

        limit: only the first ones.
        The work is done by tasks, a part of the wallets in each, so that who
        pays never waits for all of it.
        """
        pool = Pool()
        Policy = pool.get('tibillet.melt.policy')
        if until > tools.today(policy.company):
            raise MeltRunError(gettext(
                    'tibillet_cashless.msg_melt_run_future'))
        tools.write_alone()
        # Two who click at once begin each run once.
        take_turn(Policy, [policy.id], 'months')
        dates = policy.get_due(until)[:limit]
        runs = cls.create([{
                    'uuid': str(uuid.uuid4()),
                    'company': policy.company.id,
                    'policy': policy.id,
                    'money': policy.money.id,
                    'due_date': date,
                    'at': tools.now(),
                    'user': tools.who(),
                    'state': 'running',
                    } for date in dates])
        cls.queue(policy, len(runs))
        return runs

    @classmethod
    def queue(cls, policy, runs):
        "Queue the work of so many runs"
        pool = Pool()
        Policy = pool.get('tibillet.melt.policy')
        # Wallets that come meanwhile are in the last part.
        parts = len(melt_holders.parts(policy.money.id)) + 1
        for _ in range(runs * parts):
            Policy.__queue__.melt_part([policy])

    @classmethod
    @without_check_access
    def work(cls, policies):
        """Melt the next part of the oldest run of policies that is not done

        Return if there was one.
        """
        pool = Pool()
        Policy = pool.get('tibillet.melt.policy')
        worked = False
        for policy in policies:
            tools.write_alone()
            take_turn(Policy, [policy.id], 'months')
            runs = cls.search([
                    ('policy', '=', policy.id),
                    ('state', '=', 'running'),
                    ], order=[('due_date', 'ASC')], limit=1)
            for run in runs:
                run._work()
                worked = True
        return worked

    def _work(self):
        pool = Pool()
        Line = pool.get('tibillet.melt.run.line')
        rules = self.policy.get_rules()
        holders, last = melt_holders.read(
            self.policy, rules, self.due_date, self.reached + 1, lock=True)
        planned = [
            (holder, taken) for holder in holders.values()
            if (taken := holder.melt(rules, self.due_date))]
        operations = melt_writer.melt(
            self.company, self.money, self.due_date, planned, tools.now())
        lines = [
            self._get_line(rules, holder, taken, operations[holder.wallet])
            for holder, taken in planned if holder.wallet in operations]
        if lines:
            wallet_sql.insert(Line.__name__, lines)
        self.__class__.write([self], (
                {'state': 'done'} if last is None else {'reached': last}))

    def _get_line(self, rules, holder, taken, operation):
        lots = {lot.id: lot for lot in holder.lots}
        starts = [
            demurrage.start(rules, lots[id_], holder.active)
            for id_, _ in taken]
        notice = min(
            id_ for id_, notice in holder.notices.items()
            if notice.until >= max(starts))
        return {
            'run': self.id,
            'wallet': holder.wallet,
            'money': self.money.id,
            'operation': operation,
            'units': sum(part for _, part in taken),
            'since': min(starts),
            'notice': notice,
            }

    @classmethod
    def melt_night(cls):
        "Go on with the runs that stopped, and begin those of the night"
        pool = Pool()
        Policy = pool.get('tibillet.melt.policy')
        for company in each_company():
            for policy in Policy.search([
                        ('company', '=', company.id),
                        ['OR', ('active', '=', True), ('active', '=', False)],
                        ]):
                running = cls.search([
                        ('policy', '=', policy.id),
                        ('state', '=', 'running'),
                        ], count=True)
                cls.queue(policy, running)
                if policy.automatic and policy.active:
                    cls.begin(policy, tools.today(company))


class MeltRunLine(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.melt.run.line'
    __string__ = "Melt Run Line"

    run = fields.Many2One(
        'tibillet.melt.run', "Run", required=True, readonly=True,
        ondelete='RESTRICT')
    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", required=True, readonly=True,
        ondelete='RESTRICT')
    operation = fields.Many2One(
        'tibillet.wallet.operation', "Operation", required=True,
        readonly=True, ondelete='RESTRICT')
    since = fields.Date(
        "Unused since", required=True, readonly=True,
        help="From which day the months were counted.")
    notice = fields.Many2One(
        'tibillet.melt.notice', "Notice", required=True, readonly=True,
        ondelete='RESTRICT')
    noticed = fields.Function(
        fields.Date("Told on"), 'on_change_with_noticed')
    restored = fields.Function(
        fields.Boolean("Restored"), 'get_restored')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('run')
        table = cls.__table__()
        cls._sql_constraints += [
            ('operation_unique', Unique(table, table.operation),
                'tibillet_cashless.msg_melt_run_unique'),
            ('wallet_unique', Unique(table, table.run, table.wallet),
                'tibillet_cashless.msg_melt_run_unique'),
            ]
        cls._sql_indexes.add(
            Index(table, (table.wallet, Index.Equality())))
        cls._order = [('run', 'DESC'), ('id', 'ASC')]
        cls._buttons.update({
                'restore_wizard': {
                    'invisible': Eval('restored', False),
                    'icon': 'tryton-back',
                    'depends': ['restored'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'run', 'wallet', 'money', 'operation', 'units', 'since',
                'notice'])

    def get_rec_name(self, name):
        return f'{self.wallet.rec_name}, {super().get_rec_name(name)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('wallet.rec_name', *clause[1:])]

    @fields.depends('notice', '_parent_notice.date')
    def on_change_with_noticed(self, name=None):
        return self.notice.date if self.notice else None

    @classmethod
    def get_restored(cls, lines, name):
        pool = Pool()
        Operation = pool.get('tibillet.wallet.operation')
        operation = Operation.__table__()
        statement = cursor()
        statement.execute(*operation.select(
                operation.reverses,
                where=fields.SQL_OPERATORS['in'](
                    operation.reverses, [ln.operation.id for ln in lines])))
        restored = {id_ for id_, in statement}
        return {ln.id: ln.operation.id in restored for ln in lines}

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('restored', False), 'muted', '')),
            ]

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_melt_restore')
    def restore_wizard(cls, lines):
        pass
