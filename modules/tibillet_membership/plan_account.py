"""Where the books keep what is paid for a membership."""
from trytond.i18n import gettext
from trytond.model import ModelSQL, fields
from trytond.modules.company.model import CompanyValueMixin
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from .exceptions import EarningAccountError, PlanProductError


class Plan(metaclass=PoolMeta):
    __name__ = 'tibillet.membership.plan'

    earning = fields.Selection([
            ('monthly', "Month by Month"),
            ('at_once', "When Paid"),
            ], "Earned", required=True, sort=False,
        states={
            'invisible': Eval('duration_unit') == 'life',
            },
        help="Month by month: what is paid waits among what was paid in "
        "advance, and becomes revenue as time goes by.")

    @classmethod
    def default_earning(cls):
        return 'monthly'

    def check_product(self):
        "Refuse to sell a plan whose accounts nobody knows"
        if not self.product:
            raise PlanProductError(gettext(
                    'tibillet_membership.msg_plan_product',
                    plan=self.rec_name))

    def is_deferred(self, end):
        """Tell whether what is paid until a date waits to be earned

        It is earned at once for life, or because the plan says so.
        """
        return end is not None and self.earning != 'at_once'

    def find_deferred_account(self):
        "Return where it waits, None if nobody has chosen"
        pool = Pool()
        Configuration = pool.get('tibillet.membership.configuration')
        return Configuration(1).get_multivalue(
            'deferred_account', company=self.company.id)

    def get_deferred_account(self, end, revenue):
        """Return where what is paid until a date waits, None if it does not

        revenue: the account of the product.
        """
        if not self.is_deferred(end):
            return None
        account = self.find_deferred_account()
        if not account:
            raise EarningAccountError(gettext(
                    'tibillet_membership.msg_deferred_account',
                    plan=self.rec_name))
        if account == revenue:
            raise EarningAccountError(gettext(
                    'tibillet_membership.msg_deferred_account_revenue',
                    plan=self.rec_name,
                    account=account.rec_name))
        return account


def _deferred(company):
    return fields.Many2One(
        'account.account', "Memberships Paid in Advance",
        ondelete='RESTRICT',
        domain=[
            ('company', '=', company),
            ('type', '!=', None),
            ('closed', '!=', True),
            ('party_required', '!=', True),
            ],
        help="What is paid and not earned yet, such as 487.")


def _journal():
    return fields.Many2One(
        'account.journal', "Journal of what is Earned", ondelete='RESTRICT',
        domain=[
            ('type', 'not in', ['cash', 'asset']),
            ],
        help="Where what becomes revenue is posted.")


class Configuration(metaclass=PoolMeta):
    __name__ = 'tibillet.membership.configuration'

    deferred_account = fields.MultiValue(
        _deferred(Eval('context', {}).get('company', -1)))
    earning_journal = fields.MultiValue(_journal())

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in {'deferred_account', 'earning_journal'}:
            return pool.get('tibillet.membership.configuration.account')
        return super().multivalue_model(field)


class ConfigurationAccount(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.membership.configuration.account'
    __string__ = "Membership Configuration Account"

    deferred_account = _deferred(Eval('company', -1))
    earning_journal = _journal()
