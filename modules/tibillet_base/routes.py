"""Routes for devices and other machines, and what they are made of.

    @app.route('/<database_name>/tibillet/v1/pay', methods=['POST'])
    @api(device=['terminal'], hot=True)
    def pay(request, pool, device):
        data = body(request, uuid=str, amount=Decimal)
        ...
        return {'balance': wallet.balance}

api puts together, from outside to inside: with_pool, errors,
with_transaction, read_committed if hot, localized, device if asked for,
answered. What a route returns is answered as JSON with a code, and so is
whatever it raises: the codes are in doc/reference.rst.
"""
import base64
import datetime as dt
import json
import logging
import random
import time
from decimal import Decimal
from functools import wraps

from trytond import backend
from trytond.exceptions import (
    ConcurrencyException, RateLimitException, UserError, UserWarning)
from trytond.i18n import gettext
from trytond.model.exceptions import AccessError, ValidationError
from trytond.pool import Pool
from trytond.protocols.wrappers import (
    BaseResponse, HTTPStatus, Response, exceptions, parse_authorization_header,
    with_pool, with_transaction)
from trytond.transaction import Transaction, TransactionError
from trytond.wsgi import app

from . import tools
from .exceptions import DeviceKeyError, PairingError, RequestDataError

logger = logging.getLogger(__name__)

# How long a lost serialisation is tried again before it is answered.
RETRY_SECONDS = 2
RETRY_AFTER_SECONDS = 1
# Of a whole number that is written with a point.
WHOLE_DIGITS = 15
# What a route may be asked by.
METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

# Status, code and message of what is not a refusal by a rule.
_RETRY = (HTTPStatus.SERVICE_UNAVAILABLE, 'retry', 'msg_route_retry')
_TIMEOUT = (HTTPStatus.GATEWAY_TIMEOUT, 'timeout', 'msg_route_timeout')
_CONFLICT = (HTTPStatus.CONFLICT, 'conflict', 'msg_route_conflict')
_MANY = (HTTPStatus.TOO_MANY_REQUESTS, 'too_many', 'msg_route_many')
_UNEXPECTED = (
    HTTPStatus.INTERNAL_SERVER_ERROR, 'unexpected', 'msg_route_unexpected')


def api(device=None, hot=False, readonly=None):
    """Make a route of a function of the request and the pool

    device: the kinds of devices that may call it, any if empty; the function
        takes the device after the pool. No key is needed if None.
    hot: one READ COMMITTED transaction, for what many do at once.
    readonly: by the HTTP method if None.
    """
    def decorator(func):
        inner = answered(func)
        if device is not None:
            inner = device_key(*device)(inner)
        inner = localized(inner)
        if hot:
            inner = read_committed(inner)
        inner = errors(with_transaction(readonly=readonly)(inner))
        inner = with_pool(inner)

        @wraps(func)
        def wrapper(request, *args, **kwargs):
            try:
                return inner(request, *args, **kwargs)
            except exceptions.HTTPException as error:  # no such database
                return _http_failure(error)
        return wrapper
    return decorator


def errors(func):
    """Answer errors in JSON, after a while those worth another try

    It must be around with_transaction, so that nothing of a request that
    failed is committed.
    """
    @wraps(func)
    def wrapper(request, pool, *args, **kwargs):
        until = time.monotonic() + RETRY_SECONDS
        while True:
            try:
                return func(request, pool, *args, **kwargs)
            except Exception as error:
                if _is_lost(error) and time.monotonic() < until:
                    time.sleep(random.uniform(0.01, 0.1))
                    continue
                return _failure(request, pool, error)
    return wrapper


def read_committed(func):
    """Run the route under READ COMMITTED, on PostgreSQL

    It must be the first thing in the transaction. No Model.lock may follow:
    its restart takes the locks before the level is set.
    """
    @wraps(func)
    def wrapper(request, pool, *args, **kwargs):
        tools.read_committed()
        return func(request, pool, *args, **kwargs)
    return wrapper


def localized(func):
    "Run the route in the language that the request prefers"
    @wraps(func)
    def wrapper(request, pool, *args, **kwargs):
        with Transaction().set_context(language=_get_language(request)):
            return func(request, pool, *args, **kwargs)
    return wrapper


def device_key(*kinds):
    """Run the route for the device whose key is in the request

    As root, for the company of the device: a device is not a user, it may do
    what its routes do and nothing else.
    """
    def decorator(func):
        @wraps(func)
        def wrapper(request, pool, *args, **kwargs):
            Device = pool.get('tibillet.device')
            transaction = Transaction()
            known = Device.authenticate(_get_bearer(request), kinds)
            if not transaction.readonly:
                Device(**known).see()
            # Private names: what clients send by these is thrown away.
            with transaction.set_user(0), transaction.set_context(
                    company=known['company'],
                    _device=known['id'], _device_name=known['name']):
                return func(
                    request, pool, Device(**known), *args, **kwargs)
        return wrapper
    return decorator


def answered(func):
    "Answer in JSON what the route returns"
    @wraps(func)
    def wrapper(*args, **kwargs):
        result = func(*args, **kwargs)
        if isinstance(result, BaseResponse):
            return result
        return answer(result)
    return wrapper


def answer(data, status=HTTPStatus.OK, headers=None):
    """Return the response of the data, with a code

    Amounts are texts, times are in UTC and end with Z.
    """
    if data is None:
        data = {}
    if isinstance(data, dict):
        data = {'code': 'ok', **data}
    return Response(
        json.dumps(data, default=_plain, ensure_ascii=False, allow_nan=False),
        status=status, headers=headers, content_type='application/json')


def refuse(error):
    """Return the response of an exception without raising it

    For a refusal that leaves something to commit.
    """
    return _user_failure(error)


def body(request, /, **kinds):
    """Return the JSON object of the request, numbers with a point as Decimal

    kinds: the class, or tuple of classes, of what must be there by name;
        Decimal takes whole numbers and texts of numbers too.
    """
    try:
        data = json.loads(
            request.get_data(as_text=True),
            parse_float=_parse_number, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        # A list in a list, a hundred thousand deep, is no object either.
        data = None
    if not isinstance(data, dict):
        raise _data_error(gettext('tibillet_base.msg_request_json'))
    for name, kind in kinds.items():
        if name not in data:
            raise _data_error(
                gettext('tibillet_base.msg_request_missing', name=name))
        data[name] = _read(name, data[name], kind)
    return data


def _parse_number(text):
    "Return a number with a point: 2.0 is as whole as 2, as JSON has it"
    number = Decimal(text)
    if (number.adjusted() < WHOLE_DIGITS
            and number == number.to_integral_value()):
        return int(number)
    return number


def _read(name, value, kind):
    if kind is Decimal and isinstance(value, (int, str)):
        try:
            value = value if isinstance(value, bool) else Decimal(value)
        except ArithmeticError:
            value = None
    if (not isinstance(value, kind)
            or (isinstance(value, bool) and kind is not bool)
            or (isinstance(value, Decimal) and not value.is_finite())):
        raise _data_error(
            gettext('tibillet_base.msg_request_type', name=name))
    return value


def _no_constant(name):
    raise ValueError(name)


def _data_error(reason):
    return RequestDataError(
        gettext('tibillet_base.msg_request_data', reason=reason))


def _plain(value):
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec='milliseconds') + 'Z'
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return int(value.total_seconds())
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    raise TypeError(f"no JSON for {value!r}")


def _get_bearer(request):
    authorization = request.authorization
    if authorization is None:
        authorization = parse_authorization_header(
            request.headers.get('Authorization'))
    if authorization is None or authorization.type != 'bearer':
        raise DeviceKeyError(gettext('tibillet_base.msg_device_key'))
    return authorization.token or ''


def _get_language(request):
    "Return the first language of the request that we speak"
    pool = Pool()
    Lang = pool.get('ir.lang')
    codes = Lang.get_translatable()
    for wanted in request.accept_languages.values():
        code = wanted.replace('-', '_')
        while code:
            if code in codes:
                return code
            code, _, _ = code.rpartition('_')
    return Transaction().language


def _is_lost(error):
    "Return whether the same request may succeed a moment later"
    return (
        isinstance(error, (backend.DatabaseOperationalError, TransactionError))
        and not isinstance(error, backend.DatabaseTimeoutError))


def _failure(request, pool, error):
    "Return the response of the exception"
    if isinstance(error, exceptions.HTTPException):
        return _http_failure(error)
    if isinstance(error, (UserError, UserWarning)):
        logger.info("%s: %s", request, error)
        return _user_failure(error)
    if isinstance(error, backend.DatabaseTimeoutError):
        failure = _TIMEOUT
    elif _is_lost(error):
        failure = _RETRY
    elif isinstance(error, ConcurrencyException):
        failure = _CONFLICT
    elif isinstance(error, RateLimitException):
        failure = _MANY
    else:
        failure = _UNEXPECTED
    status, code, message = failure
    if failure is _UNEXPECTED:
        logger.exception("%s", request)
    else:
        logger.warning("%s: %s", request, code)
    headers = {}
    if failure in {_RETRY, _MANY}:
        headers['Retry-After'] = str(RETRY_AFTER_SECONDS)
    return answer({
            'code': code,
            'message': _get_message(request, pool, message),
            }, status=status, headers=headers)


def _http_failure(error):
    if error.response is not None:
        return error.response
    headers = {}
    if getattr(error, 'valid_methods', None):
        headers['Allow'] = ', '.join(sorted(error.valid_methods))
    return answer({
            'code': error.name.lower().replace(' ', '_'),
            'message': error.description or error.name,
            }, status=error.code, headers=headers)


def _user_failure(error):
    status = getattr(error, 'api_status', None)
    code = getattr(error, 'api_code', None)
    if isinstance(error, AccessError):
        default = HTTPStatus.FORBIDDEN, 'denied'
    elif isinstance(error, ValidationError):
        default = HTTPStatus.BAD_REQUEST, 'invalid'
    elif isinstance(error, UserWarning):
        default = HTTPStatus.BAD_REQUEST, 'warning'
    else:
        default = HTTPStatus.BAD_REQUEST, 'refused'
    data = {
        'code': code or default[1],
        'message': error.message,
        }
    if error.description:
        data['description'] = error.description
    headers = {}
    status = status or default[0]
    if status == HTTPStatus.UNAUTHORIZED:
        headers['WWW-Authenticate'] = 'Bearer'
    return answer(data, status=status, headers=headers)


def _get_message(request, pool, message):
    "Return the translated sentence, outside of the failed transaction"
    try:
        with Transaction().start(pool.database_name, 0, readonly=True):
            with Transaction().set_context(language=_get_language(request)):
                return gettext(f'tibillet_base.{message}')
    except backend.DatabaseOperationalError:
        # Not even a sentence can be read.
        return HTTPStatus.SERVICE_UNAVAILABLE.phrase


@app.route('/<database_name>/tibillet')
@app.route('/<database_name>/tibillet/')
@app.route('/<database_name>/tibillet/<path:path>')
def unknown(request, database_name, path=''):
    "Answer what no route answers, or not by this method"
    adapter = app.url_map.bind_to_environ(request.environ)
    methods = []
    for method in METHODS:
        endpoint, _ = adapter.match(method=method)
        if endpoint is not unknown:
            methods.append(method)
    if methods:
        return _http_failure(exceptions.MethodNotAllowed(methods))
    return _http_failure(exceptions.NotFound())


@app.route('/<database_name>/tibillet/v1/pair', methods=['POST'])
@api()
def pair(request, pool):
    Device = pool.get('tibillet.device')
    LoginAttempt = pool.get('res.user.login.attempt')
    data = body(request, code=str)
    # All codes are tried under one name: what counts is from where.
    if LoginAttempt.count_ip() > Device.pairing_attempts_network():
        raise RateLimitException()
    claimed = Device.claim(data['code'])
    if not claimed:
        LoginAttempt.add(Device.__name__)
        return refuse(PairingError(gettext('tibillet_base.msg_device_code')))
    device, key = claimed
    return {
        'device': device.uuid,
        'name': device.name,
        'kind': device.kind,
        'company': device.company.rec_name,
        'key': key,
        }
