from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError, ValidationError


class BuyerPartyError(AccessError):
    pass


class ConsentPurposeError(AccessError):
    pass


class ConsentPersonError(ValidationError):
    pass


class ConsentMissingError(ValidationError):
    pass


class PersonMissingError(UserError):
    pass
