from trytond.model import ModelSingleton, ModelSQL, ModelView, fields
from trytond.modules.company.model import (
    CompanyMultiValueMixin, CompanyValueMixin)
from trytond.pool import Pool
from trytond.pyson import Eval

from .till_product import SoldMixin


def _type(name, company, help):
    return fields.Many2One(
        'sale.point.cash.transfer.type', name, ondelete='RESTRICT',
        domain=[
            ('company', '=', company),
            ],
        help=help)


def _shortage(company):
    return _type(
        "Cash Shortage", company,
        "How the books call the cash that is missing, such as 658.")


def _surplus(company):
    return _type(
        "Cash Surplus", company,
        "How the books call the cash that is too much, such as 758.")


def _remittance_account(company):
    return fields.Many2One(
        'account.account', "Bank", ondelete='RESTRICT',
        domain=[
            ('type', '!=', None),
            ('closed', '!=', True),
            ('company', '=', company),
            ],
        help="The account of the bank to which cash and cheques are "
        "brought, such as 5121.")


def _remittance_journal(company):
    return fields.Many2One(
        'account.journal', "Journal of Deposit Slips", ondelete='RESTRICT',
        context={
            'company': company,
            })


def _deposit_account(company):
    return fields.Many2One(
        'account.account', "Deposits", ondelete='RESTRICT',
        domain=[
            ('type', '!=', None),
            ('closed', '!=', True),
            ('party_required', '!=', True),
            ('company', '=', company),
            ],
        help="The account of what is owed to whoever brings a cup back, such "
        "as 41961.")


def _tip_account(company):
    return fields.Many2One(
        'account.account', "Tips", ondelete='RESTRICT',
        domain=[
            ('type', '!=', None),
            ('closed', '!=', True),
            ('party_required', '!=', True),
            ('company', '=', company),
            ],
        help="The account of what is left for the staff and not paid out "
        "yet, such as 4674. Tills take tips once there is one.")


VALUES = {
    'shortage_type', 'surplus_type', 'remittance_account',
    'remittance_journal', 'deposit_account', 'tip_account'}


class TillConfiguration(
        ModelSingleton, ModelSQL, ModelView, CompanyMultiValueMixin):
    __name__ = 'tibillet.till.configuration'
    __string__ = "Till Configuration"

    _company = Eval('context', {}).get('company', -1)
    shortage_type = fields.MultiValue(_shortage(_company))
    surplus_type = fields.MultiValue(_surplus(_company))
    remittance_account = fields.MultiValue(_remittance_account(_company))
    remittance_journal = fields.MultiValue(_remittance_journal(_company))
    deposit_account = fields.MultiValue(_deposit_account(_company))
    tip_account = fields.MultiValue(_tip_account(_company))
    del _company

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in VALUES:
            return pool.get('tibillet.till.configuration.type')
        return super().multivalue_model(field)


class TillConfigurationType(SoldMixin, ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.till.configuration.type'
    __string__ = "Till Configuration Type"

    shortage_type = _shortage(Eval('company', -1))
    surplus_type = _surplus(Eval('company', -1))
    remittance_account = _remittance_account(Eval('company', -1))
    remittance_journal = _remittance_journal(Eval('company', -1))
    deposit_account = _deposit_account(Eval('company', -1))
    tip_account = _tip_account(Eval('company', -1))
