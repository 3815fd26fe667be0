"""Make or update a database with every module of ours, in one update.

    python -m tools.activate --database tibillet

The virtual environment's Python runs it; TRYTOND_DATABASE__PATH says where
the file is, TRYTONPASSFILE holds the first password of the administrator.
"""
import argparse
import logging
import os
import sys

from tools import content

# What nothing of ours depends on: the French chart of accounts, the tills.
STANDARD = ['account_fr', 'sale_point']


def modules():
    return content.names() + STANDARD


def main(arguments=None):
    parser = argparse.ArgumentParser(prog='python -m tools.activate')
    parser.add_argument('--database', required=True)
    parser.add_argument('--config', default='config/trytond.conf')
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stdout, format='%(name)s %(message)s')

    from trytond import config
    config.update_etc(options.config)
    from trytond import admin, backend
    from trytond.commandline import get_parser_admin
    if backend.name == 'sqlite':
        file = os.path.join(
            config.get('database', 'path'), f'{options.database}.sqlite')
        with open(file, 'a'):
            # trytond fills a file, it does not make one.
            pass
    admin.run(get_parser_admin().parse_args([
                '-c', options.config, '-d', options.database,
                '-u', *modules(), '--activate-dependencies',
                '--email', 'admin@example.org']))
    _skip_set_up(options.database)


def _skip_set_up(database):
    "Mark the set-up wizards done: they would hide the menu at first login"
    from trytond.pool import Pool
    from trytond.transaction import Transaction
    with Transaction().start(database, 0):
        Item = Pool().get('ir.module.config_wizard.item')
        Item.write(
            Item.search([('state', '=', 'open')]), {'state': 'done'})


if __name__ == '__main__':
    sys.exit(main())
