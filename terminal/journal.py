"""What a terminal asks and is answered, kept before it is sent.

One line of JSON each: data, the link that follows from the line before, and
the signature of that link by the terminal. A line is on the disk before
anything else happens, so that what a crash leaves half written was not sent
and is cut off. Anything else that does not follow is refused.
"""
import base64
import datetime as dt
import fcntl
import json
import os
from dataclasses import dataclass, replace

from tibillet import chain

from .exceptions import JournalError
from .keys import sync

NAME = 'journal.jsonl'


@dataclass(frozen=True)
class Operation:
    """What the server was asked

    at: when, by the clock of the terminal.
    code: of the answer, None while there is none.
    given_up: whether it is to be undone if it was recorded.
    """
    uuid: str
    route: str
    data: dict
    at: str
    code: str | None = None
    given_up: bool = False


class Journal:
    "The journal of a folder, for one program at a time"

    def __init__(self, folder, keys, now=None):
        self.path = folder / NAME
        self.count = 0
        self._operations = {}
        self._waiting = {}
        self._undo = {}
        self._private = keys.private
        self._public = chain.public_key(keys.private)
        self._now = now or (lambda: dt.datetime.now(dt.UTC))
        self._link = chain.genesis([
                'terminal', keys.device, self._public.hex()])
        try:
            self._file = os.open(
                self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise JournalError(
                'folder', path=self.path, reason=error.strerror) from error
        try:
            self._lock()
            self._size = self._read()
            os.ftruncate(self._file, self._size)
            os.fsync(self._file)
            sync(folder)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        os.close(self._file)

    def waiting(self):
        "Return what was asked and not answered, in order"
        return list(self._waiting.values())

    def to_undo(self):
        "Return what was given up, but recorded, and is not asked back yet"
        return list(self._undo.values())

    def refused_undo(self):
        "Return what was given up and the server does not cancel"
        return [
            self._operations[o.data['sale']]
            for o in self._operations.values()
            if o.route == 'cancel' and o.code not in {None, 'ok'}]

    def ask(self, uuid, route, data):
        "Keep what is going to be asked, and return it"
        self._write({
                'kind': 'asked', 'uuid': uuid, 'route': route, 'data': data})
        return self._operations[uuid]

    def answer(self, uuid, code, data):
        "Keep what the server has answered"
        self._write({
                'kind': 'answered', 'uuid': uuid, 'code': code, 'data': data})

    def give_up(self, uuid):
        "Keep that an operation must not have been"
        self._write({'kind': 'given_up', 'uuid': uuid})

    def _lock(self):
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise JournalError('journal_busy', path=self.path) from error

    def _read(self):
        "Take in the lines there are, and return where the last one ends"
        size, signature = 0, None
        with open(self._file, 'rb', closefd=False) as file:
            for line in file:
                if not line.endswith(b'\n'):
                    break
                signature = self._take(line)
                size += len(line)
        # The last link covers all of those before.
        if self.count and not chain.is_signed(
                self._public, bytes.fromhex(self._link), signature):
            raise self._broken(self.count)
        return size

    def _take(self, line):
        "Take in a line that must follow, and return its signature"
        number = self.count + 1
        try:
            found = json.loads(line)
            data, signature = found['data'], base64.b64decode(
                found['signature'], validate=True)
            expected = chain.link(self._link, data)
            if found['link'] != expected or data['seq'] != number:
                raise self._broken(number)
            self._apply(data)
        except (ValueError, TypeError, LookupError) as error:
            raise self._broken(number) from error
        self._link, self.count = expected, number
        return signature

    def _broken(self, line):
        return JournalError('journal_broken', path=self.path, line=line)

    def _write(self, data):
        data = {
            'seq': self.count + 1,
            'at': self._now().strftime('%Y-%m-%dT%H:%M:%SZ'), **data}
        link = chain.link(self._link, data)
        signature = chain.sign(self._private, bytes.fromhex(link))
        line = chain.canonical({
                'data': data, 'link': link,
                'signature': base64.b64encode(signature).decode()}) + b'\n'
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            os.fsync(self._file)
        except OSError as error:
            # Half a line before the next one could not be told from a fraud.
            os.ftruncate(self._file, self._size)
            raise JournalError(
                'journal_full', path=self.path,
                reason=error.strerror) from error
        self._size += len(line)
        self._link, self.count = link, data['seq']
        self._apply(json.loads(line)['data'])

    def _apply(self, data):
        uuid = data['uuid']
        match data['kind']:
            case 'asked':
                operation = Operation(
                    uuid, data['route'], data['data'], data['at'])
                if operation.route == 'cancel':
                    self._undo.pop(operation.data['sale'], None)
            case 'answered':
                operation = replace(
                    self._operations[uuid], code=data['code'])
            case 'given_up':
                operation = replace(self._operations[uuid], given_up=True)
            case kind:
                raise ValueError(kind)
        self._operations[uuid] = operation
        if operation.code is None:
            self._waiting[uuid] = operation
        else:
            self._waiting.pop(uuid, None)
            if operation.given_up and operation.code == 'ok':
                self._undo[uuid] = operation
