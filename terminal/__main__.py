"""A terminal at a bar: python -m terminal --config terminal.toml COMMAND"""
import argparse
import dataclasses
import pathlib
import sys

from . import keys, readers, settings, till
from .client import Client
from .exceptions import OrderError, RefusedError, TerminalError, WaitingError
from .journal import Journal
from .sentences import tell

CONFIG = 'terminal.toml'
SKEW_SECONDS = 5 * 60
REFUSED, USAGE, WAITING = 1, 2, 3


class Terminal:
    "The commands, and what they say"

    def __init__(self, config, output):
        self._settings = config
        self._output = output
        self._cards = None
        self._client = self._journal = self._till = None

    def run(self, command, arguments):
        if command == 'pair':
            self.pair(*arguments)
            return
        known = keys.load(self._settings.folder)
        with Journal(self._settings.folder, known) as self._journal:
            self._client = Client(self._settings, known.key)
            self._till = till.Till(
                self._client, self._journal, self._say_settled)
            try:
                if command == 'status':
                    self.say(
                        'journal', name=known.name, count=self._journal.count)
                getattr(self, command.replace('-', '_'))(*arguments)
            finally:
                self._say_skew()

    def say(self, sentence, /, **values):
        print(
            tell(self._settings.language, sentence, **values),
            file=self._output, flush=True)

    def pair(self, code):
        client = Client(self._settings)
        answer = keys.pair(
            self._settings.folder, lambda: client.get('pair', {'code': code}))
        self.say('paired', name=answer['name'], company=answer['company'])

    def screen(self):
        screen = self._till.screen()
        self.say('till', **{k: screen['till'][k] for k in ['name', 'state']})
        self._say_articles(screen)

    def read(self):
        balances = self._till.card(self._card())
        if not balances:
            self.say('card_empty')
        for balance in balances:
            self.say(
                'balance' if balance['accepted'] else 'balance_elsewhere',
                **{k: balance[k] for k in ['name', 'balance', 'money']})
            if balance['melts_on']:
                self.say(
                    'melts', melts=balance['melts'],
                    date=balance['melts_on'])

    def pay(self, *order):
        lines = till.lines(self._till.screen()['articles'], order)
        self._say_done(self._till.pay(self._card(), lines))

    def bar(self):
        "Sell until nothing more is typed"
        screen = self._till.screen()
        self._say_articles(screen)
        while True:
            self.say('ask_order')
            order = sys.stdin.readline().split()
            if not order:
                return
            try:
                lines = till.lines(screen['articles'], order)
                self._say_done(self._till.pay(self._card(), lines))
            except (OrderError, RefusedError, WaitingError) as error:
                self.say(error.sentence, **error.values)

    def top_up(self, text, name='cash'):
        amount = till.amount(text)
        if self._settings.money is None:
            raise OrderError('order_money')
        method = till.method(self._till.screen()['methods'], name)
        self._say_done(self._till.top_up(
                self._card(), self._settings.money, amount, method))

    def flush(self):
        if not self._till.flush():
            self.say('nothing_waits')

    def give_up(self, text):
        self.say('given_up', uuid=self._till.give_up(text).uuid)

    def status(self):
        waiting = self._journal.waiting()
        for operation in waiting:
            self.say(
                'waiting', uuid=operation.uuid, at=operation.at,
                route=operation.route)
        for operation in self._journal.refused_undo():
            self.say('undo_refused', uuid=operation.uuid)
        if not waiting:
            self.say('nothing_waits')

    def _card(self):
        self.say('show_card')
        if self._cards is None:
            name = self._settings.reader
            self._cards = readers.cards(
                name, self._settings.readers.get(name, {}))
        return readers.one(self._cards)

    def _say_articles(self, screen):
        for key, article in enumerate(screen['articles'], 1):
            self.say(
                'article', key=key, label=article['label'],
                price=article['price'] or '–',
                currency=screen['till']['currency'].upper())

    def _say_done(self, answer):
        self.say('done', total=answer['total'], number=answer['number'])
        if any(c in '123456789' for c in str(answer['change'])):
            self.say('change', change=answer['change'])
        for moved in answer['moved']:
            self.say('moved', **{
                    k: moved[k] for k in ['code', 'amount', 'balance']})

    def _say_settled(self, operation, answer):
        "Say what became of what waited"
        if operation.route == 'cancel':
            self.say(
                'undone' if answer.code == 'ok' else 'undo_refused',
                uuid=operation.data['sale'])
        elif answer.code != 'ok':
            self.say('refused', message=answer.message, code=answer.code)
        elif not operation.given_up:
            self.say('was_done', uuid=operation.uuid, at=operation.at)
            self._say_done(answer.data)

    def _say_skew(self):
        seconds = abs(self._client.skew_seconds or 0)
        if seconds > SKEW_SECONDS:
            self.say('skew', minutes=seconds // 60)


def parse(arguments):
    parser = argparse.ArgumentParser(prog='python -m terminal')
    parser.add_argument('--config', type=pathlib.Path, default=CONFIG)
    parser.add_argument('--reader', help="instead of the configured one")
    commands = parser.add_subparsers(dest='command', required=True)
    for name, help_, options in [
            ('pair', "keep a key for the code of a device", ['code']),
            ('screen', "show what the till sells", []),
            ('read', "show what is on a card", []),
            ('pay', "sell articles to a card: 1 2x3", ['order*']),
            ('bar', "sell, one order after the other", []),
            ('top-up', "load a card: 20.00, paid cash", [
                    'amount', 'method?']),
            ('flush', "send again what waits for an answer", []),
            ('give-up', "drop what waits, by its identifier", ['uuid']),
            ('status', "show what waits for an answer", []),
            ]:
        command = commands.add_parser(name, help=help_)
        for option in options:
            if option[-1] in '*?':
                command.add_argument(option[:-1], nargs=option[-1])
            else:
                command.add_argument(option)
    return parser.parse_args(arguments)


def main(arguments=None, output=None):
    "Return 0 if done, 1 if refused, 2 if it cannot begin, 3 if it waits"
    asked = parse(arguments)
    output = output or sys.stdout
    language = 'fr'
    try:
        config = settings.read(asked.config)
        language = config.language
        if asked.reader:
            config = dataclasses.replace(config, reader=asked.reader)
        Terminal(config, output).run(asked.command, _values(asked))
    except TerminalError as error:
        print(
            tell(language, error.sentence, **error.values),
            file=output, flush=True)
        if isinstance(error, WaitingError):
            return WAITING
        return REFUSED if isinstance(error, RefusedError) else USAGE
    except KeyboardInterrupt:
        return USAGE
    return 0


def _values(asked):
    "Return what is typed behind the command"
    values = []
    for name in ['code', 'order', 'amount', 'method', 'uuid']:
        value = getattr(asked, name, None)
        if value is not None:
            values.extend(value if isinstance(value, list) else [value])
    return values


if __name__ == '__main__':
    sys.exit(main())
