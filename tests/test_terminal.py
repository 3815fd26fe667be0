"""A terminal, as a program of its own, sells at the server over HTTP.

The test serves; the terminal runs beside it and has a fake reader.
"""
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tibillet_cashless.tests.till_cards import LEA, TOM, CardTillMixin
from werkzeug.serving import WSGIRequestHandler, make_server

from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase
from trytond.wsgi import app

from terminal import journal, keys
from tools.steps import ROOT

PATIENCE_SECONDS = 60
DONE, REFUSED, USAGE, WAITING = range(4)


class Quiet(WSGIRequestHandler):

    def log_request(self, *_):
        pass


class Server:
    "The server, and a network whose answers may be lost"

    def __init__(self):
        self.lost = 0
        self._server = make_server(
            '127.0.0.1', 0, self._answer, request_handler=Quiet)
        self._server.timeout = 0.05
        self.port = self._server.server_port

    def _answer(self, environ, start_response):
        if environ['PATH_INFO'].endswith('/screen') or not self.lost:
            return app(environ, start_response)
        self.lost -= 1
        with contextlib.closing(app(environ, lambda *_: None)) as answer:
            list(answer)
        start_response('502 Bad Gateway', [('Content-Type', 'text/html')])
        return [b'<html>Bad Gateway</html>']

    def until(self, process):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None:
            assert time.monotonic() < deadline, "the terminal does not end"
            self._server.handle_request()

    def close(self):
        self._server.server_close()


class TerminalTestCase(CardTillMixin, RouteTestCase):
    made = {}

    def setUp(self):
        super().setUp()
        self.server = Server()
        self.addCleanup(self.server.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.configure(self.server.port)
        code = self.act(self.get_code)
        self.check_said(self.run_terminal('pair', code), DONE, '"Bar 2"')

    def configure(self, port, card=LEA):
        (self.folder / 'terminal.toml').write_text(
            f'server = "http://127.0.0.1:{port}"\n'
            f'database = "{DB_NAME}"\n'
            'folder = "kept"\nlanguage = "en"\nreader = "fake"\n'
            f'money = {self.own}\n'
            f'[readers.fake]\ncards = ["{card}"]\n')

    def get_code(self):
        Device = Pool().get('tibillet.device')
        device, = Device.create([{'name': "Bar 2", 'point': self.point}])
        self.device = device.id
        code, = Device.start_pairing([device]).values()
        return code

    def revoke(self):
        Device = Pool().get('tibillet.device')
        Device.revoke([Device(self.device)])

    def run_terminal(self, *arguments, typed=''):
        "Return how a command ends, and what it says"
        with tempfile.TemporaryFile('w+') as said:
            process = subprocess.Popen([
                    sys.executable, '-m', 'terminal',
                    '--config', self.folder / 'terminal.toml', *arguments],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=said, stderr=said,
                env={**os.environ, 'PYTHONPATH': os.pathsep.join(
                        [str(ROOT / 'modules'), str(ROOT)])},
                text=True)
            process.stdin.write(typed)
            process.stdin.close()
            self.server.until(process)
            said.seek(0)
            return process.returncode, said.read()

    def check_said(self, found, returned, *texts):
        self.assertEqual(found[0], returned, found[1])
        for text in texts:
            self.assertIn(text, found[1])

    def test_evening(self):
        "A card is loaded, pays, is read; nothing secret is said"
        self.check_said(
            self.run_terminal('top-up', '20.00'), DONE,
            "PAID 20.00", "OWN: 20.00, 20.00 left")
        self.check_said(
            self.run_terminal('pay', '2x1'), DONE,
            "PAID 7.00", "OWN: -7.00, 13.00 left")
        self.check_said(self.run_terminal('read'), DONE,
            f"OWN: 13.00 (money {self.own})")
        self.check_said(
            self.run_terminal('bar', typed='9\n1\n\n'), DONE,
            '"9" is no article', "OWN: -3.50, 9.50 left")
        self.check_said(
            self.run_terminal('pay', '3x1'), REFUSED, "(insufficient)")
        found = self.run_terminal('status')
        self.check_said(
            found, DONE, "8 lines in the journal", "Nothing waits")
        secrets = json.loads((self.folder / 'kept' / keys.NAME).read_text())
        content = (self.folder / 'kept' / journal.NAME).read_text()
        for secret in [secrets['key'], secrets['private']]:
            self.assertNotIn(secret, found[1])
            self.assertNotIn(secret, content)
        self.empty(LEA)

    def test_lost_answer(self):
        "The answers of a payment are lost: it counts once"
        self.run_terminal('top-up', '20.00')
        self.server.lost = 3
        self.check_said(
            self.run_terminal('pay', '1'), WAITING, "NOT YET PAID")
        self.assertEqual(self.balances(LEA), {'OWN': '16.50'})
        self.check_said(
            self.run_terminal('status'), DONE, "waits for an answer (pay)")
        facts = self.facts()
        self.check_said(
            self.run_terminal('flush'), DONE,
            "PAID 3.50", "OWN: -3.50, 16.50 left")
        self.check_said(self.run_terminal('flush'), DONE, "Nothing waits")
        self.assertEqual(self.facts(), facts)
        self.empty(LEA)

    def test_given_up(self):
        "A payment that was given up, but recorded, is cancelled"
        self.run_terminal('top-up', '20.00')
        self.server.lost = 3
        self.run_terminal('pay', '1')
        self.assertEqual(self.balances(LEA), {'OWN': '16.50'})
        _, said = self.run_terminal('status')
        uuid = said.splitlines()[1].split()[0]
        self.check_said(
            self.run_terminal('give-up', uuid[:8]), DONE, "do not serve it")
        self.check_said(
            self.run_terminal('flush'), DONE, f"{uuid} had been recorded")
        self.assertEqual(self.balances(LEA), {'OWN': '20.00'})
        self.empty(LEA)

    def test_no_server(self):
        "Without the server nothing is sold"
        facts = self.facts()
        self.configure(1)
        self.check_said(
            self.run_terminal('pay', '1'), WAITING, "does not answer")
        self.configure(self.server.port)
        self.check_said(self.run_terminal('flush'), DONE, "Nothing waits")
        self.assertEqual(self.facts(), facts)

    def test_refused(self):
        "What the server refuses is said, and nothing waits"
        facts = self.facts()
        for arguments, card, returned, text in [
                (['read'], 'EE999999', REFUSED, "(card_unknown)"),
                (['pay', '1'], TOM, REFUSED, "(insufficient)"),
                (['pay', '0'], TOM, USAGE, '"0" is no article'),
                (['pay'], TOM, USAGE, "Name what is sold"),
                (['top-up', '5.005'], TOM, USAGE, "is no amount"),
                (['top-up', '5', 'gold'], TOM, USAGE, '"gold"'),
                (['pair', 'AAAA-AAAA-AAAA'], TOM, USAGE, "is paired already"),
                (['give-up', 'x'], TOM, USAGE, 'begins with "x"'),
                ]:
            with self.subTest(arguments=arguments):
                self.configure(self.server.port, card)
                self.check_said(
                    self.run_terminal(*arguments), returned, text)
        self.act(self.revoke)
        self.check_said(
            self.run_terminal('pay', '1'), REFUSED, "(device_revoked)")
        self.check_said(self.run_terminal('status'), DONE, "Nothing waits")
        self.assertEqual(self.facts(), facts)

    def test_wrong_key(self):
        path = self.folder / 'kept' / keys.NAME
        found = json.loads(path.read_text())
        path.write_text(json.dumps({**found, 'key': found['key'][:-2]}))
        self.check_said(
            self.run_terminal('screen'), REFUSED, "(device_key)")
