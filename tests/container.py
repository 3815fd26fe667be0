"""What a Containerfile says, and the same done without a container.

Paths of the image are kept below a folder, a stage of Python is a virtual
environment, and what only an image has (its system's packages and users) is
listed instead of run. What was built is kept until a source of it changes, as
a builder of images keeps its layers.
"""
import dataclasses
import hashlib
import os
import shutil
import subprocess
import sys

import yaml

from tools import webclient
from tools.steps import ROOT

PRODUCTION = ROOT / 'config' / 'production'
# Only an image has these; they are listed, not run.
SYSTEM = ('apt-get', 'useradd')
KEPT = ROOT / '.cache' / 'images'
BUILT = 'built'  # the file that says that nothing is missing
LEFT = '__pycache__'


def instructions(path=PRODUCTION / 'Containerfile'):
    "Return the (instruction, argument) of a Containerfile"
    found, pending = [], ''
    for line in path.read_text().splitlines():
        if not line.strip() or line.startswith('#'):
            continue
        pending += line
        if pending.endswith('\\'):
            pending = pending[:-1]
            continue
        word, _, argument = pending.partition(' ')
        found.append((word, argument.strip()))
        pending = ''
    return found


def services():
    return yaml.safe_load(
        (PRODUCTION / 'compose.yaml').read_text())['services']


def _files():
    "Return the files of this checkout that the image is made of"
    copied = [
        ROOT / source for word, argument in instructions()
        if word == 'COPY' and not argument.startswith('--from=')
        for source in argument.split()[:-1]]
    return sorted({
            file for path in [*copied, PRODUCTION / 'Containerfile']
            for file in (path.rglob('*') if path.is_dir() else [path])
            if file.is_file() and LEFT not in file.parts})


def kept():
    "Return the image of today's sources, built if nobody has"
    key = hashlib.sha256(sys.version.encode() + sys.prefix.encode())
    for file in _files():
        content = file.read_bytes()
        key.update(f'{file.relative_to(ROOT)} {len(content)} '.encode())
        key.update(content)
    folder = KEPT / key.hexdigest()[:16]
    done = (folder / BUILT).exists()
    if not done:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    image = Image(folder, built=done).build()
    (folder / BUILT).touch()
    os.utime(folder)
    return image


@dataclasses.dataclass
class Image:
    """The last stage of a Containerfile, below a folder

    built: all is there, and is only read again.
    """
    folder: object
    built: bool = False
    environment: dict = dataclasses.field(default_factory=dict)
    left_out: list = dataclasses.field(default_factory=list)
    command: list = dataclasses.field(default_factory=list)
    directory: object = None
    stage: str = ''

    def path(self, inside):
        "Return where a path of the image is here"
        if inside.startswith('/'):
            return self.folder / inside.lstrip('/')
        return self.directory / inside

    def here(self, text):
        "Return a text of the image with its paths as they are here"
        return text.replace('/srv/', f'{self.folder}/srv/').replace(
            '/var/lib/tibillet', f'{self.folder}/var/lib/tibillet')

    def build(self):
        for word, argument in instructions():
            getattr(self, f'_{word.lower()}')(argument)
        return self

    def _from(self, argument):
        name = argument.partition(' AS ')
        self.stage = name[2]
        self.directory = self.folder
        if '/python:' in argument:
            if not self.built:
                subprocess.run(
                    [sys.executable, '-m', 'venv', self.folder / 'venv'],
                    check=True)
            self.environment['PATH'] = os.pathsep.join(
                [str(self.folder / 'venv' / 'bin'), os.environ['PATH']])
        else:
            assert '/node:' in argument, argument

    def _workdir(self, argument):
        self.directory = self.path(argument)
        self.directory.mkdir(parents=True, exist_ok=True)

    def _copy(self, argument):
        *sources, target = argument.split()
        if sources[0].startswith('--from='):
            # Stages share the folder: it is there already.
            assert self.path(sources[1]) == self.path(target)
            return
        if self.built:
            return
        place = self.path(target)
        for source in sources:
            path = ROOT / source
            if path.is_dir():
                shutil.copytree(
                    path, place, ignore=shutil.ignore_patterns(LEFT))
            else:
                assert path.exists(), source
                shutil.copy(path, place)

    def _run(self, argument):
        if argument.startswith(SYSTEM):
            self.left_out.append(argument)
            return
        if self.built:
            return
        if argument.startswith('npm '):
            npm = webclient.npm()
            self.environment.setdefault('PATH', os.environ['PATH'])
            if len(npm) > 1:
                argument = argument.replace(
                    'npm', ' '.join(map(str, npm)), 1)
        done = subprocess.run(
            ['bash', '-euc', argument], cwd=self.directory,
            env={**self._clean(), **self.environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert not done.returncode, (
            f'{argument}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}')

    def _env(self, argument):
        name, _, value = argument.partition('=')
        self.environment[name] = self.here(value)

    def _user(self, argument):
        assert any(argument in line for line in self.left_out)

    def _expose(self, argument):
        assert argument == '8000'

    def _cmd(self, argument):
        self.command = yaml.safe_load(argument)

    @staticmethod
    def _clean():
        "Return the caller's environment without what is of this checkout"
        return {
            name: value for name, value in os.environ.items()
            if not name.startswith(('TRYTOND_', 'DB_', 'PYTHON', 'VIRTUAL'))}

    def start(self, command, environment, **options):
        "Start a command of a service"
        return subprocess.Popen(
            command, cwd=self.directory, stdin=subprocess.DEVNULL,
            env={**self._clean(), **self.environment, **environment},
            **options)
