from trytond.model import ModelSingleton, ModelSQL, ModelView, fields
from trytond.modules.company.model import (
    CompanyMultiValueMixin, CompanyValueMixin)
from trytond.pool import Pool
from trytond.pyson import Eval


def get_account_field(name, company, help):
    return fields.Many2One(
        'account.account', name, ondelete='RESTRICT',
        domain=[
            ('company', '=', company),
            ('type', '!=', None),
            ('closed', '!=', True),
            ('party_required', '!=', True),
            ],
        help=help)


def _deferred(company):
    return get_account_field(
        "Tickets Sold in Advance", company,
        "What is sold before the performance has taken place, "
        "such as 487.")


def _organisers(company):
    return get_account_field(
        "Owed to Organisers", company,
        "The tickets sold for other organisers, such as 4672.")


def _refunds(company):
    return get_account_field(
        "Tickets to Pay Back", company,
        "What holders of tickets of cancelled performances have not got "
        "back yet, such as 4673.")


def _gifts(company):
    return get_account_field(
        "Gifts of Holders", company,
        "What holders of tickets leave to you instead of being paid back, "
        "such as 75411 (an association) or 7588.")


class TicketConfiguration(
        ModelSingleton, ModelSQL, ModelView, CompanyMultiValueMixin):
    __name__ = 'tibillet.ticket.configuration'
    __string__ = "Ticket Configuration"

    _company = Eval('context', {}).get('company', -1)
    deferred_account = fields.MultiValue(_deferred(_company))
    organisers_account = fields.MultiValue(_organisers(_company))
    refunds_account = fields.MultiValue(_refunds(_company))
    gifts_account = fields.MultiValue(_gifts(_company))
    del _company
    retained_product = fields.Many2One(
        'product.product', "Product of what Refunds Keep",
        ondelete='RESTRICT',
        domain=[
            ('type', '=', 'service'),
            ],
        help="Its accounts and VAT are used.")

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in {
                'deferred_account', 'organisers_account', 'refunds_account',
                'gifts_account'}:
            return pool.get('tibillet.ticket.configuration.account')
        return super().multivalue_model(field)


class TicketConfigurationAccount(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.ticket.configuration.account'
    __string__ = "Ticket Configuration Account"

    deferred_account = _deferred(Eval('company', -1))
    organisers_account = _organisers(Eval('company', -1))
    refunds_account = _refunds(Eval('company', -1))
    gifts_account = _gifts(Eval('company', -1))
