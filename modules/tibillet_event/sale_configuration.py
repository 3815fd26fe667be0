from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from .ticket_configuration import get_account_field


def _series(company):
    return fields.Many2One(
        'sale.point', "Series of Sales", ondelete='RESTRICT',
        domain=[
            ('company', '=', company),
            ('tax_included', '=', True),
            ],
        help="The till that numbers the tickets of sales that are invoiced: "
        "make one for them, that nobody sells at.")


def _deposit(company):
    return get_account_field(
        "Deposits of Groups", company,
        "What groups have paid before they confirm, such as 4191.")


def _deposit_kept(company):
    return get_account_field(
        "Deposits that are Kept", company,
        "The deposits of groups that do not come, such as 7588; they are no "
        "price of anything, so without VAT.")


def _deposit_vat(company):
    return get_account_field(
        "VAT of Deposits", company,
        "The VAT that is due when a deposit is paid waits here for the "
        "invoice, such as 44587.")


class TicketConfiguration(metaclass=PoolMeta):
    __name__ = 'tibillet.ticket.configuration'

    sales_point = fields.MultiValue(
        _series(Eval('context', {}).get('company', -1)))
    deposit_account = fields.MultiValue(
        _deposit(Eval('context', {}).get('company', -1)))
    deposit_kept_account = fields.MultiValue(
        _deposit_kept(Eval('context', {}).get('company', -1)))
    deposit_vat_account = fields.MultiValue(
        _deposit_vat(Eval('context', {}).get('company', -1)))

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in {
                'sales_point', 'deposit_account', 'deposit_kept_account',
                'deposit_vat_account'}:
            return pool.get('tibillet.ticket.configuration.account')
        return super().multivalue_model(field)


class TicketConfigurationAccount(metaclass=PoolMeta):
    __name__ = 'tibillet.ticket.configuration.account'

    sales_point = _series(Eval('company', -1))
    deposit_account = _deposit(Eval('company', -1))
    deposit_kept_account = _deposit_kept(Eval('company', -1))
    deposit_vat_account = _deposit_vat(Eval('company', -1))
