"""Libraries and programs that come from the system, not from an index."""
import ctypes
import glob
import os
import shutil
import sys
import typing

from tools import browser, postgres, steps


def _pdf():
    for library in [
            'libpango-1.0.so.0', 'libpangoft2-1.0.so.0',
            'libharfbuzz-subset.so.0']:
        try:
            ctypes.CDLL(library)
        except OSError:
            return False
    return bool(
        glob.glob('/usr/share/fonts/**/*.[to]tf', recursive=True)
        or glob.glob('/usr/local/share/fonts/**/*.[to]tf', recursive=True))


def _venv():
    import importlib.util
    return bool(importlib.util.find_spec('ensurepip'))


class Need(typing.NamedTuple):
    what: str
    packages: list[str]  # names of Debian's packages
    present: typing.Callable[[], bool]
    without: str  # what happens without
    instead: list[str] = []  # packages of systems that lack the others


VENV = Need(
    "virtual environments", ['python3-venv'], _venv,
    "nothing can be installed")
PDF = Need(
    "fonts and text layout for PDF", [
        'libpango-1.0-0', 'libpangoft2-1.0-0', 'libharfbuzz-subset0',
        'fonts-dejavu-core'], _pdf,
    "everything runs but the printing of PDF documents")
CHROMIUM = Need(
    "a Chromium", [browser.SHELL], lambda: bool(browser.executable()),
    "the tests in a browser are left out", instead=['chromium'])
POSTGRESQL = Need(
    "a PostgreSQL server", ['postgresql', 'postgresql-contrib'],
    lambda: bool(postgres.binaries()),
    "the tests on PostgreSQL are left out")


def may_install():
    return not os.geteuid() and bool(shutil.which('apt-get'))


def _apt(packages):
    environment = {'DEBIAN_FRONTEND': 'noninteractive'}
    install = [
        'apt-get', 'install', '-y', '-q', '--no-install-recommends',
        *packages]
    try:
        steps.run(install, 'apt', env=environment)
    except steps.Failed:
        # The lists may be missing or old.
        steps.run(['apt-get', 'update', '-q'], 'apt', env=environment)
        steps.run(install, 'apt', env=environment)


def _install(needs):
    packages = [p for n in needs for p in n.packages]
    try:
        _apt(packages)
    except steps.Failed:
        others = [p for n in needs for p in n.instead or n.packages]
        if others == packages:
            raise
        _apt(others)


def command(needs):
    packages = [p for n in needs for p in n.instead or n.packages]
    return f"apt-get install {' '.join(packages)}"


def provide(needs):
    """Install what is missing if the caller may, return what stays missing

    Each need that stays missing is said in a sentence.
    """
    missing = [n for n in needs if not n.present()]
    if missing and may_install():
        title = f"Installing {' and '.join(n.what for n in missing)}"
        try:
            with steps.step(title):
                _install(missing)
        except steps.Failed as failed:
            steps.say(
                f"The system's packages could not be installed "
                f"({steps.shown(failed.log)} tells more).")
        missing = [n for n in missing if not n.present()]
    for need in missing:
        steps.say(
            f"This machine lacks {need.what}, so that {need.without}; "
            f"to have it: {_prefix()}{command([need])}")
    return missing


def _prefix():
    return 'sudo ' if os.geteuid() else ''


def main():
    "Install everything the checks need: python -m tools.system"
    return 1 if provide([PDF, CHROMIUM, POSTGRESQL]) else 0


if __name__ == '__main__':
    sys.exit(main())
