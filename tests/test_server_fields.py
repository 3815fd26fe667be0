"""What only the server fills in, no login sends: at any depth, in any way.

On a database with all our modules, each field of each model is sent as a
client does, through HTTP.
"""
import re

from tibillet_base.fact import FactMixin
from tibillet_base.server_fields import IGNORED, ServerFieldGuard

from trytond.model import ModelSQL, ModelStorage
from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from tests.called import CalledTestCase

LOGINS = ['accountant', 'administrator']
REFUSED = 'Only the server fills in'
DEPTH = 3
# What is called like this tells what has happened, or who has done it.
TELLING = re.compile(
    r'state|number|uuid|hash|signature|link|user|counter|.*_(hash|by|at|on)')
# What is called so and typed by people.
TYPED = {
    ('tibillet.assembly', 'convened_on'),
    ('tibillet.card', 'number'),
    ('tibillet.card.batch', 'received_on'),
    ('tibillet.convention.question', 'answered_by'),
    ('tibillet.convention.version.article', 'number'),
    ('tibillet.licence', 'number'),
    ('tibillet.membership.period', 'paid_on'),
    ('tibillet.pass', 'number'),
    ('tibillet.promotion', 'number'),
    ('tibillet.share.capital', 'revision_on'),
    ('tibillet.tariff', 'number'),
    }


def get_models():
    "Return the models that a client may write, by name"
    return {
        name: Model for name, Model in Pool().iterobject()
        if issubclass(Model, ModelSQL) and 'create' in Model.__rpc__
        and not Model._is_table_query()}


def get_paths(Model, depth=DEPTH, seen=()):
    "Yield the names of the lists that lead to other models, and these"
    if not depth:
        return
    for name, field in sorted(Model._fields.items()):
        if field._type != 'one2many' or name in Model._server_names:
            continue
        Target = field.get_target()
        if Target.__name__ in seen or not issubclass(Target, ModelStorage):
            continue
        yield [name], Target
        for names, Below in get_paths(
                Target, depth - 1, (*seen, Target.__name__)):
            yield [name, *names], Below


def nest(names, values, action='create'):
    "Return the values that send those of the innermost list"
    name, *below = names
    if below:
        return {name: [['create', [nest(below, values, action)]]]}
    commands = {
        'create': ['create', [values]],
        'write': ['write', [], values],
        'copy': ['copy', [], values],
        }
    return {name: [commands[action]]}


class ServerFieldsTestCase(CalledTestCase):

    @with_transaction()
    def find_fields(self):
        return [
            (model, name) for model, Model in sorted(get_models().items())
            for name in sorted(Model._server_names)
            # The list that holds the record fills it in.
            if not Model._is_parent(name)]

    @with_transaction()
    def find_nested(self):
        "Return the model, the values and what they send, for each list"
        found = []
        for model, Model in sorted(get_models().items()):
            for names, Target in get_paths(Model, seen=(model,)):
                sent = sorted(
                    name for name in Target._server_names
                    if not Target._is_parent(name))
                for action in ['create', 'write', 'copy']:
                    found.extend(
                        (model, nest(names, {name: None}, action))
                        for name in sent[:1])
        return found

    def assertServer(self, answer):
        self.assertIsNotNone(answer)
        self.assertIn(REFUSED, str(answer.get('error')))

    def test_every_field(self):
        "Each field is refused when it is there at all"
        found = self.find_fields()
        # Not only that nothing was found.
        self.assertIn(('tibillet.convention.statement', 'content'), found)
        self.assertIn(('sale.point.sale', 'signature'), found)
        for login in LOGINS:
            for model, name in found:
                for method, params in [
                        ('create', [[{name: None}]]),
                        ('copy', [[], {name: None}]),
                        ]:
                    with self.subTest(
                            login=login, model=model, name=name,
                            method=method):
                        self.assertServer(self.call(
                                login, f'model.{model}.{method}', *params))

    @with_transaction()
    def test_every_model(self):
        "The mixin is laid over every model that stores"
        for name, Model in Pool().iterobject():
            if issubclass(Model, ModelStorage):
                with self.subTest(model=name):
                    self.assertTrue(issubclass(Model, ServerFieldGuard))

    def test_every_depth(self):
        "Each list of a record is looked into, before anything is written"
        found = self.find_nested()
        self.assertGreater(len(found), 100)
        for login in LOGINS:
            for model, values in found:
                with self.subTest(login=login, model=model, values=values):
                    self.assertServer(self.call(
                            login, f'model.{model}.create', [values]))

    @with_transaction()
    def test_telling(self):
        "What tells what has happened is the server's, or is typed on purpose"
        found = {
            (model, name) for model, Model in get_models().items()
            if model.startswith('tibillet.')
            and not issubclass(Model, FactMixin)
            and not Model._is_table_query()
            for name in Model._fields.keys() - Model._server_names - IGNORED
            if TELLING.fullmatch(name)}
        self.assertEqual(found, TYPED)


del CalledTestCase
