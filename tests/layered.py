"""Test databases in layers, cached by content.

trytond caches a test database under the names of its modules: after a change
of ours the cache would serve yesterday's schema. Here the standard modules a
test needs are one layer, kept until their versions change; ours go on top,
kept until a file of theirs, or of a module of ours below them, changes; the
books a scenario begins with are a third one.
A lock a layer makes parallel test processes build each layer once.
"""
import configparser
import contextlib
import fcntl
import functools
import hashlib
import importlib.metadata
import inspect
import os
import pathlib

from proteus.config import _TrytondMethod
from trytond import backend
from trytond.cache import Cache
from trytond.tests import test_tryton, tools
from trytond.tools import misc

from tools import content

ADMINISTRATOR = 1


def _pg_copy(file):
    """Restore a kept database from a copy that this server has of it

    Copying one takes an eighth of reading its file, and most are asked for
    several times.
    """
    if '://' in test_tryton.DB_CACHE:
        return test_tryton._pg_restore(file)
    name = f'kept_{pathlib.Path(file).name.split("-")[0]}'
    with _locked(name):
        with _pg() as (cursor, create):
            cursor.execute(
                'SELECT 1 FROM pg_database WHERE datname = %s', [name])
            if cursor.fetchone():
                create(test_tryton.DB_NAME, name)
                return True
        if not test_tryton._pg_restore(file):
            return False
        with _pg() as (cursor, create):
            create(name, test_tryton.DB_NAME)
            # Nobody connects to a template, even to list what there is.
            cursor.execute(f'ALTER DATABASE {name} IS_TEMPLATE true')
    return True


@contextlib.contextmanager
def _pg():
    "Give a cursor on the server, and what makes a database of another one"
    from trytond.transaction import Transaction
    with Transaction().start(
            None, 0, close=True, autocommit=True) as transaction:
        yield transaction.connection.cursor(), functools.partial(
            transaction.database.create, transaction.connection)


# What a kept database is restored with.
RESTORE = {
    'sqlite': lambda file: test_tryton._sqlite_copy(file, restore=True),
    'postgresql': _pg_copy,
    }


def _config(module):
    parser = configparser.ConfigParser()
    if module in content.names():
        parser.read(content.MODULES / module / 'tryton.cfg')
    else:
        from trytond.tools import find_path
        parser.read(find_path(f'{module}/tryton.cfg'))
    return parser['tryton']


def closure(modules):
    "Return the modules and all they depend on"
    found, todo = set(), list(modules)
    while todo:
        module = todo.pop()
        if module in found:
            continue
        found.add(module)
        todo.extend(_config(module).get('depends', '').split())
    return found


def _digest(strings):
    return hashlib.sha256('\n'.join(strings).encode()).hexdigest()[:16]


def versions():
    "Return a digest of the versions of all standard distributions"
    return _digest(sorted(
            f'{d.name}=={d.version}'
            for d in importlib.metadata.distributions()
            if d.name.lower().startswith(('trytond', 'proteus'))
            and 'tibillet' not in d.name))


def _restore(name, start=True):
    """Restore a kept database, return if there was one

    start: load its models too; who connects to it afterwards does.
    """
    if not test_tryton.DB_CACHE:
        return False
    file = test_tryton._db_cache_file(test_tryton.DB_CACHE, name)
    if not RESTORE[backend.name](file):
        return False
    if start:
        from trytond.pool import Pool
        Pool(test_tryton.DB_NAME).init()
    with contextlib.suppress(OSError):
        # What has not been used for long may be thrown away.
        os.utime(file)
    return True


def _keep(name):
    "Keep the test database, whole or not at all"
    if not test_tryton.DB_CACHE or '://' in test_tryton.DB_CACHE:
        test_tryton.backup_db_cache(name)
        return
    draft = f'{name} draft {os.getpid()}'
    test_tryton.backup_db_cache(draft)
    draft, file = (
        test_tryton._db_cache_file(test_tryton.DB_CACHE, n)
        for n in [draft, name])
    if os.path.exists(draft) and not os.path.exists(file):
        os.rename(draft, file)


@contextlib.contextmanager
def _locked(name):
    folder = os.environ.get('LAYERED_LOCKS')
    if not folder:
        yield
        return
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, _digest([name]) + '.lock'), 'w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _provide(name, build, start=True):
    """Restore a layer, or build and keep it, once for all processes

    Return its name if it was restored.
    build: makes the layer in the test database.
    start: load the models of what was restored.
    """
    if _restore(name, start):
        return name
    with _locked(name):
        if _restore(name, start):
            return name
        build()
        _keep(name)


def _build(modules, lang, setup=(), start=True):
    """Restore the layered database of modules, or build and keep it

    setup: functions to call, with the configuration, on the new database.
    start: load the models of what was restored.
    """
    everything = closure(modules)
    own = everything & set(content.names())
    full = (
        f'full {lang} {" ".join(sorted(everything))} {versions()} '
        f'{content.digest(own)}')

    def activate():
        _provide_standard(everything - own, lang)
        _update_list()
        _activate(modules)

    def set_up():
        _provide(full, activate)
        config = tools._get_config()
        for function in setup:
            function(config=config)

    if setup:
        names = '|'.join(_name(f) for f in setup)
        restored = _provide(f'{full} {names}', set_up, start)
    else:
        restored = _provide(full, activate, start)
    # What is read while a layer is built is not what it calls things.
    _words.begin(restored)


def _name(function):
    "Return what tells a function that sets up from another, or another text"
    name = tools._func_name(function)
    while isinstance(function, functools.partial):
        function = function.func
    path = pathlib.Path(inspect.getfile(function))
    if path.is_relative_to(content.ROOT):
        name += f' {_digest([path.read_text()])}'
    return name


def _provide_standard(modules, lang):
    "Restore the layer of standard modules, or build it on that of the floor"
    def activate():
        floor = closure(['tibillet_base']) - set(content.names())
        if floor < modules:
            _provide_standard(floor, lang)
        else:
            test_tryton.drop_create(lang=lang)
        _activate(modules)

    _provide(
        f'base {lang} {" ".join(sorted(modules))} {versions()}', activate)


def _update_list():
    # The kept layer may be older than a module of ours.
    from trytond.pool import Pool
    from trytond.transaction import Transaction
    with Transaction().start(test_tryton.DB_NAME, 1, close=True):
        Pool().get('ir.module').update_list()


def _activate(modules):
    from trytond.pool import Pool
    from trytond.transaction import Transaction
    with Transaction().start(
            test_tryton.DB_NAME, 1, close=True) as transaction:
        pool = Pool()
        Module = pool.get('ir.module')
        Upgrade = pool.get('ir.module.activate_upgrade', type='wizard')
        records = Module.search([('name', 'in', list(modules))])
        missing = set(modules) - {r.name for r in records}
        assert not missing, f"not found: {', '.join(sorted(missing))}"
        records = [r for r in records if r.state != 'activated']
        if not records:
            return
        Module.activate(records)
        transaction.commit()
        instance, _, _ = Upgrade.create()
        transaction.commit()
        Upgrade(instance).transition_upgrade()
        Upgrade.delete(instance)
        transaction.commit()


def activate_module(modules, lang='en'):
    "Stand in for trytond.tests.test_tryton.activate_module"
    _drop()
    _build(_listed(modules), lang)


def activate_modules(modules, *setup):
    "Stand in for trytond.tests.tools.activate_modules"
    _drop()
    # The configuration loads the models.
    _build(_listed(modules), 'en', setup, start=False)
    return tools._get_config()


def _listed(modules):
    return [modules] if isinstance(modules, str) else list(modules)


def _drop():
    _words.begin(None)
    if test_tryton.db_exist(test_tryton.DB_NAME):
        test_tryton.drop_db()


def install():
    "Make trytond's own test cases and scenarios use the layers"
    from trytond.pool import Pool
    test_tryton.activate_module = activate_module
    tools.activate_modules = activate_modules
    Pool.init = _keeping(Pool.init)
    Cache.drop = _words.dropping(Cache.drop)
    # Asked for every class of every model, each time among all entry points
    # of the machine: half of what the tests of a module took.
    misc.import_module = functools.cache(misc.import_module)
    _TrytondMethod.__call__ = _asking_once(_TrytondMethod.__call__)
    if backend.name == 'sqlite':
        _lock_at_once()


def _lock_at_once():
    """Let a transaction lock what it asks for where it stands

    Elsewhere it begins again with the lock, once for each table: a test of
    moves was run four times. Here nobody else can write.
    """
    from trytond.transaction import Transaction

    def lock_table(transaction, table):
        transaction._locked_tables.add(table)

    def lock_records(transaction, table, ids):
        transaction._locked_records[table].update(ids)

    Transaction.lock_table = lock_table
    Transaction.lock_records = lock_records


class _Words:
    """Keep the names and translations that a test has read for the next one

    The platform forgets all it knows after each test. What a layer calls its
    models and fields is the same for every database that begins as it.
    """
    NAMES = [
        'ir.translation', 'ir.model.get_names', 'ir.model.field.get_name']

    def __init__(self):
        self.layer = None
        self._kept = {}

    def begin(self, layer):
        """The test database is now the one that is kept under a name

        Another one was there before, whose ids are of other records.
        """
        self.layer = layer
        for cache in self._caches():
            cache._database_cache.pop(test_tryton.DB_NAME, None)
        self._give()

    def dropping(self, drop):
        @functools.wraps(drop)
        def dropping(name):
            if name == test_tryton.DB_NAME:
                self._take()
            drop(name)
            if name == test_tryton.DB_NAME:
                self._give()
        return dropping

    def _caches(self):
        return [
            Cache._instances[n] for n in self.NAMES if n in Cache._instances]

    def _take(self):
        name = test_tryton.DB_NAME
        for cache in self._caches():
            if cache._timestamp.get(name):
                # Other words were committed: it is the layer no more.
                self.layer = None
            if self.layer:
                self._kept[self.layer, cache._name] = dict(
                    cache._database_cache[name])

    def _give(self):
        for cache in self._caches():
            if kept := self._kept.get((self.layer, cache._name)):
                cache._database_cache[test_tryton.DB_NAME].update(kept)


_words = _Words()


def _keeping(init):
    """Keep the models of a test database for the next ones like it

    Models depend on nothing but the modules that are activated: making them
    takes longer than most tests.
    """
    kept = {}

    @functools.wraps(init)
    def keeping(pool, update=None, *args, **kwargs):
        if update or pool.database_name != test_tryton.DB_NAME:
            init(pool, update, *args, **kwargs)
            return
        modules = _activated()
        if found := kept.get(modules):
            with pool._lock:
                pool._pool, pool._modules = found
                pool._pools[pool.database_name] = pool._pool
                pool._pool_modules[pool.database_name] = pool._modules
                pool._pool_instances.clear()
                pool._pool_instances.add(pool)
                pool.ready = True
            return
        init(pool, update, *args, **kwargs)
        kept[modules] = pool._pool, pool._modules

    return keeping


def _asking_once(call):
    """Keep the fields of models that the administrator of a layer is told

    Each scenario asks for those of all its models.
    """
    kept = {}

    @functools.wraps(call)
    def asking_once(method, *args, **kwargs):
        if (method._name != 'fields_get' or not _words.layer
                or method._config.user != ADMINISTRATOR):
            return call(method, *args, **kwargs)
        key = _words.layer, method._object.__name__, repr((args, kwargs))
        if key not in kept:
            kept[key] = call(method, *args, **kwargs)
        return kept[key]

    return asking_once


def _activated():
    "Return the modules that are activated in the test database"
    from trytond.transaction import Transaction
    transaction = Transaction()
    with (transaction.new_transaction(readonly=True)
            if transaction.connection else
            transaction.start(test_tryton.DB_NAME, 0, readonly=True)):
        cursor = transaction.connection.cursor()
        cursor.execute(
            "SELECT name FROM ir_module "
            "WHERE state IN ('activated', 'to upgrade', 'to remove')")
        return frozenset(name for name, in cursor)
