"""Find a Python that is recent enough.

start.py and this file are read by whatever Python the caller has, so they
keep to what Python 2.7 understands.
"""
import os
import subprocess
import sys

REQUIRED = (3, 11)
# Newest first; a name may be there and not work (version managers do that).
NAMES = ['python3.13', 'python3.12', 'python3.11', 'python3.14']


def recent():
    return sys.version_info[:2] >= REQUIRED


def _works(program):
    check = 'import sys; sys.exit(sys.version_info[:2] < %r)' % (REQUIRED,)
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


def refusal():
    return (
        "Python %d.%d or newer is needed and this is Python %d.%d: install "
        "it (on Debian 12 and later 'apt-get install python3 python3-venv') "
        "or name yours with 'make PYTHON=/path/to/python3 run'."
        % (REQUIRED + sys.version_info[:2]))
