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


class EventSupportError(ValidationError):
    pass


class EventSupportWarning(UserWarning):
    pass


class LicenceDateError(ValidationError):
    pass


class LicenceWarning(UserWarning):
    pass


class PlaceError(UserError):
    "What is refused about places, with the code that routes answer"
    api_status = 409


class SoldOutError(PlaceError):
    api_code = 'sold_out'


class PlaceTakenError(PlaceError):
    api_code = 'taken'


class PlaceQuantityError(PlaceError):
    api_code = 'quantity'
    api_status = 400


class PlaceAllotmentError(PlaceError):
    api_code = 'not_offered'


class PlaceHoldError(PlaceError):
    api_code = 'other_hold'


class WrongPerformanceError(PlaceError):
    api_code = 'wrong_performance'


class PerformanceSaleError(PlaceError):
    api_code = 'not_on_sale'


class PerformanceOverError(PlaceError):
    api_code = 'over'


class HoldUUIDError(PlaceError):
    api_code = 'uuid_reused'


class HoldUUIDMissingError(PlaceError):
    api_code = 'uuid_missing'
    api_status = 400


class HoldUnknownError(PlaceError):
    api_code = 'unknown_hold'
    api_status = 404


class HoldUntilError(PlaceError):
    api_code = 'until'
    api_status = 400


class HoldExpiredError(PlaceError):
    api_code = 'expired'


class HoldReleasedError(PlaceError):
    api_code = 'released'


class HoldSoldError(PlaceError):
    api_code = 'sold'


class HoldUnsoldError(PlaceError):
    api_code = 'not_sold'


class CapacityError(PlaceError):
    api_code = 'capacity'


class CapacityVenueError(PlaceError):
    api_code = 'venue_capacity'


class AllotmentError(PlaceError):
    api_code = 'allotment'


class SeatingError(PlaceError):
    api_code = 'seating'
    api_status = 400


class PlaceAccessError(AccessError):
    pass


class TariffValidationError(ValidationError):
    pass


class TariffError(UserError):
    "What a tariff refuses, with the code that routes answer"
    api_status = 409


class TariffPerformanceError(TariffError):
    api_code = 'tariff_performance'
    api_status = 400


class TariffChannelError(TariffError):
    api_code = 'tariff_channel'


class TariffSoonError(TariffError):
    api_code = 'tariff_soon'


class TariffWindowError(TariffError):
    api_code = 'tariff_over'


class TariffQuantityError(TariffError):
    api_code = 'tariff_quantity'
    api_status = 400


class TariffPriceError(TariffError):
    api_code = 'tariff_price'
    api_status = 400


class PublicIdentifierError(ValidationError):
    pass


class PublicIdentifierAccessError(AccessError):
    pass


class AgendaError(UserError):
    "What an agenda refuses, with the code that routes answer"


class AgendaUnknownError(AgendaError):
    api_code = 'agenda_unknown'
    api_status = 404


class AgendaPeriodError(AgendaError):
    api_code = 'agenda_period'
    api_status = 400


class TariffSoldOutError(TariffError):
    api_code = 'tariff_sold_out'


class TariffPersonError(TariffError):
    api_code = 'tariff_person'


class TariffPersonUnknownError(TariffError):
    api_code = 'person_unknown'
    api_status = 400


class AdmissionTaxError(ValidationError):
    pass


class PromotionValidationError(ValidationError):
    pass


class PromotionError(UserError):
    "What is refused of a code, with the code that routes answer"
    api_status = 409


class PromotionUnknownError(PromotionError):
    api_code = 'promotion_unknown'
    api_status = 400


class PromotionPerformanceError(PromotionError):
    api_code = 'promotion_performance'
    api_status = 400


class PromotionTariffError(PromotionError):
    api_code = 'promotion_tariff'
    api_status = 400


class PromotionChannelError(PromotionError):
    api_code = 'promotion_channel'


class PromotionSoonError(PromotionError):
    api_code = 'promotion_soon'


class PromotionWindowError(PromotionError):
    api_code = 'promotion_over'


class PromotionUsedError(PromotionError):
    api_code = 'promotion_used'


class PassValidationError(ValidationError):
    pass


class PassDateError(ValidationError):
    pass


class PassError(UserError):
    "What is refused of a season pass, with the code that routes answer"
    api_status = 409


class PassChannelError(PassError):
    api_code = 'pass_channel'


class PassSoonError(PassError):
    api_code = 'pass_soon'


class PassWindowError(PassError):
    api_code = 'pass_over'


class PassPastError(PassError):
    api_code = 'pass_past'


class PassBegunError(PassError):
    api_code = 'pass_begun'


class PassSoldOutError(PassError):
    api_code = 'pass_sold_out'


class PassRefundError(PassError):
    api_code = 'pass_refund'


class PassExchangeError(PassError):
    api_code = 'pass_exchange'


class TicketError(UserError):
    "What is refused about tickets, with the code that routes answer"
    api_status = 409


class TicketUUIDMissingError(TicketError):
    api_code = 'uuid'
    api_status = 400


class TicketUUIDError(TicketError):
    api_code = 'uuid_reused'


class TicketEmptyError(TicketError):
    api_code = 'empty'
    api_status = 400


class TicketVATError(TicketError):
    api_code = 'vat_unknown'


class TicketTillError(TicketError):
    api_code = 'till_settings'


class TicketProductError(TicketError):
    api_code = 'product_unknown'


class TicketAccessError(AccessError):
    pass


class TicketStateError(TicketError):
    api_code = 'not_valid'


class TicketCompanyError(TicketError):
    api_code = 'other_company'


class TicketRetainedError(TicketError):
    api_code = 'retained_product'


class TicketPrintError(TicketError):
    api_code = 'not_valid'


class BoxOfficeClosedError(UserError):
    pass


class BoxOfficeMethodError(UserError):
    pass


class BoxOfficeSeatsError(UserError):
    pass


class TicketEnteredError(TicketError):
    api_code = 'entered'


class DoorError(UserError):
    "What is refused to a device at a door, with the code that it is answered"
    api_status = 409


class DoorGateError(DoorError):
    api_code = 'no_gate'


class DoorPerformanceError(DoorError):
    api_code = 'no_performance'
    api_status = 404


class DoorNamesError(DoorError):
    api_code = 'names_denied'
    api_status = 403


class ScanNonceError(DoorError):
    api_code = 'uuid_reused'


class TariffEarnerError(AccessError):
    pass


class ReturnError(UserError):
    "What is refused about the return of a performance"


class ReturnOverError(ReturnError):
    pass


class ReturnNothingError(ReturnError):
    pass


class ReturnTillError(ReturnError):
    pass


class ReturnClosureError(ReturnError):
    pass


class ReturnBalanceError(ReturnError):
    pass


class ReturnRevenueError(ReturnError):
    pass


class OwedPartyError(UserError):
    pass


class OwedAmountError(UserError):
    pass


class DeclarationMissingError(UserError):
    pass


class ChangeError(UserError):
    "What is refused about cancelling or postponing a performance"
    api_status = 409


class ChangeStateError(ChangeError):
    api_code = 'state'


class ChangeReturnError(ChangeError):
    api_code = 'returned'


class ChangeOfferError(ChangeError):
    api_code = 'offer'
    api_status = 400


class ChangeDeadlineError(ChangeError):
    api_code = 'deadline'
    api_status = 400


class ChangeDateError(ChangeError):
    api_code = 'date'
    api_status = 400


class ChangeFieldError(ChangeError):
    api_code = 'field'
    api_status = 400


class ChangeUUIDError(ChangeError):
    api_code = 'uuid_reused'


class ChoiceError(UserError):
    "What is refused about the choice of a holder, with its code"
    api_status = 409


class ChoiceOfferError(ChoiceError):
    api_code = 'not_offered'


class ChoicePastError(ChoiceError):
    api_code = 'past'


class ChoiceDeadlineError(ChoiceError):
    api_code = 'deadline'


class ChoiceMadeError(ChoiceError):
    api_code = 'made'


class ChoiceTicketError(ChoiceError):
    api_code = 'tickets'
    api_status = 400


class ChoiceUUIDError(ChoiceError):
    api_code = 'uuid_reused'


class ChoiceSeveralError(ChoiceError):
    api_code = 'several'
    api_status = 400
