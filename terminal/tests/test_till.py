"""A terminal asks nothing twice, and loses nothing, whoever is in between."""
import datetime as dt
import http.server
import threading
from decimal import Decimal as D

import pytest

from terminal import till
from terminal.client import Client
from terminal.exceptions import OrderError, RefusedError, WaitingError
from terminal.journal import Journal
from terminal.settings import make

from .test_journal import KEYS

OK = (200, '{"code": "ok", "total": "3.50", "amount": 0.35}')
UNKNOWN = (404, '{"code": "card_unknown", "message": "No such card"}')
REVOKED = (401, '{"code": "device_revoked", "message": "Revoked"}')
CLOSED = (409, '{"code": "till_closed", "message": "Closed"}')
RETRY = (503, '{"code": "retry", "message": "Again"}')
PORTAL = (200, '<html>Welcome to the Wi-Fi of the hotel</html>')
FALSE = (502, '{"code": "ok"}')
MOVED = (302, '')
CUT = None
NOW = dt.datetime(2026, 3, 6, 19, 0, tzinfo=dt.UTC)


class Handler(http.server.BaseHTTPRequestHandler):

    def do_POST(self):
        length = int(self.headers['Content-Length'])
        self.server.asked.append((
                self.path, self.rfile.read(length),
                self.headers['Authorization']))
        answer = self.server.answers.pop(0)
        if answer is CUT:
            self.close_connection = True
            return
        status, content = answer
        self.send_response(status)
        if status == MOVED[0]:
            self.send_header('Location', self.server.elsewhere)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())

    do_GET = do_POST

    def date_time_string(self, timestamp=None):
        return super().date_time_string(NOW.timestamp())

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
    server.asked, server.answers = [], []
    server.elsewhere = f'http://127.0.0.1:{server.server_port}/elsewhere'
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path, KEYS) as journal:
        yield journal


@pytest.fixture
def client(server, tmp_path):
    return Client(make({
                'server': f'http://127.0.0.1:{server.server_port}/',
                'database': 'bar', 'folder': '.'}, tmp_path),
        KEYS.key, pause=lambda seconds: None, now=lambda: NOW)


@pytest.fixture
def bar(client, journal):
    found = till.Till(client, journal, lambda *settled: told.append(settled))
    found.told = told = []
    return found


def test_kept_before_it_is_sent(server, journal, bar, monkeypatch):
    server.answers = [OK]
    post = Client._post

    def check(*arguments):
        assert len(journal.waiting()) == 1
        return post(*arguments)

    monkeypatch.setattr(Client, '_post', check)
    assert bar.pay('EE', [])['amount'] == D('0.35')
    assert journal.waiting() == []
    (path, content, authorization), = server.asked
    assert path == '/bar/tibillet/v1/till/pay'
    assert b'"card": "EE"' in content
    assert authorization == f'Bearer {KEYS.key}'


@pytest.mark.parametrize(
    'lost', [CUT, PORTAL, FALSE, RETRY, MOVED],
    ids=['cut', 'portal', 'false', 'retry', 'moved'])
def test_asked_again(server, journal, bar, lost):
    "What is no answer is asked again, the same, and nothing else meanwhile"
    server.answers = [lost] * 3
    with pytest.raises(WaitingError) as error:
        bar.pay('EE', [])
    assert error.value.sentence == 'waits'
    operation, = journal.waiting()
    assert operation.uuid == error.value.values['uuid']
    server.answers = [lost] * 3
    with pytest.raises(WaitingError) as error:
        bar.pay('FF', [])
    assert error.value.sentence == 'before'
    server.answers = [lost, OK]
    assert bar.flush() == 1
    assert bar.flush() == 0
    assert journal.waiting() == []
    assert [o.uuid for o, _ in bar.told] == [operation.uuid]
    assert len({content for _, content, _ in server.asked}) == 1
    assert {path for path, _, _ in server.asked} == {
        '/bar/tibillet/v1/till/pay'}
    server.answers = [OK]
    bar.pay('FF', [])
    assert b'"FF"' in server.asked[-1][1]


@pytest.mark.parametrize('refusal', [UNKNOWN, REVOKED, CLOSED])
def test_refused_at_once(server, journal, bar, refusal):
    "The first answer is no: nothing was recorded, nothing waits"
    server.answers = [refusal]
    with pytest.raises(RefusedError) as error:
        bar.pay('EE', [])
    assert error.value.sentence == 'refused'
    assert journal.waiting() == []


@pytest.mark.parametrize('refusal,final', [
        (UNKNOWN, True), (CLOSED, True), (REVOKED, False)])
def test_refused_later(server, journal, bar, refusal, final):
    "Who is shut out after a lost answer does not know what became of it"
    server.answers = [CUT, refusal]
    with pytest.raises(RefusedError if final else WaitingError):
        bar.pay('EE', [])
    assert len(journal.waiting()) == (not final)


def test_given_up(server, journal, bar):
    "What is given up is cancelled if it was recorded"
    server.answers = [CUT] * 3
    with pytest.raises(WaitingError):
        bar.pay('EE', [])
    operation, = journal.waiting()
    bar.give_up(operation.uuid[:8])
    bar.give_up(operation.uuid[:8])
    server.answers = [OK, CUT, CUT, CUT]
    with pytest.raises(WaitingError):
        bar.flush()
    undo, = journal.waiting()
    assert (undo.route, undo.data) == ('cancel', {'sale': operation.uuid})
    with pytest.raises(OrderError):
        bar.give_up(undo.uuid)
    server.answers = [OK]
    assert bar.flush() == 1
    assert (journal.waiting(), journal.to_undo()) == ([], [])
    assert journal.refused_undo() == []
    assert [path.rpartition('/')[2] for path, _, _ in server.asked] == [
        'pay'] * 4 + ['cancel'] * 4


def test_given_up_and_refused(server, journal, bar):
    server.answers = [CUT] * 3
    with pytest.raises(WaitingError):
        bar.pay('EE', [])
    bar.give_up(journal.waiting()[0].uuid)
    server.answers = [UNKNOWN]
    assert bar.flush() == 1
    assert (journal.waiting(), journal.to_undo()) == ([], [])


def test_too_late_to_cancel(server, journal, bar):
    server.answers = [CUT] * 3
    with pytest.raises(WaitingError):
        bar.pay('EE', [])
    operation, = journal.waiting()
    bar.give_up(operation.uuid)
    server.answers = [OK, (403, '{"code": "cancel_denied"}')]
    bar.flush()
    assert [o.uuid for o in journal.refused_undo()] == [operation.uuid]


@pytest.mark.parametrize('text', ['', 'zz'])
def test_given_up_unknown(bar, text):
    with pytest.raises(OrderError):
        bar.give_up(text)


def test_clock(server, client):
    server.answers = [OK]
    assert client.post('till/screen', {}).skew_seconds == 0
    client._now = lambda: NOW + dt.timedelta(minutes=6)
    server.answers = [OK]
    client.post('till/screen', {})
    assert client.skew_seconds == 360


ARTICLES = [
    {'product': 12, 'price': '3.50'}, {'product': 13, 'price': None},
    {'product': 14, 'price': D('0.5')}]


def test_lines():
    assert till.lines(ARTICLES, ['1', '2x3', '0.5x1']) == [
        {'product': 12, 'quantity': '1', 'price': '3.50'},
        {'product': 14, 'quantity': '2', 'price': '0.5'},
        {'product': 12, 'quantity': '0.5', 'price': '3.50'}]
    for text in ['0', '4', '2', 'x', '0x1', '-1', '-1x1', 'NaNx1', '1e9x1',
            '1x', '1,5x1', '', '²', '١']:
        with pytest.raises(OrderError):
            till.lines(ARTICLES, [text])
    with pytest.raises(OrderError):
        till.lines(ARTICLES, [])


def test_amount():
    for text in ['20', '20.00', '0.01']:
        assert till.amount(text) == text
    for text in ['0', '0.00', '-5', '5.005', 'NaN', '1e400', '5,00 €', '',
            '99999999']:
        with pytest.raises(OrderError):
            till.amount(text)


def test_method():
    methods = [
        {'method': 1, 'name': "Espèces", 'tender': 'cash'},
        {'method': 2, 'name': "CB", 'tender': 'card'}]
    assert till.method(methods, 'ESPÈCES') == 1
    assert till.method(methods, 'card') == 2
    with pytest.raises(OrderError):
        till.method(methods, 'cheque')
