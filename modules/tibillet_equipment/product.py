from trytond.model import fields
from trytond.modules.account_product.product import template_property
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

_states = {
    'invisible': Eval('type', '') != 'assets',
    }


class Template(metaclass=PoolMeta):
    __name__ = 'product.template'

    object_of_activity = fields.Boolean(
        "Object of the Activity", states=_states,
        help="Check if to use, lend or rent out this equipment is what the "
        "activity is about: it is then an asset whatever its price.")
    expected_event_days = fields.Integer(
        "Expected Event-Days", states=_states,
        domain=['OR',
            ('expected_event_days', '=', None),
            ('expected_event_days', '>', 0),
            ],
        help="How many days of event a new unit should last.")

    def get_account(self, name, **pattern):
        account = super().get_account(name, **pattern)
        if (not account and name == 'account_revenue_used'
                and self.type == 'assets'):
            # Who sells equipment sells what was its own.
            account = self.account_disposal_income_used
        return account

    @property
    def account_disposal_expense_used(self):
        return self._get_account_disposal('account_disposal_expense')

    @property
    def account_disposal_income_used(self):
        return self._get_account_disposal('account_disposal_income')

    def _get_account_disposal(self, name):
        "Return the account of the category, of the company or None"
        pool = Pool()
        Configuration = pool.get('tibillet.equipment.configuration')
        account = self.get_account(name + '_used')
        if not account:
            # Of the company of the asset, maybe not that of the user.
            account = Configuration(1).get_multivalue(
                name, company=self._context.get('company'))
        return account.current() if account else None


del _states


class Product(metaclass=PoolMeta):
    __name__ = 'product.product'

    account_disposal_expense_used = template_property(
        'account_disposal_expense_used')
    account_disposal_income_used = template_property(
        'account_disposal_income_used')


_states = {
    'invisible': (
        ~Eval('context', {}).get('company')
        | Eval('account_parent')
        | ~Eval('accounting', False)),
    }


class Category(metaclass=PoolMeta):
    __name__ = 'product.category'

    account_disposal_expense = fields.MultiValue(fields.Many2One(
            'account.account', "Account Disposal Expense",
            domain=[
                ('closed', '!=', True),
                ('type.expense', '=', True),
                ('company', '=', Eval('context', {}).get('company', -1)),
                ],
            states=_states,
            help="Where the net book value of a disposed asset goes.\n"
            "Leave empty to use the account of the equipment "
            "configuration."))
    account_disposal_income = fields.MultiValue(fields.Many2One(
            'account.account', "Account Disposal Income",
            domain=[
                ('closed', '!=', True),
                ('type.revenue', '=', True),
                ('company', '=', Eval('context', {}).get('company', -1)),
                ],
            states=_states,
            help="Where the price of a sold asset goes.\n"
            "Leave empty to use the account of the equipment "
            "configuration."))

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in {'account_disposal_expense', 'account_disposal_income'}:
            return pool.get('product.category.account')
        return super().multivalue_model(field)

    @fields.depends(
        'accounting', 'account_disposal_expense', 'account_disposal_income')
    def on_change_accounting(self):
        super().on_change_accounting()
        if not self.accounting:
            self.account_disposal_expense = None
            self.account_disposal_income = None


del _states


class CategoryAccount(metaclass=PoolMeta):
    __name__ = 'product.category.account'

    account_disposal_expense = fields.Many2One(
        'account.account', "Account Disposal Expense",
        domain=[
            ('closed', '!=', True),
            ('type.expense', '=', True),
            ('company', '=', Eval('company', -1)),
            ])
    account_disposal_income = fields.Many2One(
        'account.account', "Account Disposal Income",
        domain=[
            ('closed', '!=', True),
            ('type.revenue', '=', True),
            ('company', '=', Eval('company', -1)),
            ])
