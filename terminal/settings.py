"""What the configuration of a terminal says, in TOML."""
import pathlib
import re
import tomllib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .exceptions import SettingsError
from .sentences import LANGUAGES

LOOPBACK = {'127.0.0.1', '::1', 'localhost'}


@dataclass(frozen=True)
class Settings:
    """
    server: its address. database: the one of the venue.
    folder: where the key and the journal are.
    money: the number of the money that is loaded, if any is.
    """
    server: str
    database: str
    folder: pathlib.Path
    language: str = 'fr'
    reader: str = 'wedge'
    money: int | None = None
    timeout_seconds: int = 5
    readers: dict = field(default_factory=dict)


def read(path):
    "Return the settings of a file, whose folder paths are relative to"
    path = pathlib.Path(path)
    try:
        data = tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        raise SettingsError('settings_missing', path=path) from error
    except (OSError, ValueError) as error:
        raise SettingsError(
            'settings_form', path=path, reason=error) from error
    return make(data, path.parent)


def make(data, folder):
    for name in ['server', 'database', 'folder']:
        if name not in data:
            raise SettingsError('settings_lacks', name=name)
    for name, kind in [
            ('server', str), ('database', str), ('folder', str),
            ('language', str), ('reader', str), ('money', int),
            ('timeout_seconds', int), ('readers', dict)]:
        if name in data and type(data[name]) is not kind:
            raise _wrong(data, name)
    if unknown := set(data) - set(Settings.__dataclass_fields__):
        raise _wrong(data, sorted(unknown)[0])
    if data.get('language', 'fr') not in LANGUAGES:
        raise _wrong(data, 'language')
    if not re.fullmatch(r'[^\s/?#]+', data['database']):
        raise _wrong(data, 'database')
    for name in ['money', 'timeout_seconds']:
        if data.get(name, 1) < 1:
            raise _wrong(data, name)
    for options in data.get('readers', {}).values():
        if not isinstance(options, dict):
            raise _wrong(data, 'readers')
    _check_server(data)
    return Settings(**{
            **data,
            'server': data['server'].rstrip('/'),
            'folder': pathlib.Path(folder) / data['folder']})


def _check_server(data):
    try:
        address = urlsplit(data['server'])
        host, _ = address.hostname, address.port
    except ValueError as error:
        raise _wrong(data, 'server') from error
    if (address.scheme not in {'http', 'https'} or not host
            or address.username or address.query or address.fragment):
        raise _wrong(data, 'server')
    if address.scheme == 'http' and host not in LOOPBACK:
        raise SettingsError('settings_clear')


def _wrong(data, name):
    return SettingsError('settings_value', name=name, value=data[name])
