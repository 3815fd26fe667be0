"""Where the books keep the capital of a co-operative."""
from trytond.model import ModelSQL, fields
from trytond.modules.company.model import CompanyValueMixin
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from .share_books import ROLES

_context_company = Eval('context', {}).get('company', -1)
_company = Eval('company', -1)


def _account(name, company, help):
    return fields.Many2One(
        'account.account', name, ondelete='RESTRICT',
        domain=[
            ('company', '=', company),
            ('type', '!=', None),
            ('closed', '!=', True),
            ],
        help=help)


def _contribution(company):
    return _account(
        "Contributions", company,
        "What members bring when they subscribe, such as 45615.")


def _uncalled(company):
    return _account(
        "Subscribed, Not Called", company,
        "What members will be asked for, such as 109.")


def _called(company):
    return _account(
        "Called, Not Paid", company,
        "What members are asked for, such as 45625.")


def _capital_uncalled(company):
    return _account(
        "Capital, Not Called", company, "Such as 1011.")


def _capital_called(company):
    return _account(
        "Capital, Called and Not Paid", company, "Such as 1012.")


def _capital_paid(company):
    return _account(
        "Capital, Called and Paid", company, "Such as 10132.")


def _owed(company):
    return _account(
        "Capital to Pay Back", company,
        "What is owed to who has left, such as 4567.")


def _losses(company):
    return _account(
        "Losses Borne", company,
        "The part of the losses that who leaves has borne, such as 119.")


def _money(company):
    return _account(
        "Money", company,
        "Where members pay and are paid back, such as 512.")


def _journal():
    return fields.Many2One(
        'account.journal', "Journal of Shares", ondelete='RESTRICT',
        domain=[
            ('type', 'not in', ['cash', 'asset']),
            ],
        help="Where the register of shares is posted.")


def get_field_name(role):
    return f'share_{role}_account'


FIELDS = {*map(get_field_name, ROLES), 'share_journal'}


class Configuration(metaclass=PoolMeta):
    __name__ = 'tibillet.membership.configuration'

    share_contribution_account = fields.MultiValue(
        _contribution(_context_company))
    share_uncalled_account = fields.MultiValue(_uncalled(_context_company))
    share_called_account = fields.MultiValue(_called(_context_company))
    share_capital_uncalled_account = fields.MultiValue(
        _capital_uncalled(_context_company))
    share_capital_called_account = fields.MultiValue(
        _capital_called(_context_company))
    share_capital_paid_account = fields.MultiValue(
        _capital_paid(_context_company))
    share_owed_account = fields.MultiValue(_owed(_context_company))
    share_losses_account = fields.MultiValue(_losses(_context_company))
    share_money_account = fields.MultiValue(_money(_context_company))
    share_journal = fields.MultiValue(_journal())

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in FIELDS:
            return pool.get('tibillet.membership.configuration.share')
        return super().multivalue_model(field)


class ConfigurationShare(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.membership.configuration.share'
    __string__ = "Membership Configuration Share"

    share_contribution_account = _contribution(_company)
    share_uncalled_account = _uncalled(_company)
    share_called_account = _called(_company)
    share_capital_uncalled_account = _capital_uncalled(_company)
    share_capital_called_account = _capital_called(_company)
    share_capital_paid_account = _capital_paid(_company)
    share_owed_account = _owed(_company)
    share_losses_account = _losses(_company)
    share_money_account = _money(_company)
    share_journal = _journal()
