"""Errors of this module.

api_code and api_status are what the routes answer, see tibillet_base.routes;
any exception that a route may answer can have them.
"""
from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError


class RestApplicationError(AccessError):
    pass


class DeviceError(UserError):
    pass


class DeviceKeyError(UserError):
    api_code = 'device_key'
    api_status = 401


class DeviceKindError(UserError):
    api_code = 'device_kind'
    api_status = 403


class DeviceRevokedError(UserError):
    api_code = 'device_revoked'
    api_status = 401


class PairingError(UserError):
    api_code = 'pairing_refused'
    api_status = 403


class RequestDataError(UserError):
    api_code = 'request_data'
    api_status = 400
