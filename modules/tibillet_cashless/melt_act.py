"""What a person does about melting: look first, melt, give back."""
import uuid

from tibillet_base import tools
from tibillet_base.tools import SHOWN

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from . import demurrage, wallet_writer
from .exceptions import MeltRestoreError, MeltRunError
from .melt_notice import SHOWN_MAX
from .wallet_writer import At


class MeltStart(ModelView):
    __name__ = 'tibillet.melt.start'
    __string__ = "Melt Start"

    policy = fields.Many2One('tibillet.melt.policy', "Policy", states=SHOWN)
    money = fields.Many2One('tibillet.money', "Money", states=SHOWN)
    due_date = fields.Date(
        "Due on",
        states={
            **SHOWN,
            'invisible': ~Eval('due_date'),
            },
        help="Of the oldest run that has not been made.")
    late = fields.Integer(
        "Runs Due", states=SHOWN,
        help="They are made one after the other.")
    next_date = fields.Date(
        "Next Run on",
        states={
            **SHOWN,
            'invisible': ~Eval('next_date'),
            })
    wallets = fields.Integer("Wallets", states=SHOWN)
    amount = fields.Numeric("Melts", digits='money', states=SHOWN)
    lines = fields.One2Many(
        'tibillet.melt.line', None, "To Melt", states=SHOWN,
        help="The first ones if there are many.")


class MeltLine(ModelView):
    __name__ = 'tibillet.melt.line'
    __string__ = "Melt Line"

    wallet = fields.Many2One('tibillet.wallet', "Wallet", readonly=True)
    money = fields.Many2One('tibillet.money', "Money", readonly=True)
    balance = fields.Numeric("Balance", digits='money', readonly=True)
    amount = fields.Numeric("Melts", digits='money', readonly=True)
    since = fields.Date("Unused since", readonly=True)
    noticed = fields.Date("Told on", readonly=True)


class Melt(Wizard):
    __name__ = 'tibillet.melt'

    start = StateView(
        'tibillet.melt.start', 'tibillet_cashless.melt_start_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Melt", 'melt', 'tryton-ok', default=True,
                states={
                    'readonly': ~Eval('due_date'),
                    }),
            ])
    melt = StateAction('tibillet_cashless.act_melt_run')

    def default_start(self, fields):
        pool = Pool()
        Run = pool.get('tibillet.melt.run')
        policy = self.record
        if not policy:
            return {}
        with without_check_access():
            due = policy.get_due(tools.today(policy.company))
            rules = policy.get_rules()
            units, wallets, lines = 0, 0, []
            if due:
                for holder, taken in Run.find(policy, due[0]):
                    melted = sum(part for _, part in taken)
                    units, wallets = units + melted, wallets + 1
                    if len(lines) < SHOWN_MAX:
                        lines.append(self._get_line(
                                policy.money, rules, holder, taken))
        return {
            'policy': policy.id,
            'money': policy.money.id,
            'due_date': due[0] if due else None,
            'late': len(due),
            'next_date': None if due else policy.get_next(),
            'wallets': wallets,
            'amount': policy.money.get_amount(units),
            'lines': lines,
            }

    def _get_line(self, money, rules, holder, taken):
        lots = {lot.id: lot for lot in holder.lots}
        starts = [
            demurrage.start(rules, lots[id_], holder.active)
            for id_, _ in taken]
        return {
            'wallet': holder.wallet,
            'money': money.id,
            'balance': money.get_amount(holder.units),
            'amount': money.get_amount(sum(part for _, part in taken)),
            'since': min(starts),
            'noticed': min(
                notice.date for notice in holder.notices.values()
                if notice.until >= max(starts)),
            }

    def do_melt(self, action):
        pool = Pool()
        Run = pool.get('tibillet.melt.run')
        policy = self.record
        if self.start.due_date not in policy.get_due(
                tools.today(policy.company))[:1]:
            raise MeltRunError(gettext(
                    'tibillet_cashless.msg_melt_run_nothing'))
        runs = Run.begin(policy, tools.today(policy.company), limit=1)
        action['views'].reverse()
        return action, {'res_id': [r.id for r in runs]}


class MeltRestoreStart(ModelView):
    __name__ = 'tibillet.melt.restore.start'
    __string__ = "Melt Restore Start"

    line = fields.Many2One('tibillet.melt.run.line', "Melted", states=SHOWN)
    wallet = fields.Many2One('tibillet.wallet', "Wallet", states=SHOWN)
    money = fields.Many2One('tibillet.money', "Money", states=SHOWN)
    amount = fields.Numeric("Given Back", digits='money', states=SHOWN)
    reason = fields.Char("Reason", required=True)
    exempt = fields.Boolean(
        "Never Melts again",
        help="Check to exempt the wallet from melting from now on.")

    @classmethod
    def default_exempt(cls):
        return True


class MeltRestore(Wizard):
    __name__ = 'tibillet.melt.restore'

    start = StateView(
        'tibillet.melt.restore.start',
        'tibillet_cashless.melt_restore_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Give Back", 'restore', 'tryton-ok', default=True),
            ])
    restore = StateTransition()

    def default_start(self, fields):
        line = self.record
        if not line:
            return {}
        return {
            'line': line.id,
            'wallet': line.wallet.id,
            'money': line.money.id,
            'amount': line.amount,
            }

    def transition_restore(self):
        pool = Pool()
        Exemption = pool.get('tibillet.melt.exemption')
        line, reason = self.record, self.start.reason
        if line.restored:
            raise MeltRestoreError(gettext(
                    'tibillet_cashless.msg_melt_restored',
                    line=line.rec_name))
        company = line.run.company
        wallet_writer.restore(
            At(company.id), str(uuid.uuid4()), line.operation.uuid, reason)
        if self.start.exempt:
            wallet = line.wallet
            while wallet.merged_into:
                wallet = wallet.merged_into
            with without_check_access():
                Exemption.create([{
                            'company': company.id,
                            'money': line.money.id,
                            'wallet': wallet.id,
                            'from_date': tools.today(company),
                            'reason': reason,
                            }])
        return 'end'

    def end(self):
        return 'reload'
