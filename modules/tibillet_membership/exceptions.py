from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError, ValidationError


class PlanSeasonError(ValidationError):
    pass


class MembershipAccessError(AccessError):
    pass


class MembershipBuyerError(ValidationError):
    pass


class MembershipDateError(ValidationError):
    pass


class MembershipPaymentError(UserError):
    pass


class MembershipAmountError(MembershipPaymentError):
    pass


class MembershipPriceError(MembershipAmountError):
    pass


class MembershipCurrencyError(MembershipPaymentError):
    pass


class PeriodValidationError(ValidationError):
    pass


class PeriodAccessError(AccessError):
    pass


class MembershipEraseError(AccessError):
    pass


class PlanProductError(UserError):
    pass


class EarningAccountError(UserError):
    pass


class EarningDateError(UserError):
    pass


class EarningNothingError(UserError):
    pass


class MembershipEmptyError(MembershipPaymentError):
    pass


class MembershipTwiceError(MembershipPaymentError):
    pass


class MembershipCompanyError(MembershipPaymentError):
    pass


class MembershipTillError(MembershipPaymentError):
    pass


class CounterClosedError(UserError):
    pass


class CounterMethodError(UserError):
    pass


class PeriodRefundError(UserError):
    pass


class MembershipInvoiceError(MembershipPaymentError):
    pass


class ReminderFieldError(ValidationError):
    pass


class ReminderAccessError(AccessError):
    pass


class ShareClassError(ValidationError):
    pass


class ShareHolderError(UserError):
    pass


class ShareRegisterError(UserError):
    pass


class ShareDateError(UserError):
    pass


class ShareNumberError(UserError):
    pass


class ShareAmountError(UserError):
    pass


class SharePaymentError(ShareAmountError):
    pass


class ShareCallError(UserError):
    pass


class ShareTransferError(UserError):
    pass


class ShareCorrectionError(UserError):
    pass


class ShareEraseError(AccessError):
    pass


class ShareWithdrawalAccessError(AccessError):
    pass


class ShareQueueError(UserError):
    pass


class SharePostingError(UserError):
    pass


class SharePayableError(SharePostingError):
    pass


class ShareCertificateError(UserError):
    pass


class CollegeMemberError(ValidationError):
    pass


class CollegeSchemeError(UserError):
    pass


class CollegeSchemeAccessError(AccessError):
    pass


class RollError(UserError):
    pass


class RollAccessError(AccessError):
    pass


class AssemblyRuleAccessError(AccessError):
    pass


class AssemblyAccessError(AccessError):
    pass


class AssemblyError(UserError):
    pass


class AssemblyDateError(AssemblyError):
    pass


class AssemblyQuorumError(AssemblyError):
    pass


class AttendanceError(AccessError):
    pass


class ProxyError(ValidationError):
    pass


class ResolutionAccessError(AccessError):
    pass


class ResolutionError(UserError):
    pass


class VoteError(UserError):
    pass


class BallotError(UserError):
    pass


class SurplusAccessError(AccessError):
    pass


class SurplusError(UserError):
    pass


class SurplusAmountError(SurplusError):
    pass


class SurplusBoundError(SurplusError):
    pass


class SurplusPostingError(SurplusError):
    pass


class SurplusResolutionError(SurplusError):
    pass


class SurplusUseError(ValidationError):
    pass


class SurplusYearError(ValidationError):
    pass


class MovementError(UserError):
    pass


class TaxBasisAccessError(AccessError):
    pass


class TaxBasisError(ValidationError):
    pass


class TaxLimitError(ValidationError):
    pass


class TaxReceiptError(UserError):
    pass


class GiftAccessError(AccessError):
    pass


class GiftDateError(ValidationError):
    pass
