from trytond.model.exceptions import AccessError


class RestApplicationError(AccessError):
    pass
