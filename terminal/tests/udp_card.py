"""A card in the field of the udp reader: a process of its own.

    python -m terminal.tests.udp_card PORT NUMBER
"""
import errno
import sys

HOST = '127.0.0.1'


def main(port, number):
    import nfc
    import nfc.clf.udp

    def bind(self, until):
        # nfcpy would listen everywhere.
        try:
            self.socket.bind((HOST, self.addr[1]))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
        return True

    nfc.clf.udp.Device._bind_socket = bind
    frontend = nfc.ContactlessFrontend(f'udp:{HOST}:{port}')
    target = nfc.clf.LocalTarget('212F')
    # Answer code, number, parameters and system of a Type 3 card.
    target.sensf_res = bytearray.fromhex(
        '01' + number + 'FFFFFFFFFFFFFFFF' + '12FC')
    while True:
        frontend.connect(card={'on-startup': lambda _: target})


if __name__ == '__main__':
    main(*sys.argv[1:])
