"""What each login can reach, written down.

    python -m tests.hardening           compare with tests/allowed/
    python -m tests.hardening --write   write tests/allowed/ anew

One file a group, and one for a user without any, each line a thing that the
login may do on a database with all our modules:

    model <name> <rights>    r(ead), w(rite), c(reate), d(elete)
    wizard <name>
    report <name>
    button <model> <name>
    call <model> <method>    beside those every readable model has

Read the difference of these files as carefully as code: each new line is a
door that was opened.
"""
import contextlib
import difflib
import os
import pathlib
import sys

from tools import content

ROOT = pathlib.Path(__file__).resolve().parent.parent
ALLOWED = ROOT / 'tests' / 'allowed'
NOBODY = 'nobody'
RIGHTS = ['read', 'write', 'create', 'delete']


def modules():
    "Return the names of all modules: ours and those that they know of"
    from . import layered
    names = set(content.names())
    for name in content.names():
        names.update(
            layered._config(name).get('extras_depend', '').split())
    return sorted(layered.closure(names))


def logins():
    "Return xml ids by the name of the list of each login"
    from trytond.pool import Pool
    ModelData = Pool().get('ir.model.data')
    groups = ModelData.search([
            ('model', '=', 'res.group'),
            ('module', 'in', [
                    m for m in modules() if m.startswith('tibillet')]),
            ], order=[('fs_id', 'ASC')])
    return {
        NOBODY: None,
        **{data.fs_id.removeprefix('group_'): data.db_id for data in groups},
        }


@contextlib.contextmanager
def logged_in(group):
    "Act as a new user of the group, as a client does"
    from trytond.pool import Pool
    from trytond.transaction import Transaction, check_access
    User = Pool().get('res.user')
    user, = User.create([{
                'login': f'hardening-{group}',
                'groups': [('add', [group])] if group else None,
                }])
    with Transaction().set_user(user.id), check_access():
        yield user


def reachable():
    "Yield a line for each thing that the current user may do"
    from tibillet_base import allowed

    from trytond.model.exceptions import AccessError
    from trytond.pool import Pool

    pool = Pool()
    ActionReport = pool.get('ir.action.report')
    ActionWizard = pool.get('ir.action.wizard')
    Button = pool.get('ir.model.button')
    ModelAccess = pool.get('ir.model.access')
    User = pool.get('res.user')
    groups = set(User.get_groups())
    models = dict(pool.iterobject())
    access = ModelAccess.get_access(list(models))
    common = _common_calls(models)

    for name, Model in sorted(models.items()):
        rights = ''.join(
            right[0] if access[name][right] else '-' for right in RIGHTS)
        if rights != '----':
            yield f'model {name} {rights}'
        buttons = getattr(Model, '_buttons', {})
        for button in sorted(buttons):
            button_groups = Button.get_groups(name, button)
            if access[name]['read'] and (
                    button_groups & groups if button_groups
                    else access[name]['write']):
                yield f'button {name} {button}'
        for method, rpc in sorted(Model.__rpc__.items()):
            if method in buttons or method in allowed.CHECKED_CALLS:
                continue
            if method in common and access[name]['read']:
                continue
            try:
                ModelAccess.check_call(Model, method, rpc, [])
            except AccessError:
                continue
            yield f'call {name} {method}'
    for name, _ in sorted(pool.iterobject(type='wizard')):
        if ActionWizard.is_granted(name):
            yield f'wizard {name}'
    reports = {
        r.report_name for r in _unchecked(ActionReport.search, [])}
    for name in sorted(reports):
        if ActionReport.is_granted(name):
            yield f'report {name}'


def _common_calls(models):
    from trytond.model import ModelSQL, ModelStorage, ModelView
    names = None
    for Model in models.values():
        if (issubclass(Model, ModelSQL)
                and issubclass(Model, ModelStorage)
                and issubclass(Model, ModelView)):
            names = (
                set(Model.__rpc__) if names is None
                else names & set(Model.__rpc__))
    return names


def _unchecked(function, *args):
    from trytond.transaction import without_check_access
    with without_check_access():
        return function(*args)


def enumerate_all():
    "Return the lines of each list by its name"
    from trytond.transaction import Transaction
    lists = {}
    for name, group in logins().items():
        with logged_in(group):
            lists[name] = sorted(reachable())
    Transaction().rollback()
    return lists


def read(name):
    path = ALLOWED / f'{name}.txt'
    return path.read_text().splitlines() if path.exists() else []


def write(lists):
    ALLOWED.mkdir(exist_ok=True)
    for path in ALLOWED.glob('*.txt'):
        if path.stem not in lists:
            path.unlink()
    for name, lines in lists.items():
        (ALLOWED / f'{name}.txt').write_text(
            ''.join(f'{line}\n' for line in lines))


def differences(lists):
    "Return the difference with what is written down, as lines"
    result = []
    for name in sorted(
            lists.keys() | {path.stem for path in ALLOWED.glob('*.txt')}):
        result.extend(difflib.unified_diff(
                read(name), lists.get(name, []),
                f'allowed/{name}.txt', f'reachable by {name}',
                lineterm='', n=0))
    return result


def main():
    os.environ.setdefault('TRYTOND_CONFIG', str(ROOT / 'config' / 'test.conf'))
    os.environ.setdefault('DB_CACHE', str(ROOT / '.cache' / 'databases'))
    os.environ.setdefault('LAYERED_LOCKS', str(ROOT / '.cache' / 'locks'))
    from trytond.tests import test_tryton
    from trytond.transaction import Transaction

    from . import layered
    layered.activate_module(modules())
    with Transaction().start(test_tryton.DB_NAME, 1):
        lists = enumerate_all()
    if '--write' in sys.argv[1:]:
        write(lists)
        return 0
    lines = differences(lists)
    sys.stdout.writelines(f'{line}\n' for line in lines)
    return 1 if lines else 0


if __name__ == '__main__':
    sys.exit(main())
