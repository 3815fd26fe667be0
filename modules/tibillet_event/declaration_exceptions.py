"""What is refused about what is declared."""
from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError


class ShowTaxError(UserError):
    "The tax on shows cannot be worked out"


class ShowTaxRateError(ShowTaxError):
    pass


class ShowTaxPeriodError(ShowTaxError):
    pass


class ShowTaxMissingError(ShowTaxError):
    pass


class ShowTaxFrozenError(AccessError):
    pass


class RightsReturnError(UserError):
    pass


class RightsCostError(UserError):
    pass


class SystemCompanyError(UserError):
    pass
