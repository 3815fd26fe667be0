"""On what a figure was measured, and how the measure starts there."""
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.steps import ROOT


def describe():
    "Return one line about the machine"
    name = platform.processor() or platform.machine()
    cpuinfo = Path('/proc/cpuinfo')
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith('model name'):
                name = line.partition(':')[2].strip()
                break
    load = ''
    if hasattr(os, 'getloadavg'):
        load = f", load {os.getloadavg()[0]:.1f} before"
    return (
        f"{name}, {os.cpu_count()} cores{load}, "
        f"{platform.system()}, Python {platform.python_version()}")


def launch(command, environment):
    "Run a module of the bench on the database that the environment names"
    with tempfile.TemporaryDirectory() as cache:
        subprocess.run(
            [sys.executable, '-m', *command], cwd=ROOT, check=True, env={
                **os.environ,
                'TRYTOND_CONFIG': str(ROOT / 'config' / 'test.conf'),
                'DB_CACHE': cache,
                **environment,
                })
