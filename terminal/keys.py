"""The keys of a terminal: what the server knows it by, what it signs with.

In one file that only its user may read. They are never shown.
"""
import json
import os
import secrets
from dataclasses import dataclass, field

from tibillet import chain

from .exceptions import KeyFileError

NAME = 'key.json'


@dataclass(frozen=True)
class Keys:
    "key: what is sent to the server; private: what the journal is signed with"
    device: str
    name: str
    key: str = field(repr=False)
    private: bytes = field(repr=False)


def load(folder):
    "Return the keys of a folder"
    path = folder / NAME
    try:
        with open(path) as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise KeyFileError('key_open', path=path)
            data = json.load(file)
        keys = Keys(
            data['device'], data['name'], data['key'],
            bytes.fromhex(data['private']))
        chain.public_key(keys.private)
    except FileNotFoundError as error:
        raise KeyFileError('key_missing') from error
    except OSError as error:
        raise KeyFileError(
            'folder', path=path, reason=error.strerror) from error
    except (ValueError, TypeError, LookupError) as error:
        raise KeyFileError('key_form', path=path) from error
    return keys


def pair(folder, ask):
    """Keep the keys that a server gives, and return its answer

    ask: what asks the server for the only copy of the key. The file is made
        first, so that a key that is given can be kept.
    """
    path, new = folder / NAME, folder / f'{NAME}.new'
    if path.exists():
        raise KeyFileError('key_there', name=load(folder).name)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyFileError(
            'folder', path=folder, reason=error.strerror) from error
    try:
        with open(handle, 'w') as file:
            answer = ask()
            json.dump({
                    'device': answer['device'], 'name': answer['name'],
                    'key': answer['key'],
                    'private': secrets.token_bytes(chain.KEY_BYTES).hex(),
                    }, file)
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)
    finally:
        new.unlink(missing_ok=True)
    sync(folder)
    return answer


def sync(folder):
    "Let the names in a folder outlive a power cut"
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
