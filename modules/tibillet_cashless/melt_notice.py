"""What holders are told before their money melts: nothing melts without."""
import datetime as dt

from sql import Null
from tibillet_base import mail, tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.tools import SHOWN, cursor, each_company

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, PYSONEncoder
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from . import demurrage, melt_holders, melt_plan
from .exceptions import MeltRunError
from .wallet_amount import WalletAmountMixin
from .wallet_fact import WalletFactMixin

CHANNELS = [
    ('email', "E-mail"),
    ('card', "Shown with the Card"),
    ]
# How many the preview shows.
SHOWN_MAX = 200


class MeltNotice(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.melt.notice'
    __string__ = "Melt Notice"

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    policy = fields.Many2One(
        'tibillet.melt.policy', "Policy", required=True, readonly=True,
        ondelete='RESTRICT')
    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", required=True, readonly=True,
        ondelete='RESTRICT')
    date = fields.Date("Given on", required=True, readonly=True)
    melts_on = fields.Date(
        "Melts on", required=True, readonly=True,
        help="The day of the first run of which it tells.")
    until = fields.Date(
        "Unused since", required=True, readonly=True,
        help="It tells of what was loaded, or used last, until this day.")
    channel = fields.Selection(
        CHANNELS, "By", required=True, readonly=True, sort=False)
    address = fields.Char(
        "E-mail Address", readonly=True,
        states={
            'invisible': Eval('channel') != 'email',
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('until_unique',
                Unique(table, table.policy, table.wallet, table.until),
                'tibillet_cashless.msg_melt_notice_unique'),
            ]
        cls._sql_indexes.add(Index(
                table,
                (table.wallet, Index.Equality()),
                (table.policy, Index.Equality())))
        cls._order = [('date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'company', 'policy', 'wallet', 'money', 'units', 'date',
                'melts_on', 'until', 'channel'])

    def get_rec_name(self, name):
        return f'{self.wallet.rec_name}, {super().get_rec_name(name)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('wallet.rec_name', *clause[1:])]

    @classmethod
    def get_date(cls, policy, date):
        "Return the first due date for which a notice may be given on a date"
        after = date + dt.timedelta(policy.notice_days - 1)
        return melt_plan.next_date(
            policy.get_rules(), max(after, policy.done_until))

    @classmethod
    def _find(cls, policy, rules, due, start):
        """Return (holder, units, until) of who was told nothing, and the last

        due: the date of the run. start: the first wallet.
        """
        holders, last = melt_holders.read(policy, rules, due, start)
        found = []
        for holder in holders.values():
            lots = holder.untold(rules, due)
            if lots:
                found.append((
                        holder, sum(lot.left for lot in lots),
                        max(demurrage.start(rules, lot, holder.active)
                            for lot in lots)))
        return found, last

    @classmethod
    def find(cls, policy, date):
        "Yield (holder, units, until) of all to whom a notice is to be given"
        rules, due, start = policy.get_rules(), cls.get_date(policy, date), 0
        while start is not None:
            found, last = cls._find(policy, rules, due, start)
            yield from found
            start = None if last is None else last + 1

    @classmethod
    @without_check_access
    def give(cls, policy, date, start=0):
        """Give the notices that are to be given on a date, return them

        start: the first wallet of a part of them; all of them if 0.
        """
        notices, due = [], cls.get_date(policy, date)
        rules = policy.get_rules()
        while start is not None:
            found, last = cls._find(policy, rules, due, start)
            notices.extend(cls._give(policy, due, date, found))
            start = None if last is None else last + 1
        return notices

    @classmethod
    def _give(cls, policy, due, date, found):
        pool = Pool()
        Wallet = pool.get('tibillet.wallet')
        wallets = {
            w.id: w for w in Wallet.browse([h.wallet for h, _, _ in found])}
        values = []
        for holder, units, until in found:
            party = wallets[holder.wallet].party
            address = mail.get_address(party) if party else None
            values.append({
                    'company': policy.company.id,
                    'policy': policy.id,
                    'wallet': holder.wallet,
                    'money': policy.money.id,
                    'units': units,
                    'date': date,
                    'melts_on': due,
                    'until': until,
                    'channel': 'email' if address else 'card',
                    'address': address,
                    })
        notices = cls.create(values)
        for notice in notices:
            if notice.channel == 'email':
                notice.send_email()
        return notices

    def send_email(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        party = self.wallet.party
        lang = party.lang or Lang.get()
        with Transaction().set_context(language=lang.code):
            money = self.money.__class__(self.money.id)
            names = {
                'amount': money.say(self.units),
                'money': money.rec_name,
                'date': lang.strftime(self.melts_on),
                'until': lang.strftime(self.until),
                'months': self.policy.months,
                'holder': party.rec_name,
                'organisation': self.company.party.rec_name,
                }
            subject = gettext(
                'tibillet_cashless.msg_melt_notice_subject', **names)
            content = gettext(
                f'tibillet_cashless.msg_melt_notice_{self.policy.clock}',
                **names)
        message, body = mail.compose(
            self.company, self.address, party.name, subject, content)
        mail.send(message, body, self)

    @classmethod
    def forget(cls, notices):
        "Forget where they were sent; that they were given stays"
        own = cls.__table__()
        for some in tools.sliced(notices):
            ids = [n.id for n in some]
            cursor().execute(*own.update(
                    [own.address], [Null],
                    where=fields.SQL_OPERATORS['in'](own.id, ids)))
            tools.forget(cls, ids)
        mail.forget(notices)

    @classmethod
    def give_night(cls):
        "Give the notices of the policies that do it by night"
        pool = Pool()
        Policy = pool.get('tibillet.melt.policy')
        for company in each_company():
            for policy in Policy.search([
                        ('company', '=', company.id),
                        ('automatic', '=', True),
                        ]):
                cls.give(policy, tools.today(company))


class MeltNoticeStart(ModelView):
    __name__ = 'tibillet.melt.notice.start'
    __string__ = "Melt Notice Start"

    policy = fields.Many2One('tibillet.melt.policy', "Policy", states=SHOWN)
    money = fields.Many2One('tibillet.money', "Money", states=SHOWN)
    melts_on = fields.Date("Melts on", states=SHOWN)
    emails = fields.Integer("E-mails", states=SHOWN)
    cards = fields.Integer(
        "Shown with the Card", states=SHOWN,
        help="To those who have no e-mail address.")
    amount = fields.Numeric("Amount", digits='money', states=SHOWN)
    lines = fields.One2Many(
        'tibillet.melt.notice.line', None, "To Tell", states=SHOWN,
        help="The first ones if there are many.")


class MeltNoticeLine(ModelView):
    __name__ = 'tibillet.melt.notice.line'
    __string__ = "Melt Notice Line"

    wallet = fields.Many2One('tibillet.wallet', "Wallet", readonly=True)
    money = fields.Many2One('tibillet.money', "Money", readonly=True)
    amount = fields.Numeric("Melts", digits='money', readonly=True)
    until = fields.Date("Unused since", readonly=True)
    channel = fields.Selection(CHANNELS, "By", readonly=True, sort=False)
    address = fields.Char("E-mail Address", readonly=True)


class MeltNoticeGive(Wizard):
    __name__ = 'tibillet.melt.notice.give'

    start = StateView(
        'tibillet.melt.notice.start',
        'tibillet_cashless.melt_notice_start_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Give the Notices", 'give', 'tryton-ok', default=True,
                states={
                    'readonly': ~Eval('lines'),
                    }),
            ])
    give = StateAction('tibillet_cashless.act_melt_notice')

    def default_start(self, fields):
        pool = Pool()
        Notice = pool.get('tibillet.melt.notice')
        Wallet = pool.get('tibillet.wallet')
        if not self.record:
            return {}
        policy, today = self.record, tools.today(self.record.company)
        units = emails = cards = 0
        lines = []
        with without_check_access():
            for holder, units_, until in Notice.find(policy, today):
                party = Wallet(holder.wallet).party
                address = mail.get_address(party) if party else None
                units += units_
                emails, cards = (
                    emails + bool(address), cards + (not address))
                if len(lines) < SHOWN_MAX:
                    lines.append({
                            'wallet': holder.wallet,
                            'money': policy.money.id,
                            'amount': policy.money.get_amount(units_),
                            'until': until,
                            'channel': 'email' if address else 'card',
                            'address': address,
                            })
        return {
            'policy': policy.id,
            'money': policy.money.id,
            'melts_on': Notice.get_date(policy, today),
            'emails': emails,
            'cards': cards,
            'amount': policy.money.get_amount(units),
            'lines': lines,
            }

    def do_give(self, action):
        pool = Pool()
        Notice = pool.get('tibillet.melt.notice')
        notices = Notice.give(
            self.record, tools.today(self.record.company))
        if not notices:
            raise MeltRunError(gettext(
                    'tibillet_cashless.msg_melt_notice_nothing'))
        action['pyson_domain'] = PYSONEncoder().encode(
            [('policy', '=', self.record.id)])
        return action, {}
