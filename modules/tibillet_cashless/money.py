from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, DigitsMixin, ModelSQL, ModelView, SymbolMixin, Unique,
    fields)
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction, without_check_access

from . import kinds, units
from .exceptions import MoneyAccessError, MoneyKindError


def _right_domain(right):
    "Return the domain of a right: what the kind of money makes of it"
    always = kinds.kinds(**{right: kinds.YES})
    never = kinds.kinds(**{right: kinds.NO})
    return [
        If(Eval('kind').in_(always),
            (right, '=', True),
            If(Eval('kind').in_(never),
                (right, '=', False),
                ())),
        ]


def _right_states(right):
    return {
        'readonly': ~Eval('kind').in_(kinds.kinds(**{right: kinds.EITHER})),
        }


# What balances are counted in, and by whom they are owed.
IDENTITY = {'kind', 'currency', 'scale', 'issuer'}
CAPS = ['cap_anonymous', 'cap_identified', 'cap_payment']


class Money(
        DeactivableMixin, SymbolMixin, DigitsMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.money'
    __string__ = "Money"

    name = fields.Char("Name", required=True)
    code = fields.Char(
        "Code", required=True, size=8,
        help="What is shown beside an amount.")
    kind = fields.Selection([
            ('federated', "Federated"),
            ('local', "Local"),
            ('gift', "Gift"),
            ('time', "Time"),
            ('loyalty', "Loyalty"),
            ('badge', "Badge"),
            ], "Kind", required=True, sort=False,
        states={
            'readonly': Bool(Eval('acceptances', [-1])),
            },
        help="Federated: bought once, spent at every member.\n"
        "Local: bought from one issuer.\n"
        "Gift: given, worth an amount, never paid back.\n"
        "Time: hours given, in whole minutes.\n"
        "Loyalty: points.\n"
        "Badge: one has it or not.")
    issuer = fields.Many2One(
        'party.party', "Issuer", required=True, ondelete='RESTRICT',
        help="Who answers for the money to its holders.")
    currency = fields.Many2One(
        'currency.currency', "Currency", ondelete='RESTRICT',
        domain=[
            If(Eval('kind').in_(kinds.kinds(valued=True)),
                ('id', '!=', None),
                ('id', '=', None)),
            ],
        states={
            'required': Eval('kind').in_(kinds.kinds(valued=True)),
            'invisible': ~Eval('kind').in_(kinds.kinds(valued=True)),
            'readonly': Bool(Eval('acceptances', [-1])),
            },
        help="The currency it is worth, one for one.")
    unit = fields.Char(
        "Unit", translate=True,
        states={
            'required': Eval('kind').in_(kinds.kinds(valued=False)),
            'invisible': ~Eval('kind').in_(kinds.kinds(valued=False)),
            },
        help="What is counted: hour, point…")
    scale = fields.Integer(
        "Smallest Units in One", required=True,
        domain=[
            ('scale', '>=', 1),
            ],
        states={
            'readonly': (
                Bool(Eval('acceptances', [-1]))
                | ~Eval('kind').in_(
                    kinds.kinds(valued=False, scale=None))),
            },
        help="How many of the smallest units make one: 100 cents, "
        "60 minutes.")
    purchasable = fields.Boolean(
        "Purchasable", domain=_right_domain('purchasable'),
        states=_right_states('purchasable'),
        help="Check if it may be bought.")
    redeemable = fields.Boolean(
        "Redeemable", domain=_right_domain('redeemable'),
        states=_right_states('redeemable'),
        help="Checked if it is paid back to a holder who asks.")
    melts = fields.Boolean(
        "Melts", domain=_right_domain('melts'),
        states=_right_states('melts'),
        help="Check if it may lose its value when it is not used.")
    divisible_to = fields.Integer(
        "Divisible to", required=True,
        domain=[
            ('divisible_to', '>=', 1),
            ],
        help="The smallest units that move only together: 15 for hours that "
        "are counted by the quarter.")
    cap_anonymous = fields.Numeric(
        "Cap if Anonymous", digits=(None, 2),
        domain=['OR',
            ('cap_anonymous', '=', None),
            ('cap_anonymous', '>=', 0),
            ],
        help="What one may have while nobody knows who it is; "
        "empty without limit.")
    cap_identified = fields.Numeric(
        "Cap if Known", digits=(None, 2),
        domain=['OR',
            ('cap_identified', '=', None),
            ('cap_identified', '>=', 0),
            ],
        help="What one may have when the holder is known; "
        "empty without limit.")
    cap_payment = fields.Numeric(
        "Cap of a Payment", digits=(None, 2),
        domain=['OR',
            ('cap_payment', '=', None),
            ('cap_payment', '>=', 0),
            ],
        help="What a card that is recognised by its number only, which can "
        "be copied, may pay at once; empty without limit.")
    acceptances = fields.One2Many(
        'tibillet.money.acceptance', 'money', "Accepted by")
    accounts = fields.One2Many(
        'tibillet.money.account', 'money', "Liability Accounts",
        states={
            'invisible': ~Eval('kind').in_(kinds.kinds(valued=True)),
            },
        help="What each company owes to the holders.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.code),
                'tibillet_cashless.msg_money_code_unique'),
            ]
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def default_kind(cls):
        return 'local'

    @classmethod
    def default_currency(cls):
        pool = Pool()
        Company = pool.get('company.company')
        company_id = Transaction().context.get('company')
        if company_id is not None and company_id >= 0:
            return Company(company_id).currency.id

    @classmethod
    def default_issuer(cls):
        pool = Pool()
        Company = pool.get('company.company')
        company_id = Transaction().context.get('company')
        if company_id is not None and company_id >= 0:
            return Company(company_id).party.id

    @classmethod
    def default_scale(cls):
        return 100

    @classmethod
    def default_divisible_to(cls):
        return 1

    @classmethod
    def default_purchasable(cls):
        return True

    @classmethod
    def default_redeemable(cls):
        return True

    @classmethod
    def default_melts(cls):
        return False

    @fields.depends(
        'kind', 'unit', 'currency', *kinds.RIGHTS,
        methods=['on_change_currency'])
    def on_change_kind(self):
        if not self.kind:
            return
        kind = kinds.KINDS[self.kind]
        for right in kinds.RIGHTS:
            values = getattr(kind, right)
            if len(values) == 1:
                setattr(self, right, *values)
        if kind.valued:
            self.unit = None
            if not self.currency:
                self.currency = self.default_currency()
        else:
            self.currency = None
        self.on_change_currency()

    @fields.depends('kind', 'currency')
    def on_change_currency(self):
        if self.kind:
            self.scale = self._get_scale() or 1

    def _get_scale(self):
        return kinds.scale(
            self.kind, self.currency.digits if self.currency else None)

    @classmethod
    def copy(cls, moneys, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('acceptances')
        default.setdefault('accounts')
        return super().copy(moneys, default=default)

    @classmethod
    def validate_fields(cls, moneys, field_names):
        super().validate_fields(moneys, field_names)
        if field_names & {'kind', 'currency', 'scale'}:
            for money in moneys:
                scale = money._get_scale()
                if scale and money.scale != scale:
                    raise MoneyKindError(gettext(
                            'tibillet_cashless.msg_money_scale',
                            money=money.rec_name,
                            scale=scale))
        if field_names & {'scale', *CAPS}:
            for money in moneys:
                money._check_caps()
        if 'kind' in field_names:
            for money in moneys:
                if money.accounts and not kinds.KINDS[money.kind].valued:
                    raise MoneyKindError(gettext(
                            'tibillet_cashless.msg_money_not_owed',
                            money=money.rec_name))

    def _check_caps(self):
        for name in CAPS:
            cap = getattr(self, name)
            try:
                cap and units.to_units(cap, self.scale)
            except units.AmountError as error:
                raise MoneyKindError(gettext(
                        'tibillet_cashless.msg_money_cap',
                        money=self.rec_name,
                        **self.__names__(name, value=cap))) from error

    @classmethod
    def check_modification(
            cls, mode, moneys, values=None, external=False):
        super().check_modification(
            mode, moneys, values=values, external=external)
        if mode == 'write' and values.keys() & IDENTITY:
            used = cls._get_used(moneys)
            for money in moneys:
                if money in used and any(
                        money._changes(name, values[name])
                        for name in IDENTITY & values.keys()):
                    raise MoneyAccessError(gettext(
                            'tibillet_cashless.msg_money_modify',
                            money=money.rec_name))

    @classmethod
    @without_check_access
    def _get_used(cls, moneys):
        "Return the moneys that somebody accepts, or has on a card"
        pool = Pool()
        Balance = pool.get('tibillet.wallet.balance')
        balances = Balance.search([
                ('money', 'in', [m.id for m in moneys]),
                ], order=[])
        return {b.money for b in balances} | {
            m for m in moneys if m.acceptances}

    def _changes(self, name, value):
        current = getattr(self, name)
        return getattr(current, 'id', current) != value

    def is_accepted(self, party, date):
        "Return whether a party takes the money on a date"
        pool = Pool()
        Acceptance = pool.get('tibillet.money.acceptance')
        return bool(Acceptance.search([
                    ('money', '=', self.id),
                    ('party', '=', party.id),
                    *Acceptance.in_force(date),
                    ], limit=1))

    def _get_digits(self):
        return (None, units.digits(self.scale))

    def get_symbol(self, sign, symbol=None):
        return super().get_symbol(sign, symbol or self.code)

    def say(self, amount):
        "Return the text of an amount in smallest units"
        pool = Pool()
        Lang = pool.get('ir.lang')
        value = units.from_units(amount, self.scale)
        return ' '.join([
                Lang.get().format_number(value, digits=units.digits(
                        self.scale)),
                self.code])

    def get_amount(self, amount):
        "Return an amount in smallest units as a Decimal of ones"
        return units.from_units(amount, self.scale)

    def get_account(self, company):
        "Return the liability account of a company, None without"
        for account in self.accounts:
            if account.company == company:
                return account.account
