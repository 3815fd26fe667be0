"""Errors of this module.

api_code and api_status are what the routes answer, see tibillet_base.routes;
any exception that a route may answer can have them.
"""
from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError, ValidationError


class RestApplicationError(AccessError):
    pass


class PreferencesError(AccessError):
    pass


class EmailAccessError(AccessError):
    pass


class ValueFormError(ValidationError):
    pass


class ValueRangeError(ValidationError):
    pass


class ReportEmptyError(UserError):
    pass


class RecordMissingError(ValidationError):
    pass


class CompanyAccessError(AccessError):
    pass


class NumberModificationError(AccessError):
    pass


class ServerFieldError(AccessError):
    pass


class PartyKeptError(AccessError):
    pass


class PartyReplaceError(UserError):
    pass


class DeviceError(UserError):
    pass


class DeviceKeyError(UserError):
    api_code = 'device_key'
    api_status = 401


class DeviceKindError(UserError):
    api_code = 'device_kind'
    api_status = 403


class DeviceTillError(UserError):
    api_code = 'no_till'
    api_status = 409


class DeviceRevokedError(UserError):
    api_code = 'device_revoked'
    api_status = 401


class PairingError(UserError):
    api_code = 'pairing_refused'
    api_status = 403


class RequestDataError(UserError):
    api_code = 'request_data'
    api_status = 400


class MasterKeyError(UserError):
    api_code = 'no_key'
    api_status = 503


class TillError(UserError):
    "What is refused at a till, with the code that routes answer"
    api_status = 409


class TillClosedError(TillError):
    api_code = 'till_closed'


class TillDayError(TillError):
    api_code = 'till_day'


class TillOpenError(TillError):
    api_code = 'till_open'


class TillVATError(TillError):
    api_code = 'vat_unknown'
    api_status = 400


class TillAccountError(TillError):
    api_code = 'account_closed'


class TillQuantityError(TillError):
    api_code = 'quantity'
    api_status = 400


class TillPriceError(TillError):
    api_code = 'price'
    api_status = 400


class TillDiscountError(TillError):
    api_code = 'discount'
    api_status = 400


class TillDiscountDeniedError(TillError, AccessError):
    api_code = 'discount_denied'
    api_status = 403


class TillPriceDeniedError(TillError, AccessError):
    api_code = 'price_denied'
    api_status = 403


class TillScreenError(ValidationError):
    pass


class TillArticleError(TillError):
    api_code = 'article_unknown'


class TillPriceChangedError(TillError):
    api_code = 'price_changed'


class TillReturnError(TillError, AccessError):
    api_code = 'return_denied'
    api_status = 403


class TillPaymentError(TillError):
    api_code = 'payment'
    api_status = 400


class TillEmptyError(TillError):
    api_code = 'empty'
    api_status = 400


class TillUUIDError(TillError):
    api_code = 'uuid_reused'


class FactError(AccessError):
    "What has happened is not changed"
    api_code = 'finished'
    api_status = 409


class TillFactError(FactError):
    pass


class TillClosureError(TillError):
    api_code = 'closure'


class TillCashError(TillError):
    api_code = 'cash'
    api_status = 400


class TillPracticeError(TillError):
    api_code = 'practice'


class TillTipError(TillError):
    api_code = 'tip'
    api_status = 400


class TillRemittanceError(TillError):
    api_code = 'remittance'


class TillPeriodError(TillError):
    api_code = 'period'


class TillArchiveEmptyError(TillError):
    pass


class TillReceiptError(TillError):
    api_code = 'not_finished'


class TillNoneOpenError(TillError):
    pass


class TillMethodError(TillError):
    pass


class TillReadingError(TillError):
    api_code = 'till_closed'


class TillConfigurationError(TillError):
    api_code = 'till_setting'
