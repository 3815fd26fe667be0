"""Tell a story in a database: python -m demo --config C --database D.

The database exists and the modules are activated in it; `make run` does both.
"""
import argparse
import sys
import time

from proteus import Model
from proteus import config as proteus_config

from . import stories


def main(arguments=None):
    parser = argparse.ArgumentParser(prog='python -m demo')
    parser.add_argument('--config', required=True)
    parser.add_argument('--database', required=True)
    parser.add_argument(
        '--story', default='convention', choices=sorted(stories.STORIES))
    options = parser.parse_args(arguments)
    proteus_config.set_trytond(
        database=options.database, user='admin', config_file=options.config)
    started = time.monotonic()

    def progress(text):
        print(f"{time.monotonic() - started:6.1f} s  {text}", flush=True)

    _skip_set_up()
    stories.STORIES[options.story].tell(progress)
    progress("done")
    return 0


def _skip_set_up():
    "Close the set-up wizard, which would hide the menu at the first login"
    Item = Model.get('ir.module.config_wizard.item')
    for item in Item.find([('state', '=', 'open')]):
        item.state = 'done'
        item.save()


if __name__ == '__main__':
    sys.exit(main())
