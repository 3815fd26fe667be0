from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError, ValidationError


class MoneyAccessError(AccessError):
    pass


class MoneyKindError(ValidationError):
    pass


class CardUidError(ValidationError):
    pass


class CardNumberError(ValidationError):
    pass


class CardAccessError(AccessError):
    pass


class CardReplaceError(UserError):
    pass


class CardImportError(UserError):
    pass


class CardCounterError(UserError):
    pass


class WalletMethodError(ValidationError):
    pass


class MoneyAccountCurrencyError(ValidationError):
    pass


class MoneyAccountIssuerError(ValidationError):
    pass


class TermsAccessError(AccessError):
    pass


class TermsDateError(UserError):
    pass


class TermsMissingError(UserError):
    pass


class MeltPolicyError(ValidationError):
    pass


class MeltPolicyAccessError(AccessError):
    pass


class MeltRunError(UserError):
    pass


class MeltRestoreError(UserError):
    pass


class MeltForecastError(UserError):
    pass


class WalletStatementError(UserError):
    pass
