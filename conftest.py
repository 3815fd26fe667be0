"""How pytest runs this house.

Databases are cached by content (tests/layered.py), and scenarios, which
pytest would silently leave out, are collected as tests of their own.
"""
import gc
import os
import pathlib
import unittest

import hypothesis
import pytest

ROOT = pathlib.Path(__file__).resolve().parent

os.environ.setdefault('TRYTOND_CONFIG', str(ROOT / 'config' / 'test.conf'))
if not os.environ.get('DB_CACHE'):
    os.environ['DB_CACHE'] = str(ROOT / '.cache' / 'databases')
# Files of the records go there, not in the home of who tests.
os.environ.setdefault(
    'TRYTOND_DATABASE__PATH', str(ROOT / '.run' / 'test-files'))
os.environ.setdefault('LAYERED_LOCKS', str(ROOT / '.cache' / 'locks'))
os.environ.setdefault('TEST_NETWORK', '0')
if ('PYTEST_XDIST_WORKER' in os.environ
        and os.environ.get('DB_NAME', ':memory:') != ':memory:'):
    # Each process tests on a database of its own.
    os.environ['DB_NAME'] += '_' + os.environ['PYTEST_XDIST_WORKER']

# Models make a million objects that stay: looking through them for what may
# be thrown away, each time seven hundred more are made, takes a tenth.
gc.set_threshold(50_000, 20, 20)

# How long a machine takes to find examples says nothing of ours. The same
# sources are tested with the same examples; `--hypothesis-profile=search`
# looks for others.
PATIENT = {
    'deadline': None,
    'suppress_health_check': [hypothesis.HealthCheck.too_slow],
    }
hypothesis.settings.register_profile('house', derandomize=True, **PATIENT)
hypothesis.settings.register_profile('search', max_examples=1000, **PATIENT)
hypothesis.settings.load_profile('house')

pytest_plugins = ['tests.postgresql.server', 'tests.e2e.site']


def pytest_configure(config):
    # After the plugin: importing trytond settles which database it uses.
    from tests import layered
    layered.install()


def pytest_itemcollected(item):
    # The platform's tests make 80 000 parts: telling of each that it went
    # well takes longer than the tests, so that only failures are told.
    if tell := getattr(item, 'addSubTest', None):
        def tell_failure(case, part, error):
            if error is not None:
                tell(case, part, error)
        item.addSubTest = tell_failure


def pytest_collect_file(file_path, parent):
    if (file_path.suffix == '.rst'
            and file_path.name.startswith('scenario_')):
        return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):

    def collect(self):
        from trytond.tests.test_tryton import load_doc_tests
        loader = unittest.TestLoader()
        loader.testNamePatterns = [self.path.name]
        package = '.'.join(self.path.parent.relative_to(
                ROOT / 'modules' if 'modules' in self.path.parts
                else ROOT).parts)
        suite = load_doc_tests(
            package, str(self.path), loader, unittest.TestSuite(), None)
        for index, case in enumerate(suite):
            yield Scenario.from_parent(
                self, name=f'{self.path.stem}[{index}]', case=case)


class Scenario(pytest.Item):

    def __init__(self, *, case, **kwargs):
        super().__init__(**kwargs)
        self.case = case

    def runtest(self):
        result = unittest.TestResult()
        self.case.run(result)
        texts = [text for _, text in result.errors + result.failures]
        if texts:
            raise ScenarioError('\n'.join(texts))

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, ScenarioError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, self.name


class ScenarioError(Exception):
    pass
