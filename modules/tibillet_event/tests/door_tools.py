"""A telephone at a door, for tests: it asks the server, or decides alone."""
import base64
import datetime as dt
import itertools

from tibillet_event import door_check
from tibillet_event.door_check import Passage, Seen
from tibillet_event.door_list import to_sign
from werkzeug.test import Client

from proteus import config
from trytond.protocols.wrappers import Response
from trytond.wsgi import app

from tibillet import chain, ticket_code


def read(text):
    "Return the instant of a text that ends with Z"
    return dt.datetime.fromisoformat(text.removesuffix('Z'))


class Phone:

    def __init__(self, name, code):
        self.name = name
        self.key = None
        self.key = self.ask('pair', code=code)['key']
        self.nonces = itertools.count(1)
        self.list = None
        self.queue = []

    def ask(self, route, **data):
        response = Client(app, Response).post(
            f'/{config.get_config().database_name}/tibillet/v1/{route}',
            json=data,
            headers={'Authorization': f'Bearer {self.key}'})
        return response.json

    def new(self, performance, code, kind, at):
        return {
            'nonce': f'{self.name}-{next(self.nonces)}',
            'performance': performance, 'code': code, 'kind': kind,
            'at': f'{at.isoformat()}Z'}

    def scan(self, performance, code, at, kind='entry'):
        "Ask the server, return what it says"
        return self.ask(
            'door/scan', **self.new(performance, code, kind, at))

    def download(self, performance):
        "Keep the list of a performance, if its signature is good"
        answer = self.ask('door/list', performance=performance)
        self.list = answer['list']
        self.keys = {
            int(version): base64.b64decode(key)
            for version, key in self.list['keys'].items()}
        self.tickets = {t['ticket']: t for t in self.list['tickets']}
        return chain.is_signed(
            self.keys[answer['key']], to_sign(self.list),
            base64.b64decode(answer['signature']))

    def decide(self, text, at, kind='entry'):
        "Decide with the list and the queue alone, return the result"
        try:
            code = ticket_code.read(text)
        except ticket_code.CodeError:
            code = None
        ticket = self.tickets.get(code.ticket) if code else None
        contradicted, _ = door_check.contradiction(
            list(self._passages(code, ticket)), kind, at)
        result = door_check.check(kind, Seen(
                is_code=bool(code),
                is_signed=bool(code and ticket_code.verify(text, self.keys)),
                is_here=bool(
                    code and code.performance == self.list['performance']),
                state=ticket['state'] if ticket else None,
                takes_place=self.list['takes_place'],
                since=read(self.list['since']),
                until=read(self.list['until']),
                is_admitted=not self.list['admitted'] or bool(
                    ticket and ticket['tariff'] in self.list['admitted']),
                is_contradicted=contradicted), at)
        self.queue.append({
                **self.new(self.list['performance'], text, kind, at),
                'result': result})
        return result

    def _passages(self, code, ticket):
        if ticket and ticket['entered']:
            yield Passage(door_check.ENTRY, read(ticket['entered']))
        for done in self.queue:
            if done['result'] == door_check.VALID and code == ticket_code.read(
                    done['code']):
                yield Passage(done['kind'], read(done['at']))

    def upload(self):
        "Tell the server, return its answers to what is a conflict"
        answer = self.ask('door/upload', scans=self.queue)
        self.queue = []
        return [
            a for a in answer['answers'] if a['nonce'] in answer['conflicts']]
