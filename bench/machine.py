"""On what a figure was measured."""
import os
import platform
from pathlib import Path


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
