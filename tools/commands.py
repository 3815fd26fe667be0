"""The commands of the Makefile."""
import argparse
import concurrent.futures
import contextlib
import fcntl
import signal
import subprocess
import sys

from tools import database, serve, steps, system, venv, webclient
from tools.steps import ROOT, RUN, Stop, say


@contextlib.contextmanager
def _alone():
    """Keep another command from the database at the same time

    What is written in the file given says where the database is served.
    """
    RUN.mkdir(exist_ok=True)
    with open(RUN / 'lock', 'a+') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_NB | fcntl.LOCK_EX)
        except OSError:
            file.seek(0)
            where = file.read()
            raise Stop(
                f"The database of this checkout is served at {where}: stop "
                "that 'make run' with Ctrl-C first." if where else
                "Another command uses the database of this checkout: wait "
                "until it ends, or stop it with Ctrl-C.")
        file.truncate(0)
        yield file


@contextlib.contextmanager
def _installed(requirements=venv.RUNTIME):
    """Install what is missing

    The packages and the web client come from two registries, side by side:
    what is done inside may begin before the web client is there.
    """
    venv.create()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        client = pool.submit(webclient.install)
        try:
            venv.install(requirements)
            if client.done():
                client.result()
            yield
        except BaseException:
            steps.end_children()
            raise
        client.result()


def install(options):
    "Install the packages, the web client and the system's libraries"
    with _installed():
        system.provide([system.PDF])


def run(options):
    "Serve the demo co-operative on loopback, made when there is none"
    port = serve.number(options.port)
    with _alone() as lock:
        serve.check(port)
        with _installed():
            system.provide([system.PDF])
            database.Database().ensure()
        serve.check(port)
        print(serve.address(port), end='', file=lock, flush=True)
        try:
            serve.forever(port)
        except KeyboardInterrupt:
            say("\nThe server is stopped, the data are kept.")


def reset(options):
    "Throw the database away and make it again"
    with _alone():
        with _installed():
            # Beside the old one, which is kept until the new one is complete.
            database.Database().make()
    say("Done: 'make run' serves the new database.")


def demo(options):
    "Add a longer story to the database, or list the stories"
    if not options.story:
        from demo import stories
        for name, story in stories.STORIES.items():
            say(f"make demo STORY={name}\n    {story.sentence}")
        return
    database.check_story(options.story)
    with _alone():
        with _installed():
            database.Database().ensure()
            database.Database().add(options.story)
    say("Done: 'make run' shows it.")


def test(options):
    "Install and run every test, then say what was not run"
    from tools import tests
    return tests.main(options.part, _installed)


def lint(options):
    "Check the form of every file"
    venv.create()
    venv.install(venv.DEVELOPMENT)
    return subprocess.run(
        [venv.python(), '-m', 'tools.lint'], cwd=ROOT).returncode


def parser():
    parser = argparse.ArgumentParser(prog='make')
    commands = parser.add_subparsers(dest='command', required=True)
    for function in [install, run, reset, demo, test, lint]:
        command = commands.add_parser(
            function.__name__, help=function.__doc__)
        command.set_defaults(function=function)
        if function is run:
            command.add_argument('--port', default='8000')
        elif function is demo:
            command.add_argument('--story', default='')
        elif function is test:
            command.add_argument(
                '--part', action='append',
                choices=['sqlite', 'postgresql', 'browser'])
    return parser


def _terminated(number, frame):
    raise KeyboardInterrupt


def main(arguments):
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _terminated)
    try:
        return options.function(options)
    except Stop as reason:
        steps.complain(reason)
        return 1
    except KeyboardInterrupt:
        say("\nStopped; what was complete is kept.")
        return 130
    finally:
        steps.end_children()


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
