"""What the caller sees: steps that show they are alive, one sentence when
something prevents them."""
import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUN = ROOT / '.run'
LOGS = RUN / 'log'
HEARTBEAT = 10  # seconds
PR_SET_PDEATHSIG = 1  # Linux's name for it, in sys/prctl.h

# Looked up here: a child has no business loading libraries.
_prctl = getattr(ctypes.CDLL(None), 'prctl', None)
_started = time.monotonic()
_printing = threading.Lock()
_children = set()


class Stop(Exception):
    "What prevents the work, and what to do, in one sentence"


class Failed(Exception):
    "A program that ended badly, with what it printed"

    def __init__(self, log, lines):
        super().__init__(log)
        self.log = log
        self.lines = lines

    @property
    def last(self):
        "The line that tells the most: the last one that speaks of an error"
        lines = [line.strip() for line in self.lines if line.strip()]
        errors = [line for line in lines if 'error' in line.lower()]
        return (errors or lines or ["it printed nothing"])[-1]


def say(text=''):
    with _printing:
        print(text, flush=True)


def _clock():
    seconds = int(time.monotonic() - _started)
    return f'{seconds // 60:2d}:{seconds % 60:02d}'


class Step:
    "A step in progress; note() says where it is"

    def __init__(self, title):
        self.title = title
        self.where = ''

    def note(self, where):
        self.where = where


@contextlib.contextmanager
def step(title):
    "Show a step, every few seconds while it lasts, and its duration"
    current = Step(title)
    begun = time.monotonic()
    over = threading.Event()

    def beat():
        while not over.wait(HEARTBEAT):
            seconds = int(time.monotonic() - begun)
            where = f': {current.where}' if current.where else ''
            say(f'[{_clock()}]   … {title}, {seconds} s{where}')

    say(f'[{_clock()}] {title}')
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield current
    finally:
        over.set()
        thread.join()
    say(f'[{_clock()}]   done: {title}, {time.monotonic() - begun:.0f} s')


def run(command, log, on_line=None, env=None, cwd=ROOT):
    """Run a program quietly, everything it prints going to a log

    log: name of the log in .run/log.
    on_line: called with each line.
    Raise Failed if it does not end well.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f'{log}.log'
    lines = []
    try:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd,
            env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding='utf-8', errors='replace')
    except OSError as error:
        raise Failed(path, [str(error)])
    _children.add(process)
    try:
        with open(path, 'w') as file:
            for line in process.stdout:
                file.write(line)
                lines.append(line.rstrip('\n'))
                if on_line:
                    on_line(lines[-1])
        if process.wait():
            raise Failed(path, lines)
    finally:
        _children.discard(process)
        process.stdout.close()
    return lines


def end_children():
    "End the programs still running when the work is given up"
    for process in list(_children):
        process.terminate()
    for process in list(_children):
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def end_with_caller():
    """Ask the system to end this program when its caller does

    Called in a child before it becomes another program; where the system
    knows no such thing, only a killed caller leaves its servers behind.
    """
    if _prctl:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def shown(path):
    "Return a path as the caller would type it"
    try:
        return os.path.relpath(path, ROOT)
    except ValueError:
        return str(path)


def complain(reason):
    sys.stdout.flush()
    print(f'\n{reason}', file=sys.stderr, flush=True)
