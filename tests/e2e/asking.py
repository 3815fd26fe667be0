"""What the web client asks the server for an entry of the menu, undrawn.

Drawing an entry takes ten times what answering it takes, and is the same for
everybody: one login looks at all of them, the others ask.
"""
import base64
import json
import urllib.request
from xml.etree import ElementTree

from trytond.protocols.jsonrpc import JSONDecoder, JSONEncoder
from trytond.pyson import PYSONDecoder

from demo import logins

LIMIT = 1000  # records, as the client
PATIENCE = 60  # seconds
WINDOW, WIZARD = 'ir.action.act_window', 'ir.action.wizard'


def entries_below(ask, name):
    """Return the {id: path} of what a person may open below an entry

    ask: the function that asks the server.
    """
    roots = ask('model.ir.ui.menu.search', [
            ['parent', '=', None], ['name', '=', name]], 0, None, None)
    entries = ask('model.ir.ui.menu.search_read', [
            ['parent', 'child_of', roots, 'parent'],
            ], 0, None, None, ['complete_name', 'action'])
    return {e['id']: e['complete_name'] for e in entries if e['action']}


def _read(fields):
    "Return what the page reads for fields: what they link to, by its name"
    return [
        *fields, *(
            f'{name}.rec_name' for name, field in fields.items()
            if field['type'] in {'many2one', 'one2one', 'reference'})]


class Refused(AssertionError):
    "The server refuses, with a sentence that the page would show"


class Asking:
    "One person whose client draws nothing"

    def __init__(self, address, login):
        server, database = address.split('#')
        self.url = f'{server.rstrip("/")}/{database}/rpc/'
        self.headers = {'Content-Type': 'application/json'}
        self.context = {}
        self.user, session, *_ = self.call(
            'common.db.login', login, {'password': logins.password(login)})
        token = base64.b64encode(f'{login}:{self.user}:{session}'.encode())
        self.headers['Authorization'] = f'Session {token.decode()}'
        self.context = self.ask('model.res.user.get_preferences', True)

    def call(self, method, *params):
        "Return what the server answers"
        request = urllib.request.Request(
            self.url,
            json.dumps(
                {'id': 1, 'method': method, 'params': params},
                cls=JSONEncoder).encode(),
            self.headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            answer = json.load(response, object_hook=JSONDecoder())
        if error := answer.get('error'):
            # What is broken is no refusal.
            kind = Refused if error[0] == 'UserError' else AssertionError
            raise kind(f'{method}{params}: {error}')
        return answer['result']

    def ask(self, method, *params, **context):
        "The same with the context of the person"
        return self.call(method, *params, {**self.context, **context})

    def entries_below(self, name):
        return entries_below(self.ask, name)

    def open(self, entry):
        "Ask what the page asks when an entry is opened, return the records"
        actions = self.ask(
            'model.ir.action.keyword.get_keyword', 'tree_open',
            ['ir.ui.menu', entry])
        return [id for action in actions for id in self._act(action)]

    def _act(self, action):
        if action['type'] == WIZARD:
            self._begin(action)
        return self._show(action) if action['type'] == WINDOW else []

    def _begin(self, action):
        name = f'wizard.{action["wiz_name"]}'
        session, start, _ = self.ask(f'{name}.create')
        data = {'action_id': action['id']}
        self.ask(f'{name}.execute', session, {}, start, **data)
        self.ask(f'{name}.delete', session)

    def _show(self, action):
        if not action['res_model']:
            return [
                id for board, _ in action['views']
                for id in self._board(board)]
        model = f'model.{action["res_model"]}'
        context = {**self.context, '_user': self.user}
        given = self._decode(action['pyson_context'] or '{}', context)
        if action['context_model']:
            given = {**self._defaults(action['context_model']), **given}
        context |= given
        context['context'] = context
        domain = self._decode(action['pyson_domain'] or '[]', context)
        asked = self._decode(action['pyson_search_value'] or '[]', context)
        order = self._decode(action['pyson_order'] or 'null', context)
        for _, tab, _ in action['domains']:
            self.ask(
                f'{model}.search_count',
                [domain, self._decode(tab, context)], **given)
        return [
            id for view, type in action['views'] or [[None, 'tree']]
            for id in self._view(
                model, view, type, [domain, asked], order, given)]

    def _view(self, model, view, type, domain, order, given):
        view = self.ask(f'{model}.fields_view_get', view, type, **given)
        limit = 1 if type == 'form' else LIMIT
        ids = self.ask(
            f'{model}.search', domain, 0, limit, order, **given)
        if ids:
            self.ask(f'{model}.read', ids, _read(view['fields']), **given)
        elif type == 'form':
            self.ask(f'{model}.default_get', list(view['fields']), **given)
        return ids

    def _board(self, view):
        view = self.ask('model.ir.ui.view.view_get', view)
        shown = ElementTree.fromstring(view['arch']).iter('action')
        return [
            id for node in shown for id in self._act(self.ask(
                    'model.ir.action.act_window.get', node.attrib['name']))]

    def _defaults(self, model):
        view = self.ask(f'model.{model}.fields_view_get', None, 'form')
        return self.ask(f'model.{model}.default_get', list(view['fields']))

    @staticmethod
    def _decode(text, context):
        return PYSONDecoder(context).decode(text)
