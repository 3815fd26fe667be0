"""Who may name whom: a floor stands only on those before it."""
import ast
import re

import pytest

from tests.sources import (
    FLOORS, OUTSIDE, imports, is_standard, manifest, needs_platform, own_file,
    python_files, tree)
from tools.content import MODULES, names
from tools.steps import ROOT

TERMINAL = ROOT / 'terminal'
# What readers of cards are asked through, by file.
READERS = {'contactless.py': {'nfc'}}
# Files whose name promises arithmetic without a database.
ARITHMETIC = {
    'capacity.py', 'carry.py', 'clauses.py', 'demurrage.py', 'netting.py',
    'order.py', 'revenue.py', 'schedule.py'}


def test_every_module_has_its_floor():
    assert set(names()) | {'tibillet'} == set(FLOORS)


@pytest.mark.parametrize('floor', FLOORS)
def test_imports_go_down(floor):
    allowed = set(FLOORS[:FLOORS.index(floor) + 1])
    wrong = [
        f'{path.relative_to(MODULES)}: {name}'
        for path in python_files(MODULES / floor, tests=True)
        for name in sorted(imports(path))
        if name.split('.')[0] in (set(FLOORS) - allowed) | OUTSIDE]
    assert wrong == []


@pytest.mark.parametrize('module', names())
def test_dependencies_go_down(module):
    config = manifest(module)
    named = set(config['tryton']['depends'].split())
    named |= set(config['tryton'].get('extras_depend', '').split())
    for section in config.sections():
        named |= set(section.split()[1:])
    above = set(FLOORS[FLOORS.index(module):])
    assert named & above == set()


@pytest.mark.parametrize('floor', FLOORS[1:])
def test_names_go_down(floor):
    "No message, model or record of a higher floor is named by a string"
    higher = FLOORS[FLOORS.index(floor) + 1:]
    if not higher:
        assert floor == FLOORS[-1]
        return
    pattern = re.compile(rf'\b({"|".join(higher)})\.')
    wrong = []
    for path in sorted((MODULES / floor).rglob('*')):
        if path.suffix not in {'.py', '.xml', '.cfg'} or (
                'tests' in path.parts):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if pattern.search(line):
                wrong.append(f'{path.relative_to(MODULES)}:{number}')
    assert wrong == []


@pytest.mark.parametrize(
    'path', python_files(MODULES / 'tibillet'), ids=lambda p: p.name)
def test_cellar_stands_alone(path):
    others = {
        name.split('.')[0] for name in imports(path)
        if not is_standard(name) and name.split('.')[0] != 'tibillet'}
    assert 'trytond' not in others
    assert len(others) <= 1, "one well-kept library at most"


@pytest.mark.parametrize('module', names())
def test_leaves_stand_alone(module):
    "A leaf names no other module, and one library at most"
    leaves = [
        path for path in python_files(MODULES / module)
        if path.name != '__init__.py' and not needs_platform(path)]
    assert leaves
    for path in leaves:
        libraries = {
            name.split('.')[0] for name in imports(path)
            if not is_standard(name)} - {'tibillet', module}
        assert not libraries & set(FLOORS), path
        assert len(libraries) <= 1, path


def test_arithmetic_is_a_leaf():
    wrong = [
        str(path.relative_to(MODULES))
        for module in names() for path in python_files(MODULES / module)
        if path.name in ARITHMETIC and needs_platform(path)]
    assert wrong == []


@pytest.mark.parametrize(
    'path', python_files(TERMINAL),
    ids=lambda p: str(p.relative_to(TERMINAL)))
def test_terminal_stands_alone(path):
    "A terminal has the cellar, and a reader one library of its own"
    others = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            others.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            others.add(node.module)
    assert {
        name.split('.')[0] for name in others if not is_standard(name)
        } <= {'tibillet', *READERS.get(path.name, [])}


def test_imports_of_ours_exist():
    wrong = [
        f'{path.relative_to(MODULES)}: {name}'
        for floor in FLOORS
        for path in python_files(MODULES / floor, tests=True)
        for name in imports(path)
        if name.split('.')[0] in FLOORS and not own_file(name)
        and not own_file(name.rpartition('.')[0])]
    assert wrong == []


def test_a_known_sinner_is_found(tmp_path, monkeypatch):
    "The rules see a file that breaks them"
    from tests import sources
    monkeypatch.setattr(sources, 'MODULES', tmp_path)
    folder = tmp_path / 'tibillet_event'
    folder.mkdir()
    path = folder / 'schedule.py'
    path.write_text(
        'import trytond.pool\nfrom tibillet_cashless import card\n'
        'from . import event\n')
    assert imports(path) >= {
        'trytond.pool', 'tibillet_cashless', 'tibillet_cashless.card',
        'tibillet_event.event'}
    assert needs_platform(path)
