"""Each model, route and configuration key is described once, in the
documentation of its module."""
import ast
import re

import pytest

from tests.sources import model_names, python_files, registered, tree
from tools.content import MODULES, names
from tools.steps import ROOT

PAGES = ['index.rst', 'design.rst', 'usage.rst']
LABEL = re.compile(r'^\.\. _model-([^:]+):$', re.M)
# Sections of the configuration that the platform describes itself.
PLATFORM = {
    'attachment', 'bus', 'cache', 'database', 'email', 'html', 'password',
    'queue', 'report', 'request', 'session', 'ssl', 'web'}


def _text(module):
    return '\n'.join(
        path.read_text() for path in sorted(
            (MODULES / module / 'doc').glob('*.rst')))


@pytest.mark.parametrize('module', names())
def test_pages(module):
    missing = [
        page for page in PAGES
        if not (MODULES / module / 'doc' / page).exists()]
    assert missing == []


@pytest.mark.parametrize('module', names())
def test_models(module):
    labels = LABEL.findall(_text(module))
    assert len(labels) == len(set(labels)), "a model is described once"
    models = {
        name for path, class_ in registered(module, 'model')
        if (name := model_names(path).get(class_, '')).startswith(
            'tibillet.')}
    described = {
        # An extension is described where the model comes from.
        label for other in names() for label in LABEL.findall(_text(other))}
    assert models - described == set(), "models without a section"
    assert {
        label for label in labels if label.startswith('tibillet.')} <= {
            name for other in names()
            for path in python_files(MODULES / other)
            for name in model_names(path).values()}, (
                "sections without a model")


def _routes(path):
    for node in ast.walk(tree(path)):
        if (isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == 'route' and node.args
                and isinstance(node.args[0], ast.Constant)):
            yield node.args[0].value


@pytest.mark.parametrize('module', names())
def test_routes(module):
    text = _text(module)
    missing = [
        route for path in python_files(MODULES / module)
        for route in _routes(path) if route not in text]
    assert missing == []


def _keys(path):
    for node in ast.walk(tree(path)):
        if (isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {'get', 'getint', 'getboolean',
                    'getfloat', 'has_option'}
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == 'config'
                and len(node.args) >= 2
                and all(isinstance(a, ast.Constant)
                    for a in node.args[:2])):
            yield tuple(a.value for a in node.args[:2])


@pytest.mark.parametrize('module', names())
def test_configuration_keys(module):
    text = _text(module)
    missing = [
        f'[{section}] {key}' for path in python_files(MODULES / module)
        for section, key in _keys(path)
        if section not in PLATFORM and not (
            f'[{section}]' in text and re.search(
                rf'\b{re.escape(key)}\b', text))]
    assert missing == []


def test_local_links_of_markdown_exist():
    wrong = []
    for page in [*ROOT.glob('*.md'), *(ROOT / 'doc').rglob('*.md')]:
        for target in re.findall(r'\]\(([^)#\s]+)', page.read_text()):
            if '://' not in target and not target.startswith('mailto:'):
                if not (page.parent / target).exists():
                    wrong.append(f'{page.relative_to(ROOT)}: {target}')
    assert wrong == []


def test_commands_named_by_the_readme_exist():
    targets = set(re.findall(
            r'^([a-z0-9-]+):', (ROOT / 'Makefile').read_text(), re.M))
    for page in ['README.md', 'CONTRIBUTING.md']:
        path = ROOT / page
        named = set(re.findall(r'\bmake ([a-z][a-z0-9-]*)`?',
                ' '.join(re.findall(r'`(make [^`]*)`', path.read_text()))))
        assert named <= targets, page
