"""The published programme for calendars, feed readers and web sites."""
import datetime as dt
import hashlib
import re

from tibillet_base.routes import api

from trytond.i18n import gettext
from trytond.protocols.wrappers import Response
from trytond.wsgi import app

from . import agenda_atom, agenda_ical, agenda_jsonld
from .exceptions import AgendaPeriodError, AgendaUnknownError

# By the end of the address: the leaf, for how many seconds anybody may keep
# the answer, and whether it tells prices and places.
FORMATS = {
    'ics': (agenda_ical, 300, False),
    'atom': (agenda_atom, 300, False),
    'jsonld': (agenda_jsonld, 60, True),
    }
PATH = re.compile(r'/[^/]+/tibillet/agenda[./].*')


@app.route(
    '/<database_name>/tibillet/agenda.<extension>', methods=['GET'])
@app.route(
    '/<database_name>/tibillet/agenda/<kind>/<identifier>.<extension>',
    methods=['GET'])
@api(readonly=True)
def agenda(request, pool, extension, kind=None, identifier=None):
    Performance = pool.get('tibillet.performance')
    if extension not in FORMATS:
        raise AgendaUnknownError(gettext('tibillet_event.msg_agenda_unknown'))
    leaf, seconds, offers = FORMATS[extension]
    read = Performance.get_agenda(
        kind, identifier, _day(request, 'from'), _day(request, 'to'),
        request.url, offers)
    response = Response(leaf.render(read), content_type=leaf.CONTENT_TYPE)
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.vary.add('Accept-Language')
    response.set_etag(hashlib.sha256(response.data).hexdigest())
    if not offers:
        # Who buys a place revises nothing.
        response.last_modified = read.revised.replace(tzinfo=dt.UTC)
    return response.make_conditional(request)


def _day(request, name):
    "Return the day that the address asks for, if any"
    value = request.args.get(name)
    if value is None:
        return None
    try:
        day = dt.datetime.strptime(value, '%Y-%m-%d').date()  # noqa: DTZ007
    except ValueError as error:
        raise AgendaPeriodError(gettext(
                'tibillet_event.msg_agenda_period',
                name=name, value=value)) from error
    return day


class AnyOrigin:
    """Let pages of any site read agendas

    The platform refuses them unless each site is in its configuration. An
    agenda is public, reads no cookie and writes nothing.
    """

    def __init__(self, wsgi_app):
        self.wsgi_app = wsgi_app

    def __call__(self, environ, start_response):
        if not PATH.fullmatch(environ.get('PATH_INFO', '')):
            return self.wsgi_app(environ, start_response)
        environ = {k: v for k, v in environ.items() if k != 'HTTP_ORIGIN'}

        def start(status, headers, *args):
            headers.append(('Access-Control-Allow-Origin', '*'))
            return start_response(status, headers, *args)
        return self.wsgi_app(environ, start)


app.wsgi_app = AnyOrigin(app.wsgi_app)
