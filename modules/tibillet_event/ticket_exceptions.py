from trytond.model.exceptions import AccessError

from .exceptions import TicketError


class TicketPerformanceError(TicketError):
    api_code = 'no_performance'
    api_status = 404


class TicketSellerError(TicketError):
    api_code = 'seller'


class TicketRefundError(TicketError):
    api_code = 'refund'


class TicketEraseError(AccessError):
    pass
