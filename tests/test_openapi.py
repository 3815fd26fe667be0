"""What doc/openapi.yaml says is what the routes do.

Every route is described; schemathesis then makes up requests of every kind,
also such as no client should send, and looks at the answers.
"""
import re
import uuid
from pathlib import Path

import hypothesis
import schemathesis
import yaml
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance, negative_data_rejection,
    response_schema_conformance, status_code_conformance)
from tibillet_base.tests.till_records import make_products, pair
from tibillet_cashless.tests.till_cards import LEA, TOM, CardTillMixin
from tibillet_event import place_writer
from tibillet_event.tests.records import create_sale, utc
from tibillet_event.tests.ticket_records import TicketMixin

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase
from trytond.wsgi import app

ROOT = Path(__file__).parents[1]
DESCRIBED = ROOT / 'doc' / 'openapi.yaml'
EXAMPLES = 25
# What is described elsewhere: the agenda by the formats that it has.
ELSEWHERE = re.compile(r'/tibillet(/?|/<path:path>|/agenda[./].*)')
END = utc('2099-07-01')
# What a server is asked with, by the name of its schema.
KNOWN = {
    'Card': [LEA, TOM],
    'AskedNumber': ['3.50', 20],
    'AskedInstant': ['2099-07-10T18:00:00Z'],
    'MaybeText': ["Léa", None],
    'Email': ['lea@example.org'],
    'Phone': ['06 12 34 56 78'],
    'Quantity': [1],
    }
# A manager reads a code out, and makes an offer.
NEEDS_PEOPLE = {'/tibillet/v1/pair', '/tibillet/v1/till/waiting/accept'}
CHECKS = [
    content_type_conformance, negative_data_rejection, not_a_server_error,
    response_schema_conformance, status_code_conformance]


def load():
    return yaml.safe_load(DESCRIBED.read_text())


def test_routes():
    "Every route for machines is described, and no other"
    found = {
        rule.rule.removeprefix('/<database_name>')
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith('/<database_name>/tibillet')
        and '.tests.' not in rule.endpoint.__module__}
    assert load()['paths'].keys() == {
        path for path in found if not ELSEWHERE.fullmatch(path)}


def test_operations():
    "Each has a name of its own, and says what it is for"
    operations = [
        operation for path in load()['paths'].values()
        for operation in path.values()]
    names = [operation['operationId'] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation['summary'] for operation in operations)
    tags = {tag['name'] for tag in load()['tags']}
    assert {tag for o in operations for tag in o['tags']} == tags


class OpenAPITestCase(CardTillMixin, TicketMixin, RouteTestCase):
    "A bar that takes cards and sells tickets, and a gate"
    extras = ['tibillet_event']
    setups = CardTillMixin.setups
    made = {}

    def make(self):
        made = super().make()
        self.company = self.get_company()
        with set_company(self.company):
            self.product, = make_products('0.2')
            self.product.template.type = 'service'
            self.product.template.save()
            self.performance = create_sale(50)
            full = create_sale(1)
            self.set_configuration()
            tariff = self.make_tariff("Full", '20.00')
            Ticket = Pool().get('tibillet.ticket')
            self.till = Pool().get('sale.point')(made['point'])
            self.cash = Pool().get('sale.point.payment.method')(made['cash'])
            order = self.sell('order', self.item(3, tariff), paid='60')
            place_writer.hold(
                full.id, None, 1, str(uuid.uuid4()), END, sell_now=True)
            return {
                **made,
                'door': self.make_door(),
                'known': {
                    **KNOWN,
                    'MethodId': [made['cash']],
                    'MoneyId': [made['own'], made['fed']],
                    'TariffId': [tariff.id],
                    'PerformanceUuid': [self.performance.uuid, full.uuid],
                    'EntryId': [self.wait(full)],
                    'LongText': [
                        t.code for t in Ticket.browse(
                            [t.id for t in order.tickets])],
                    'Lines': [[{
                                'product': made['beer'],
                                'quantity': 1,
                                'price': '3.50',
                                }]],
                    'Payments': [
                        [{'method': made['cash'], 'amount': amount}]
                        for amount in ['3.50', '20.00']] + [[]],
                    'Items': [[{
                                'performance': self.performance.uuid,
                                'tariff': tariff.id,
                                'quantity': 1,
                                }]],
                    },
                }

    def wait(self, performance):
        Waiting = Pool().get('tibillet.waiting')
        entry, = Waiting.create([{
                    'performance': performance.id,
                    'quantity': 1,
                    'email': 'tom@example.org',
                    }])
        return entry.id

    def make_door(self):
        pool = Pool()
        Gate = pool.get('tibillet.gate')
        gate, = Gate.create([{
                    'name': "North",
                    'venue': self.performance.venue.id,
                    }])
        return pair("Door", kind='door', gate=gate.id)

    def describe(self, known=None):
        """Return what is described, for this server

        known: what there is of it, by the name of its schema.
        """
        described = load()
        described['servers'] = [{'url': f'http://localhost/{DB_NAME}'}]
        schemas = described['components']['schemas']
        for name, values in (known or {}).items():
            schemas[name] = {'enum': values}
        schema = schemathesis.openapi.from_dict(described)
        schema.app = app
        for result in schema.get_all_operations():
            yield result.ok()

    def get_headers(self, operation):
        key = self.door if 'door' in operation.tags else self.key
        return {'Authorization': f'Bearer {key}'}

    def test_done(self):
        "What is asked as it is described is done, and answered so"
        known = {name: values[0] for name, values in self.known.items()}
        sold, top_up, waited = (str(uuid.uuid4()) for _ in range(3))
        money = {'card': LEA, 'money': known['MoneyId']}
        performance = {'performance': known['PerformanceUuid']}
        payment, price = known['Payments'], {'amount': '3.50'}
        scan = {
            **performance, 'nonce': 'one', 'kind': 'entry',
            'at': known['AskedInstant'], 'code': known['LongText']}
        bodies = {
            '/till/screen': None,
            '/till/sale': {
                'uuid': waited, 'lines': known['Lines'], 'payments': payment},
            '/till/top-up': {
                'uuid': top_up, **money, **price, 'payments': payment},
            '/till/card': {'card': LEA},
            '/till/pay': {'uuid': sold, 'card': LEA, 'lines': known['Lines']},
            '/till/cancel': {'uuid': str(uuid.uuid4()), 'sale': sold},
            '/till/redeem': {
                'uuid': str(uuid.uuid4()), **money, **price,
                'method': known['MethodId']},
            '/till/programme': None,
            '/till/seats': {**performance, 'quantity': 1},
            '/till/tickets': {
                'uuid': str(uuid.uuid4()), 'items': known['Items'],
                'payments': self.known['Payments'][1]},
            '/till/waiting': {
                'performance': self.known['PerformanceUuid'][1],
                'quantity': 1, 'email': 'ines@example.org'},
            '/till/waiting/look': {'entry': known['EntryId']},
            '/till/waiting/refuse': {'entry': known['EntryId']},
            '/door/list': performance,
            '/door/search': {**performance, 'text': 'T0000'},
            '/door/scan': scan,
            '/door/upload': {'scans': [
                    {**scan, 'nonce': 'two', 'result': 'valid'}]},
            }
        operations = {o.path: o for o in self.describe()}
        for path, body in bodies.items():
            operation = operations.pop(f'/tibillet/v1{path}')
            case = operation.Case(**(
                    {'body': body, 'media_type': 'application/json'}
                    if body is not None else {}))
            with self.subTest(path):
                answer = case.call_and_validate(
                    headers=self.get_headers(operation), checks=CHECKS)
                self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(operations.keys(), NEEDS_PEOPLE)

    def ask(self, operation, mode):
        "Make up requests of one operation, return the codes of the answers"
        headers = self.get_headers(operation)

        @hypothesis.settings(max_examples=EXAMPLES)
        @hypothesis.given(operation.as_strategy(mode))
        def check(case):
            answer = case.call_and_validate(headers=headers, checks=CHECKS)
            found.add(answer.json()['code'])

        found = set()
        with self.subTest(operation.label, mode=mode.value):
            check()
        return found

    def test_lawful(self):
        "What may be asked is done, or refused as it is described"
        told = ''.join(
            path.read_text() for path in ROOT.glob('modules/*/doc/*.rst'))
        for operation in self.describe(self.known):
            found = self.ask(operation, GenerationMode.POSITIVE)
            with self.subTest(operation.label):
                for code in found:
                    self.assertRegex(told, rf'\b{code}\b')

    def test_unlawful(self):
        "What may not be asked is refused, by a sentence and without a fault"
        for operation in self.describe():
            found = self.ask(operation, GenerationMode.NEGATIVE)
            with self.subTest(operation.label):
                self.assertTrue({'request_data', 'device_key'} & found)


del CardTillMixin, TicketMixin
