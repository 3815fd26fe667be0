"""Find the Python to go on with: recent enough, and no slow one by accident.

start.py and this file are read by whatever Python the caller has, so they
keep to what Python 2.7 understands.
"""
import os
import re
import subprocess
import sys
import sysconfig

SYSTEM = '/usr/bin/python3'
# Says that the caller has named the Python: it is taken as it is.
NAMED = 'TIBILLET_PYTHON_NAMED'
REQUIRED = (3, 11)
# Newest first; a name may be there and not work (version managers do that).
NAMES = ['python3.13', 'python3.12', 'python3.11', 'python3.14']


def recent():
    return sys.version_info[:2] >= REQUIRED


def _works(program, module='venv'):
    check = 'import %s, sys; sys.exit(sys.version_info[:2] < %r)' % (
        module, REQUIRED)
    with open(os.devnull, 'w') as nowhere:
        try:
            return not subprocess.call(
                [program, '-c', check], stdout=nowhere, stderr=nowhere)
        except OSError:
            return False


def other():
    "Return another Python that will do, None if there is none"
    for name in NAMES:
        if _works(name):
            return name


def maker(folder):
    "Return the Python that has made an environment, None if it is not known"
    try:
        with open(os.path.join(folder, 'pyvenv.cfg')) as file:
            found = re.search(r'^executable = (.*)$', file.read(), re.M)
    except (IOError, OSError):
        return None
    return found.group(1) if found else None


def is_this(program):
    return os.path.realpath(program) == os.path.realpath(sys.executable)


def _optimised():
    """Tell whether this Python was built with its optimisations

    Distributions do, version managers often do not: everything takes a third
    longer.
    """
    arguments = sysconfig.get_config_var('CONFIG_ARGS') or ''
    return sys.prefix == '/usr' or '--enable-optimizations' in arguments


def better(folder):
    """Return the Python to go on with instead of this one, None for this one

    folder: the environment; the Python that has made it is kept.
    """
    named = os.environ.get(NAMED)
    made_by = None if named else maker(folder)
    if made_by and _works(made_by):
        return None if is_this(made_by) else made_by
    if not recent():
        return other()
    in_environment = sys.prefix != getattr(sys, 'base_prefix', sys.prefix)
    if named or in_environment or _optimised():
        return None
    if _works(SYSTEM, 'ensurepip'):
        sys.stderr.write(
            "Going on with %s, which is quicker: %s was built without its "
            "optimisations. Name it with 'make PYTHON=%s' if you want it.\n"
            % (SYSTEM, sys.executable, sys.executable))
        return SYSTEM


def refusal():
    return (
        "Python %d.%d or newer is needed and this is Python %d.%d: install "
        "it (on Debian 12 and later 'apt-get install python3 python3-venv') "
        "or name yours with 'make PYTHON=/path/to/python3 run'."
        % (REQUIRED + sys.version_info[:2]))
