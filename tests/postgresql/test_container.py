"""The commands of the Containerfile and of compose.yaml, in an empty
environment and on a real PostgreSQL."""
import contextlib
import http.cookiejar
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest

from tests import container
from tools import content
from tools.postgres import free_port
from tools.steps import ROOT

pytestmark = pytest.mark.postgresql
PASSWORD = 'a password of the tests'


@pytest.fixture(scope='module')
def image():
    return container.kept()


@pytest.fixture(scope='module')
def environment(image, tmp_path_factory):
    "The environment of the services, on a database of their own"
    import psycopg
    uri = os.environ['TRYTOND_DATABASE__URI']
    with psycopg.connect(f'{uri}/postgres', autocommit=True) as connection:
        connection.execute('CREATE DATABASE tibillet')
    password = tmp_path_factory.mktemp('secrets') / 'admin'
    password.write_text(PASSWORD)
    image.path('/var/lib/tibillet').mkdir(parents=True, exist_ok=True)
    yield {
        'TRYTOND_DATABASE__URI': f'{uri}/',
        'TRYTOND_DATABASE_NAMES': 'tibillet',
        'TRYTONPASSFILE': str(password)}
    with psycopg.connect(f'{uri}/postgres', autocommit=True) as connection:
        connection.execute('DROP DATABASE tibillet WITH (FORCE)')


def _kept():
    "Return where the database of today's sources is kept"
    files = [
        ROOT / 'constraints.txt', ROOT / 'tools' / 'activate.py',
        *(path for path in container.PRODUCTION.rglob('*')
            if path.is_file() and path.suffix != '.pyc')]
    key = content.digest(content.names(), *files)
    return (
        ROOT / '.cache' / 'databases' / f'production-{key}-postgresql.dump')


def _postgresql(program, *arguments):
    "Run a program of PostgreSQL on the database"
    uri = f"{os.environ['TRYTOND_DATABASE__URI']}/tibillet"
    done = subprocess.run(
        [program, f'--dbname={uri}', *arguments], capture_output=True,
        text=True)
    assert not done.returncode, done.stderr


@pytest.fixture(scope='module')
def ready(image, environment):
    """The database made by the service 'setup'

    Every module is activated at once there: minutes, so that the result is
    kept until a source changes.
    """
    kept = _kept()
    if kept.exists():
        os.utime(kept)
        _postgresql('pg_restore', '--jobs=2', str(kept))
        return environment
    command = container.services()['setup']['command']
    process = image.start(
        command, environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    output, _ = process.communicate(timeout=1800)
    assert not process.returncode, output[-3000:]
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(f'.{os.getpid()}')
    _postgresql('pg_dump', '--format=custom', f'--file={draft}')
    draft.rename(kept)
    return environment


@contextlib.contextmanager
def running(image, command, environment):
    "Run a command of a service, its processes ended as the manager would"
    with tempfile.TemporaryFile('w+') as output:
        process = image.start(
            command, environment, stdout=output, stderr=output,
            start_new_session=True)
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(40)
        output.seek(0)
        assert 'Traceback' not in output.read()


def test_what_is_not_run(image):
    "Said in README.md: only an image has packages and users"
    assert [line.split()[0] for line in image.left_out] == [
        'apt-get', 'useradd']


def test_everything_comes_from_the_image(image):
    where = subprocess.run([
            image.folder / 'venv' / 'bin' / 'python', '-c',
            'import tibillet_federation as m; print(m.__file__)'],
        capture_output=True, text=True, cwd=image.folder)
    assert where.stdout.startswith(str(image.path('/srv/tibillet/modules')))
    client = image.path('/srv/webclient/node_modules/tryton-sao')
    assert (client / 'custom.css').exists()
    assert (client / 'node_modules' / 'jquery').exists()


def test_web(image, ready):
    service = container.services()['web']
    assert image.command == service['command']
    port = free_port()
    address = f'http://127.0.0.1:{port}'
    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(path, **content):
        return opener.open(urllib.request.Request(
                f'{address}{path}', json.dumps(content).encode(),
                {'Content-Type': 'application/json'}), timeout=60)

    with running(image, service['command'], {
                **ready,
                'WEB_CONCURRENCY': service['environment']['WEB_CONCURRENCY'],
                'GUNICORN_CMD_ARGS': f'--bind=127.0.0.1:{port}'}) as process:
        for _ in range(300):
            try:
                page = opener.open(address, timeout=60).read().decode()
                break
            except urllib.error.URLError:
                assert process.poll() is None
                time.sleep(0.2)
        assert 'custom.css' in page
        answer = ask('/tibillet/session/login', id=0, method='login', params=[
                'admin', {'password': PASSWORD}, 'fr'])
        # Beyond loopback the cookie travels over TLS alone.
        cookies = answer.headers.get_all('Set-Cookie')
        assert cookies and all('Secure' in cookie for cookie in cookies)
        with pytest.raises(urllib.error.HTTPError) as refused:
            ask('/tibillet/session/login', id=0, method='login', params=[
                    'admin', {'password': "another"}, 'fr'])
        assert refused.value.code == 401


@pytest.mark.parametrize('name', ['worker', 'cron'])
def test_worker_and_cron(image, ready, name):
    command = container.services()[name]['command']
    with running(image, command, ready) as process:
        # They stay until they are told to stop.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(8)


def test_setup(image, ready):
    "All modules are active and no set-up wizard hides the menu"
    import psycopg
    uri = os.environ['TRYTOND_DATABASE__URI']
    with psycopg.connect(f'{uri}/tibillet') as connection:
        done, = connection.execute(
            "SELECT count(*) FROM ir_module_config_wizard_item "
            "WHERE state = 'open'").fetchone()
        active = {name for name, in connection.execute(
                "SELECT name FROM ir_module WHERE state = 'activated'")}
    assert done == 0
    assert {'tibillet_federation', 'account_fr'} <= active
