from trytond.exceptions import UserError, UserWarning
from trytond.model.exceptions import AccessError, ValidationError


class ConfigurationValidationError(ValidationError):
    pass


class OwnerQuotaValidationError(ValidationError):
    pass


class EquipmentValidationError(ValidationError):
    pass


class EquipmentModificationError(AccessError):
    pass


class EquipmentServiceError(UserError):
    pass


class EquipmentAssetError(UserError):
    pass


class EquipmentBoughtWarning(UserWarning):
    pass


class EquipmentRetireError(UserError):
    pass


class EquipmentBookedWarning(UserWarning):
    pass


class AssetModificationError(AccessError):
    pass


class AssetDisposalError(UserError):
    pass


class BookingValidationError(ValidationError):
    pass


class BookingDateWarning(UserWarning):
    pass


class BookingModificationError(AccessError):
    pass


class BookingCapacityError(UserError):
    pass


class CustodyModificationError(AccessError):
    pass


class CustodyChainError(UserError):
    pass


class IncidentValidationError(ValidationError):
    pass


class IncidentAmountWarning(UserWarning):
    pass


class IncidentModificationError(AccessError):
    pass


class IncidentReportError(UserError):
    pass


class IncidentEvidenceError(UserError):
    pass


class IncidentDecisionError(UserError):
    pass


class ConsumableModificationError(AccessError):
    pass


class ConsumableQuantityError(ValidationError):
    pass


class DepreciationTableError(UserError):
    pass
