"""What devices at a door may ask: the list, scans, what they did offline."""
import datetime as dt
import re

from tibillet_base.exceptions import RequestDataError
from tibillet_base.routes import api, body

from trytond.i18n import gettext
from trytond.wsgi import app

from . import door_list, scan_writer
from .door_check import CODES, ENTRY, EXIT
from .scan_writer import Asked

PREFIX = '/<database_name>/tibillet/v1/door'
UPLOADED_MAX = 500
TEXT_MAX = 1000
# What no database keeps.
NO_TEXT = re.compile(r'[\x00\ud800-\udfff]')
# Of an old clock that was never set, and of one that is far ahead.
YEARS = range(2000, 2200)


@app.route(f'{PREFIX}/list', methods=['POST'])
@api(device=['door'], readonly=True)
def list_(request, pool, device):
    data = body(request, performance=str)
    since = data.get('since')
    return door_list.get(
        device, _text('performance', data['performance']),
        _instant('since', since) if since is not None else None,
        names=data.get('names') is True)


@app.route(f'{PREFIX}/search', methods=['POST'])
@api(device=['door'], readonly=True)
def search(request, pool, device):
    data = body(request, performance=str, text=str)
    return door_list.search(
        device, _text('performance', data['performance']),
        _text('text', data['text']))


@app.route(f'{PREFIX}/scan', methods=['POST'])
@api(device=['door'], hot=True)
def scan(request, pool, device):
    return scan_writer.scan(device, _asked(body(request)))


@app.route(f'{PREFIX}/upload', methods=['POST'])
@api(device=['door'], hot=True)
def upload(request, pool, device):
    data = body(request, scans=list)
    if len(data['scans']) > UPLOADED_MAX:
        raise _wrong('scans')
    answers = scan_writer.upload(device, [
            _asked(item, offline=True) for item in data['scans']])
    return {
        'answers': answers,
        'conflicts': [a['nonce'] for a in answers if a['conflict']],
        }


def _asked(data, offline=False):
    "Return what one scan asks, refuse what is not one"
    if not isinstance(data, dict):
        raise _wrong('scans')
    read = {
        name: _text(name, data.get(name))
        for name in ['nonce', 'performance', 'code', 'ticket']
        if data.get(name) is not None}
    for name in ['nonce', 'performance']:
        if not read.get(name):
            raise _wrong(name)
    if ('code' in read) == ('ticket' in read):
        raise _wrong('code')
    if data.get('kind') not in [ENTRY, EXIT]:
        raise _wrong('kind')
    result = data.get('result') if offline else None
    if offline and result not in CODES:
        raise _wrong('result')
    return Asked(
        kind=data['kind'], at=_instant('at', data.get('at')), result=result,
        **read)


def _text(name, value):
    if (not isinstance(value, str) or len(value) > TEXT_MAX
            or NO_TEXT.search(value)):
        raise _wrong(name)
    return value


def _instant(name, value):
    "Return the instant in UTC of a text such as 2026-03-06T19:00:00Z"
    try:
        instant = dt.datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError(value)
        instant = instant.astimezone(dt.UTC).replace(tzinfo=None)
    except (OverflowError, TypeError, ValueError) as error:
        raise _wrong(name) from error
    if instant.year not in YEARS:
        raise _wrong(name)
    return instant


def _wrong(name):
    return RequestDataError(gettext(
            'tibillet_base.msg_request_data',
            reason=gettext('tibillet_base.msg_request_type', name=name)))
