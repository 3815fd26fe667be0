"""What services, statements and their invoices need to be configured."""
from trytond.model import ModelSQL, fields
from trytond.modules.company.model import CompanyValueMixin
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval, Id

PRODUCTS = [
    'recoupment_product', 'post_product', 'reimbursement_product']
ACCOUNTS = [
    'accrued_revenue_account', 'accrued_expense_account',
    'accrued_revenue_tax_account', 'accrued_expense_tax_account']
SEQUENCES = ['service_sequence', 'statement_sequence']


def _sequence(name, type_, company, help):
    return fields.Many2One(
        'ir.sequence', name, required=True,
        domain=[
            ('company', 'in', [company, None]),
            ('sequence_type', '=', Id('tibillet_federation', type_)),
            ],
        help=help)


def _service_sequence(company):
    return _sequence(
        "Service Sequence", 'sequence_type_service', company,
        "Used to number the services.")


def _statement_sequence(company):
    return _sequence(
        "Statement Sequence", 'sequence_type_statement', company,
        "Used to number the statements.")


_context_company = Eval('context', {}).get('company', -1)


def _product(name, help, **context):
    return fields.Many2One(
        'product.product', name, ondelete='RESTRICT',
        domain=[
            ('type', '=', 'service'),
            ],
        context=context, depends=set(context), help=help)


def _recoupment_product(**context):
    return _product(
        "Recoupment Product",
        "What invoices call the part that recoups contributions.",
        **context)


def _post_product(**context):
    return _product(
        "Share Product",
        "What invoices call the part that goes to the destinations.",
        **context)


def _reimbursement_product(**context):
    return _product(
        "Common Costs Product",
        "What invoices call the common costs that are given back.",
        **context)


def _account(name, company, help):
    return fields.Many2One(
        'account.account', name, ondelete='RESTRICT',
        domain=[
            ('type', '!=', None),
            ('closed', '!=', True),
            ('company', '=', company),
            ],
        help=help)


def _accrued_revenue_account(company):
    return _account(
        "Accrued Revenue Account", company,
        "Debited for what is locked and not yet invoiced, such as 4181.")


def _accrued_expense_account(company):
    return _account(
        "Accrued Expense Account", company,
        "Credited for what is locked and not yet received, such as 4081.")


def _accrued_revenue_tax_account(company):
    return _account(
        "Accrued Tax on Revenue Account", company,
        "Credited for the VAT of what is not yet invoiced, such as 44587.\n"
        "Left empty, what is accrued excludes tax.")


def _accrued_expense_tax_account(company):
    return _account(
        "Accrued Tax on Expense Account", company,
        "Debited for the VAT of what is not yet received, such as 44586.\n"
        "Left empty, what is accrued excludes tax.")


class Configuration(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.configuration'

    service_sequence = fields.MultiValue(_service_sequence(_context_company))
    statement_sequence = fields.MultiValue(
        _statement_sequence(_context_company))
    recoupment_product = fields.MultiValue(_recoupment_product())
    post_product = fields.MultiValue(_post_product())
    reimbursement_product = fields.MultiValue(_reimbursement_product())
    accrued_revenue_account = fields.MultiValue(
        _accrued_revenue_account(_context_company))
    accrued_expense_account = fields.MultiValue(
        _accrued_expense_account(_context_company))
    accrued_revenue_tax_account = fields.MultiValue(
        _accrued_revenue_tax_account(_context_company))
    accrued_expense_tax_account = fields.MultiValue(
        _accrued_expense_tax_account(_context_company))

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field in SEQUENCES:
            return pool.get('tibillet.convention.configuration.sequence')
        if field in PRODUCTS:
            return pool.get('tibillet.convention.configuration.product')
        if field in ACCOUNTS:
            return pool.get('tibillet.convention.configuration.account')
        return super().multivalue_model(field)

    @classmethod
    def default_service_sequence(cls, **pattern):
        return cls.multivalue_model(
            'service_sequence').default_service_sequence()

    @classmethod
    def default_statement_sequence(cls, **pattern):
        return cls.multivalue_model(
            'statement_sequence').default_statement_sequence()


class ConfigurationSequence(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.configuration.sequence'

    service_sequence = _service_sequence(Eval('company', -1))
    statement_sequence = _statement_sequence(Eval('company', -1))

    @classmethod
    def default_service_sequence(cls):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        return ModelData.get_id('tibillet_federation', 'sequence_service')

    @classmethod
    def default_statement_sequence(cls):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        return ModelData.get_id('tibillet_federation', 'sequence_statement')


class ConfigurationProduct(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.convention.configuration.product'
    __string__ = "Convention Configuration Product"

    recoupment_product = _recoupment_product(company=Eval('company', -1))
    post_product = _post_product(company=Eval('company', -1))
    reimbursement_product = _reimbursement_product(company=Eval('company', -1))


class ConfigurationAccount(ModelSQL, CompanyValueMixin):
    __name__ = 'tibillet.convention.configuration.account'
    __string__ = "Convention Configuration Account"

    accrued_revenue_account = _accrued_revenue_account(
        Eval('company', -1))
    accrued_expense_account = _accrued_expense_account(
        Eval('company', -1))
    accrued_revenue_tax_account = _accrued_revenue_tax_account(
        Eval('company', -1))
    accrued_expense_tax_account = _accrued_expense_tax_account(
        Eval('company', -1))
