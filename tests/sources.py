"""The sources of the house, as the house rules read them."""
import ast
import configparser
import functools
import sys

from tools.content import MODULES
from tools.steps import ROOT

# From the cellar up: a floor names only what stands before it.
FLOORS = [
    'tibillet', 'tibillet_base', 'tibillet_event', 'tibillet_membership',
    'tibillet_cashless', 'tibillet_equipment', 'tibillet_federation']
# What stands beside the modules, and that none of them may name.
OUTSIDE = {'bench', 'demo', 'terminal', 'tests', 'tools'}


def is_test(path):
    return 'tests' in path.relative_to(ROOT).parts


def python_files(folder, tests=False):
    return [
        path for path in sorted(folder.rglob('*.py'))
        if tests or not is_test(path)]


@functools.cache
def tree(path):
    return ast.parse(path.read_text(), str(path))


@functools.cache
def imports(path):
    """Return the dotted names that a file imports

    Relative ones become absolute, as in tibillet_event.schedule.
    """
    package = path.relative_to(MODULES).parts[:-1] if (
        MODULES in path.parents) else ()
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[:len(package) - node.level + 1]) if (
                node.level) else []
            if node.module:
                base.append(node.module)
                found.add('.'.join(base))
            if base[:1] and base[0] in FLOORS or node.level:
                # "from . import x" may name a file of the package.
                found.update(
                    '.'.join([*base, alias.name]) for alias in node.names)
    return frozenset(found)


def is_standard(name):
    return name.split('.')[0] in sys.stdlib_module_names


def own_file(name):
    "Return the file of a dotted name of ours, None if it names no file"
    parts = name.split('.')
    if parts[0] not in FLOORS:
        return None
    path = MODULES.joinpath(*parts)
    for candidate in [path.with_suffix('.py'), path / '__init__.py']:
        if candidate.exists():
            return candidate
    return None


def needs_platform(path, seen=frozenset()):
    "Tell whether a file imports trytond, itself or through one of ours"
    if path in seen:
        return False
    seen = seen | {path}
    for name in imports(path):
        if name.split('.')[0] in {'trytond', 'proteus'}:
            return True
        below = own_file(name)
        if below and below.name != '__init__.py' and needs_platform(
                below, seen):
            return True
    return False


def manifest(module):
    "Return the tryton.cfg of a module"
    parser = configparser.ConfigParser(delimiters=[':', '='])
    parser.read(MODULES / module / 'tryton.cfg')
    return parser


def registered(module, kind):
    "Yield (file, class) of what a module registers"
    config = manifest(module)
    for section in config.sections():
        if section.split()[0] != 'register':
            continue
        for name in config.get(section, kind, fallback='').split():
            file, _, class_ = name.rpartition('.')
            yield MODULES / module / f'{file}.py', class_


@functools.cache
def model_names(path):
    "Return {class: __name__} of a file"
    found = {}
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            if (isinstance(line, ast.Assign)
                    and isinstance(line.value, ast.Constant)
                    and any(isinstance(t, ast.Name) and t.id == '__name__'
                        for t in line.targets)):
                found[node.name] = line.value.value
    return found
