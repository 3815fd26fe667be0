"""What a terminal asks its server over HTTP, and the answers that count."""
import datetime as dt
import email.utils
import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from decimal import Decimal

from .exceptions import RefusedError, WaitingError

# Between one try and the next.
PAUSES_SECONDS = (0.2, 1)
ANSWER_MAX = 4 * 1024 * 1024
# Who is told so may have asked before, with success.
DOORS = {
    'denied', 'device_key', 'device_kind', 'device_revoked',
    'method_not_allowed', 'no_till', 'not_found'}
LATER = {'conflict', 'retry', 'timeout', 'too_many', 'unexpected'}


@dataclass(frozen=True)
class Answer:
    """
    data: what the server says. tried: how often it had been asked before.
    skew_seconds: how far our clock is ahead of its own, None if unknown.
    """
    status: int
    data: dict
    tried: int = 0
    skew_seconds: int | None = None

    @property
    def code(self):
        return self.data['code']

    @property
    def message(self):
        return self.data.get('message') or self.code

    def is_later(self):
        "Return whether the same request may be answered otherwise"
        return self.status >= 500 or self.code in LATER

    def is_final(self, first):
        """Return whether the answer says what became of the request

        first: whether nobody had asked it before this client did.
        """
        return not self.is_later() and (
            self.code not in DOORS or first and not self.tried)


def _no_constant(name):
    raise ValueError(name)


class _NoRedirect(urllib.request.HTTPRedirectHandler):

    def redirect_request(self, *_):
        # The key is for one server.
        return None


class Client:
    "A server, as one terminal asks it"

    def __init__(self, settings, key=None, pause=time.sleep, now=None):
        database = urllib.parse.quote(settings.database, safe='')
        self._base = f'{settings.server}/{database}/tibillet/v1/'
        self._timeout = settings.timeout_seconds
        self._headers = {
            'Accept-Language': settings.language,
            'Content-Type': 'application/json',
            'User-Agent': 'tibillet-terminal'}
        if key:
            self._headers['Authorization'] = f'Bearer {key}'
        self._pause = pause
        self._now = now or (lambda: dt.datetime.now(dt.UTC))
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), _NoRedirect)
        self.skew_seconds = None

    def get(self, route, data=None):
        "Return what the server answers, refused if it refuses"
        answer = self.post(route, data or {})
        if answer.code != 'ok':
            raise RefusedError(
                'refused', message=answer.message, code=answer.code)
        return answer.data

    def post(self, route, data):
        """Return the answer of the server, asked again while it has none

        Raise WaitingError if it has none in the end.
        """
        pauses = [*PAUSES_SECONDS, None]
        for tried, pause in enumerate(pauses):
            try:
                answer = self._post(route, data, tried)
            except WaitingError:
                if pause is None:
                    raise
            else:
                if pause is None or not answer.is_later():
                    return answer
            self._pause(pause)
        raise AssertionError("the last try returns or raises")

    def _post(self, route, data, tried):
        request = urllib.request.Request(
            self._base + route, json.dumps(data).encode(), self._headers)
        try:
            try:
                response = self._opener.open(request, timeout=self._timeout)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                content = response.read(ANSWER_MAX)
                status, date = response.status, response.headers['Date']
        except (OSError, http.client.HTTPException) as error:
            raise WaitingError('no_answer', reason=getattr(
                    error, 'reason', None) or error) from error
        try:
            found = json.loads(
                content, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            found = None
        # A page of somebody in between is no answer.
        if (not isinstance(found, dict)
                or not isinstance(found.get('code'), str)
                or (found['code'] == 'ok') != (status == 200)):
            raise WaitingError('no_answer', reason=f'HTTP {status}')
        self.skew_seconds = self._skew(date)
        return Answer(status, found, tried, self.skew_seconds)

    def _skew(self, date):
        try:
            theirs = email.utils.parsedate_to_datetime(date)
            return int((self._now() - theirs).total_seconds())
        except (TypeError, ValueError):
            return None
