"""Readers that nfcpy drives, with a library that stands in for it."""
import socket
import sys
import types

import pytest

from terminal import readers
from terminal.exceptions import ReaderError
from terminal.readers import contactless, udp


class CommunicationError(Exception):
    pass


class Frontend:
    "Senses what it is told, then is unplugged"
    opens = True
    field = ()
    made = []

    def __init__(self):
        self.made.append(self)
        self.closed = False
        self.left = list(self.field)

    def open(self, path):
        self.path = path
        if isinstance(self.opens, Exception):
            raise self.opens
        return self.opens

    def sense(self, target, iterations, interval):
        self.target = target
        if not self.left:
            raise OSError(19, "No such device")
        found = self.left.pop(0)
        if found == 'torn':
            raise CommunicationError()
        return found

    def close(self):
        self.closed = True


class Device:
    socket = None


@pytest.fixture
def nfc(monkeypatch):
    modules = {
        name: types.ModuleType(name)
        for name in ['nfc', 'nfc.clf', 'nfc.clf.udp']}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    nfc = modules['nfc']
    nfc.clf, nfc.clf.udp = modules['nfc.clf'], modules['nfc.clf.udp']
    nfc.clf.CommunicationError = CommunicationError
    nfc.clf.RemoteTarget = str
    nfc.clf.udp.Device = type('Device', (Device,), {})
    nfc.ContactlessFrontend = type(
        'Frontend', (Frontend,), {'made': []})
    nfc.tag = types.SimpleNamespace(
        activate=lambda frontend, found: types.SimpleNamespace(
            identifier=bytes.fromhex(found)) if found != 'FF' else None)
    return nfc


def read(name, options=None):
    "Return the cards until the reader is unplugged"
    found = []
    with pytest.raises(ReaderError) as error:
        for card in readers.cards(name, options or {}):
            found.append(card)
    assert error.value.sentence == 'reader_device'
    return found


@pytest.mark.parametrize('field,cards', [
        ([], []),
        ([None, 'ee144200'], ['EE144200']),
        (['04a1b2c3d4e5f6'] * 3, ['04A1B2C3D4E5F6']),
        (['01', None, None, '01'], ['01']),
        (['01', None, None, None, '01'], ['01', '01']),
        (['01', '02', '01'], ['01', '02', '01']),
        (['torn', '01', 'torn', '01', 'FF'], ['01']),
        ], ids=str)
def test_cards(nfc, field, cards):
    nfc.ContactlessFrontend.field = field
    assert read('usb') == cards
    frontend, = nfc.ContactlessFrontend.made
    assert (frontend.path, frontend.target) == ('usb', '106A')
    assert frontend.closed


def test_options(nfc):
    read('usb', {'path': 'tty:S0:pn532', 'target': '212F'})
    read('udp', {'port': 4711})
    serial, network = nfc.ContactlessFrontend.made
    assert (serial.path, serial.target) == ('tty:S0:pn532', '212F')
    assert network.path == 'udp:127.0.0.1:4711'


@pytest.mark.parametrize('opens', [
        False, PermissionError(13, "Permission denied"),
        ValueError("bad path")], ids=repr)
def test_no_device(nfc, opens):
    nfc.ContactlessFrontend.opens = opens
    assert read('usb') == []


def test_loopback(nfc):
    "What the driver listens on is out of reach of other machines"
    device = nfc.clf.udp.Device
    udp.keep_inside(device)
    udp.keep_inside(device)
    found = device()
    found._create_socket()
    kept = found.socket
    found._create_socket()
    assert found.socket is kept
    with kept:
        assert kept.type == socket.SOCK_DGRAM
        assert kept.getsockname()[0] == '127.0.0.1'


def test_no_library(monkeypatch):
    "Without nfcpy the terminal says what to install"
    monkeypatch.setitem(sys.modules, 'nfc', None)
    for name in ['usb', 'udp']:
        with pytest.raises(ReaderError) as error:
            next(readers.cards(name, {}))
        assert error.value.sentence == 'reader_library'
    with pytest.raises(ReaderError):
        contactless.library()
