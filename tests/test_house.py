"""The rules of the house that a reviewer need not look for."""
import ast
import json
import re
import xml.etree.ElementTree as etree
from collections import defaultdict

import pytest

from tests.sources import FLOORS, is_test, python_files
from tools import lint
from tools.content import MODULES, names
from tools.steps import ROOT

LINES_MAX = 500
ROOMS = ['modules', 'demo', 'bench', 'terminal', 'tools', 'tests']
# (what, pattern): never in the code of the modules nor beside it.
NEVER = [
    ("an error without a name", r'raise UserError\('),
    ("a swallowed error", r'except[^\n]*:\s*\n\s*(pass|\.\.\.)\s*\n'),
    ("unfinished work", r'\b(TODO|FIXME|XXX|NotImplementedError)\b'),
    ("the old way to register", r'^def register\('),
    ]
# Seconds may be floats; amounts, quantities and gauges are Decimal.
NO_FLOAT = ("a float", r'\bfloat\(')
# (what, pattern): never in any file. Written so as not to find themselves.
NOWHERE = [
    ("a path of one machine", r'(?<![\w.$}])/(?:work|root)/\w'),
    ("a path of one machine", r'(?<![\w.$}])/(?:tmp|home)/\w'),
    ("a registry's address", r'pypi\.' r'org|python' r'hosted|npm' r'js\.org'),
    ]


def _python():
    return [
        path for room in ROOMS
        for path in python_files(ROOT / room, tests=True)]


def _where(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize('path', _python(), ids=_where)
def test_one_concept_a_file(path):
    lines = path.read_text().count('\n')
    assert lines <= LINES_MAX, "a second concept is hiding in it"


@pytest.mark.parametrize(
    'path', [p for p in _python() if not is_test(p)], ids=_where)
def test_never(path):
    text = path.read_text()
    rules = list(NEVER)
    if 'tools' not in path.relative_to(ROOT).parts:
        rules.append(NO_FLOAT)
    assert [
        what for what, pattern in rules if re.search(pattern, text, re.M)
        ] == []


def test_nowhere():
    wrong = []
    for path in lint.files():
        if path.name == 'LICENSE':
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for what, pattern in NOWHERE:
                if re.search(pattern, line):
                    wrong.append(f'{_where(path)}:{number}: {what}')
    assert wrong == []


def test_no_test_is_left_out():
    "Only what a machine may lack is skipped, in tests/asked.py"
    pattern = re.compile(r'pytest\.mark\.(skip|xfail)|unittest\.skip|'
        r'pytest\.(skip|xfail)\(|\.skipTest\(')
    wrong = [
        _where(path) for path in _python()
        if is_test(path) and path.name not in {'asked.py', 'test_house.py'}
        and pattern.search(path.read_text())]
    assert wrong == []


def test_no_test_without_assertion():
    "A test that holds no assertion cannot fail"
    def holds(node):
        for inner in ast.walk(node):
            if isinstance(inner, ast.Assert):
                return True
            if isinstance(inner, ast.Call):
                name = getattr(
                    inner.func, 'attr', getattr(inner.func, 'id', ''))
                if re.match(
                        r'_*(assert|check|fail|raises|refuse|expect)', name):
                    return True
        return False

    wrong = []
    for path in _python():
        if not path.name.startswith('test_'):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if (isinstance(node, ast.FunctionDef)
                    and node.name.startswith('test_') and not holds(node)):
                wrong.append(f'{_where(path)}:{node.lineno}: {node.name}')
    assert wrong == []


@pytest.mark.parametrize('module', names())
def test_furniture_of_a_module(module):
    folder = MODULES / module
    for name in [
            'pyproject.toml', 'tryton.cfg', 'message.xml', '__init__.py',
            'tests/test_module.py', 'locale/fr.po', 'doc/index.rst']:
        assert (folder / name).exists(), name


@pytest.mark.parametrize('floor', FLOORS)
def test_distributions(floor):
    text = (MODULES / floor / 'pyproject.toml').read_text()
    assert "AGPL-3.0-or-later" in text
    requirements = (ROOT / 'requirements.txt').read_text().splitlines()
    assert f'-e modules/{floor}' in requirements


def test_everything_is_pinned():
    pinned = set()
    for line in (ROOT / 'constraints.txt').read_text().splitlines():
        assert re.fullmatch(r'[a-z0-9-]+==[\w.+]+', line), line
        pinned.add(line.split('==')[0])
    for file in ROOT.glob('requirements*.txt'):
        for line in file.read_text().splitlines():
            if line and not line.startswith(('#', '-')):
                name = re.match(r'[\w-]+', line).group()
                assert name.lower().replace('_', '-') in pinned, line


def test_web_client_is_pinned_without_addresses():
    folder = ROOT / 'config' / 'webclient'
    wanted = json.loads((folder / 'package.json').read_text())
    locked = json.loads((folder / 'package-lock.json').read_text())
    assert locked['packages']['']['dependencies'] == wanted['dependencies']
    for name, package in locked['packages'].items():
        assert 'resolved' not in package, name
        assert not name or package['integrity'].startswith('sha512-'), name


@pytest.mark.parametrize('name', ['start.py', 'python.py'])
def test_old_pythons_understand_the_entry(name):
    "They must be able to say that they are too old"
    tree = ast.parse((ROOT / 'tools' / name).read_text())
    for node in ast.walk(tree):
        assert not isinstance(node, (
                ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal,
                ast.AsyncFunctionDef, ast.Await, ast.YieldFrom,
                ast.Match)), node.lineno
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            assert not arguments.kwonlyargs and not arguments.posonlyargs
            assert not node.returns
        if isinstance(node, ast.Raise):
            assert not node.cause


@pytest.mark.parametrize(
    'path', sorted(MODULES.glob('*/view/*.xml')), ids=_where)
def test_view_attributes(path):
    # A client reads statements as JSON, which view_attributes() makes of
    # them; written here they leave the whole list empty.
    assert [
        value for element in etree.parse(path).iter()
        for value in element.attrib.values()
        if re.search(r'\b(Eval|If|Bool)\(', value)] == []


@pytest.mark.parametrize('module', FLOORS)
def test_names(module):
    "A record is not named by a date that no reader of its language writes"
    assert [
        f'{_where(path)}: {text}'
        for path in python_files(MODULES / module, tests=False)
        for text in re.findall(
            r"f'[^'\n]*\{self\.[\w.]*date\}[^'\n]*'",
            path.read_text())] == []


@pytest.mark.parametrize('module', FLOORS)
def test_columns(module):
    "The web client has a column for a date and one for a time, not for both"
    sources = '\n'.join(
        p.read_text() for p in python_files(MODULES / module, tests=False))
    types = defaultdict(set)
    for name, type_ in re.findall(
            r'^    (\w+) = fields\.(\w+)\(', sources, re.M):
        types[name].add(type_)
    # A name that another model of the module uses for a date is not judged.
    instants = {
        name for name, found in types.items()
        if found <= {'DateTime', 'Timestamp'}}
    wrong = []
    for path in sorted((MODULES / module).glob('view/*.xml')):
        root = etree.parse(path).getroot()
        if root.tag == 'tree':
            wrong += [
                f"{path.name}: {field.get('name')}"
                for field in root.iter('field')
                if field.get('name') in instants
                and not field.get('widget')]
    assert wrong == []


@pytest.mark.parametrize(
    'path', sorted(MODULES.glob('*/view/*.xml')), ids=_where)
def test_headings(path):
    "The time beside a date has a heading of its own"
    root = etree.parse(path).getroot()
    headings = defaultdict(set)
    if root.tag in {'tree', 'data'}:
        for field in root.iter('field'):
            if field.get('widget') in {'date', 'time'}:
                name, heading = field.get('name'), field.get('string')
                assert heading not in headings[name], name
                headings[name].add(heading)
