from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError, ValidationError

from .exceptions import PlaceError


class PlaceWaitedError(PlaceError):
    api_code = 'waited'


class PlacePartError(PlaceError):
    api_code = 'part'


class WaitingError(UserError):
    "What is refused about a waiting list, with the code that routes answer"
    api_status = 409


class WaitingPersonError(WaitingError):
    api_code = 'person_unknown'
    api_status = 400


class WaitingAddressError(WaitingError):
    api_code = 'address'
    api_status = 400


class WaitingQuantityError(WaitingError):
    api_code = 'quantity'
    api_status = 400


class WaitingUnlimitedError(WaitingError):
    api_code = 'unlimited'


class WaitingClosedError(WaitingError):
    api_code = 'over'


class WaitingFreeError(WaitingError):
    api_code = 'places_free'


class WaitingTwiceError(WaitingError):
    api_code = 'twice'


class WaitingUnknownError(WaitingError):
    api_code = 'no_entry'
    api_status = 404


class WaitingTariffError(WaitingError):
    api_code = 'tariff'


class WaitingOfferError(WaitingError):
    api_code = 'no_offer'


class WaitingStateError(WaitingError):
    api_code = 'state'


class WaitingHoursError(ValidationError):
    pass


class WaitingAccessError(AccessError):
    pass
