from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError

from .exceptions import ReturnError, TicketError


class SaleTicketError(UserError):
    "What is refused about tickets that a sale sells"


class SaleSeriesError(SaleTicketError):
    pass


class SaleCurrencyError(SaleTicketError):
    pass


class SaleValidityError(SaleTicketError):
    pass


class SaleOverError(SaleTicketError):
    pass


class SaleQuantityError(SaleTicketError):
    pass


class SaleSeatsError(SaleTicketError):
    pass


class SaleFeeError(SaleTicketError):
    pass


class SaleProductError(SaleTicketError):
    pass


class SaleChangedError(SaleTicketError):
    pass


class SaleSoldError(SaleTicketError):
    pass


class SaleLineError(AccessError):
    pass


class SaleInvoiceLineError(AccessError):
    pass


class TicketInvoicedError(TicketError):
    api_code = 'invoiced'


class ReturnInvoiceError(ReturnError):
    pass


class GroupStateError(SaleTicketError):
    pass


class GroupDeadlineError(SaleTicketError):
    pass


class GroupQuantityError(SaleTicketError):
    pass


class GroupNamesError(SaleTicketError):
    pass


class DepositAccountError(SaleTicketError):
    pass


class DepositAmountError(SaleTicketError):
    pass


class DepositRuleError(SaleTicketError):
    pass


class DepositStateError(SaleTicketError):
    pass


class DepositUUIDError(SaleTicketError):
    pass
