"""What the Makefile calls: python3 tools/start.py run --port 8000

Any Python understands this file; one that is too old or slow looks for
another one beside it, or says in one sentence that it is too old.
"""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The folder of this file would hide modules of the standard library.
sys.path[0] = ROOT
sys.dont_write_bytecode = True

from tools import python  # noqa: E402


def main():
    chosen = None
    if not os.environ.get('TIBILLET_PYTHON_FOUND'):
        chosen = python.better(os.path.join(ROOT, '.venv'))
    if chosen:
        os.environ['TIBILLET_PYTHON_FOUND'] = chosen
        os.execvp(chosen, [chosen, os.path.abspath(__file__)] + sys.argv[1:])
    if not python.recent():
        sys.stderr.write(python.refusal() + '\n')
        return 1
    from tools import commands
    return commands.main(sys.argv[1:])


if __name__ == '__main__':
    sys.exit(main())
