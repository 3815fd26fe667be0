"""A reader whose cards are other processes of the same machine.

For tests and shows: whoever reaches it is a card, so that its socket is bound
to loopback, whereas nfcpy lets it answer everywhere.
"""
import socket

from . import contactless

HOST = '127.0.0.1'
PORT = 54321


def cards(options):
    keep_inside(contactless.library().clf.udp.Device)
    port = options.get('port', PORT)
    yield from contactless.cards(f'udp:{HOST}:{port}', options)


def keep_inside(device):
    "Let the driver of nfcpy speak on loopback only"
    def create(self):
        if self.socket is None:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((HOST, 0))
            self.sent_data = self.rcvd_data = 0

    device._create_socket = create
