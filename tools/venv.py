"""The virtual environment .venv, filled from the pinned constraints."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys

from tools import python as python_finder
from tools import steps, system
from tools.steps import ROOT, Stop

FOLDER = ROOT / '.venv'
STAMP = FOLDER / 'tibillet.json'
RUNTIME, DEVELOPMENT = 'requirements.txt', 'requirements-dev.txt'
BUILD = 'requirements-build.txt'
# What pip says when it cannot reach its index.
UNREACHABLE = [
    'NewConnectionError', 'Failed to establish a new connection',
    'Temporary failure in name resolution', 'ConnectTimeoutError',
    'Name or service not known', 'Network is unreachable',
    'ProxyError', 'ConnectionResetError', 'NameResolutionError',
    'No route to host', 'Connection refused', 'timed out',
    ]


def python():
    return FOLDER / 'bin' / 'python'


def program(name):
    return FOLDER / 'bin' / name


def digest():
    "Return a digest of everything an installation depends on"
    found = hashlib.sha256(sys.version.encode())
    files = [ROOT / 'constraints.txt', *ROOT.glob('requirements*.txt')]
    for name in ['pyproject.toml', 'tryton.cfg']:
        files.extend((ROOT / 'modules').glob(f'*/{name}'))
    for file in sorted(files):
        found.update(file.relative_to(ROOT).as_posix().encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def _stamp():
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def installed(requirements):
    stamp = _stamp()
    return (
        stamp.get('digest') == digest()
        and requirements in stamp.get('requirements', [])
        and _runs())


def _runs():
    "Tell whether the environment's Python is still there"
    try:
        return not subprocess.run(
            [python(), '-c', ''], stdin=subprocess.DEVNULL,
            capture_output=True).returncode
    except OSError:
        return False


def create():
    if FOLDER.is_symlink():
        raise Stop(
            f".venv is a link to {FOLDER.resolve()}, which serves another "
            "checkout: remove the link, and it is made here.")
    made_by = python_finder.maker(FOLDER)
    # Another Python that was named since makes it again.
    if _runs() and (made_by is None or python_finder.is_this(made_by)):
        return
    if system.provide([system.VENV]):
        raise Stop(
            "Python cannot make a virtual environment here: install "
            "Debian's python3-venv, then run it again.")
    with steps.step("Making the virtual environment .venv"):
        try:
            steps.run(
                [sys.executable, '-m', 'venv', '--clear', FOLDER], 'venv')
        except steps.Failed as failed:
            raise Stop(
                f"The virtual environment .venv could not be made: "
                f"{failed.last}")


def explain(failed, index, what):
    "Return the one sentence for an installation that failed"
    text = '\n'.join(failed.lines)
    if any(sign in text for sign in UNREACHABLE):
        return (
            f"{index} cannot be reached, so that {what} could not be "
            "installed: check the network or your proxy and run it again, "
            "what was there before still works.")
    return (
        f"{what[0].upper()}{what[1:]} could not be installed "
        f"({failed.last[:200]}); the whole story is in "
        f"{steps.shown(failed.log)}.")


def pip(arguments, log, current):
    "Run pip in the environment, with the caller's own settings"
    def progress(line):
        words = line.split()
        if words[:1] in (['Collecting'], ['Installing'], ['Obtaining']):
            current.note(' '.join(words[:2])[:60])
    return steps.run(
        [python(), '-m', 'pip', 'install', '--disable-pip-version-check',
            '--no-input', '--progress-bar', 'off', *arguments],
        log, on_line=progress, env={
            # Without network, say so soon.
            'PIP_RETRIES': os.environ.get('PIP_RETRIES', '2')})


def install(requirements=RUNTIME):
    "Install what requirements lists, unless nothing has changed since"
    if installed(requirements):
        return
    before = _stamp()
    create()
    title = "Installing the Python packages" + (
        "" if requirements == RUNTIME else " of the tests")
    wanted = digest()
    with steps.step(title) as current:
        try:
            pip(['-r', BUILD], 'pip-build', current)
            pip(['--no-build-isolation', '-r', requirements], 'pip', current)
        except steps.Failed as failed:
            raise Stop(explain(
                    failed, "The Python package index",
                    "the Python packages"))
    known = [RUNTIME, requirements]
    if before.get('digest') == wanted:
        known.extend(before['requirements'])
    draft = pathlib.Path(f'{STAMP}.new')
    draft.write_text(json.dumps(
            {'digest': wanted, 'requirements': sorted(set(known))}))
    draft.replace(STAMP)
