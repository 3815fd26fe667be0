from trytond.exceptions import UserError, UserWarning
from trytond.model.exceptions import AccessError, ValidationError

# Conventions, parties, obligations, questions


class ChildModificationError(AccessError):
    pass


class ChoiceError(ValidationError):
    pass


class ConventionValidationError(ValidationError):
    pass


class ConventionBooksWarning(UserWarning):
    pass


class ConventionDateWarning(UserWarning):
    pass


class ConventionActivationError(UserError):
    pass


class ConventionRenewalError(UserError):
    pass


class ConventionClosingError(UserError):
    pass


class ConventionModificationError(AccessError):
    pass


class ConventionClosedError(AccessError):
    pass


class ObligationDoneError(UserError):
    pass


class ObligationModificationError(AccessError):
    pass


class QuestionAnswerError(UserError):
    pass


class QuestionModificationError(AccessError):
    pass


# What is kept of versions and statements


class KeptContentError(UserError):
    pass


# Versions


class VersionValidationError(ValidationError):
    pass


class MaximumRateWarning(UserWarning):
    pass


class VersionModificationError(AccessError):
    pass


class VersionProposalError(UserError):
    pass


class VersionAdoptionError(UserError):
    pass


class SignatureError(ValidationError):
    pass


# Contributions and evidence


class ContributionValidationError(ValidationError):
    pass


class ContributionAgainWarning(UserWarning):
    pass


class ContributionColumnsWarning(UserWarning):
    pass


class ContributionDateWarning(UserWarning):
    pass


class ContributionModificationError(AccessError):
    pass


class ContributionVerificationError(UserError):
    pass


class EvidenceUsedError(ValidationError):
    pass


class ContributionImportError(UserError):
    pass


# Ledger, services, allocations


class EntryValidationError(ValidationError):
    pass


class EntryDateError(EntryValidationError):
    pass


class EntryReversalError(EntryValidationError):
    pass


class EntryModificationError(AccessError):
    pass


class ServiceTermError(ValidationError):
    pass


class ServiceValidationError(ValidationError):
    pass


class ServiceDateWarning(UserWarning):
    pass


class ServiceDaysWarning(UserWarning):
    pass


class ServiceModificationError(AccessError):
    pass


class ServiceConfirmError(UserError):
    pass


class ServicePerformError(UserError):
    pass


class ServiceDeclareError(UserError):
    pass


class ClausesMissingError(UserError):
    pass


class CostValidationError(ValidationError):
    pass


class CostDateError(CostValidationError):
    pass


class CostModificationError(AccessError):
    pass


class CostAccrualError(UserError):
    pass


class AllocationModificationError(AccessError):
    pass


# Statements, disputes, invoices


class StatementPeriodError(ValidationError):
    pass


class StatementDateError(ValidationError):
    pass


class StatementModificationError(AccessError):
    pass


class StatementComputeError(UserError):
    pass


class StatementFarWarning(UserWarning):
    pass


class StatementUndeclaredWarning(UserWarning):
    pass


class StatementSendError(UserError):
    pass


class StatementChangedWarning(UserWarning):
    pass


class StatementInvoiceWarning(UserWarning):
    pass


class ServiceTurnoverWarning(UserWarning):
    pass


class StatementDueWarning(UserWarning):
    pass


class StatementApprovalError(UserError):
    pass


class StatementLockError(UserError):
    pass


class StatementInvoiceError(UserError):
    pass


class StatementBooksWarning(UserWarning):
    pass


class DisputeModificationError(AccessError):
    pass


class DisputeAnswerError(UserError):
    pass
