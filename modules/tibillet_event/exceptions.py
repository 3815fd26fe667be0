from trytond.exceptions import UserError, UserWarning
from trytond.model.exceptions import AccessError, ValidationError


class PerformanceTimeError(ValidationError):
    pass


class PerformanceOverlapWarning(UserWarning):
    pass


class PerformanceStateError(UserError):
    pass


class PerformanceAccessError(AccessError):
    pass


class PerformanceRepeatError(ValidationError):
    pass
