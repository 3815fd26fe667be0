import unittest

from tibillet_cashless.card_file import CardFileError, read

A, B = '04A1B2C3D4E5F6', '04A1B2C3D4E5F7'


class CardFileTestCase(unittest.TestCase):

    def test_read(self):
        for content, expected in [
                (f'{A},0001\n{B},0002\n', [
                        (1, A, '0001', None), (2, B, '0002', None)]),
                # Headers, in any order, and blank lines.
                (f'number;uid\n0001;{A}\n\n0002;{B}\n', [
                        (2, A, '0001', None), (4, B, '0002', None)]),
                (f'Numéro\tTag_ID\n0001\t{A}\n', [(2, A, '0001', None)]),
                # No printed number, and columns of others.
                (f'{A}\n', [(1, A, None, None)]),
                (f'"{A}","0,1"\n', [(1, A, '0,1', None)]),
                (f'uid,colour\n{A},red\n', [(2, A, None, None)]),
                # A byte order mark, Windows line ends.
                (f'\ufeffuid;number\r\n{A};0001\r\n', [
                        (2, A, '0001', None)]),
                # What is wrong, line by line.
                (f'{A},1\nzz,2\n{A.lower()},3\n{B},1\n,4\n08A1B2C3,5\n', [
                        (1, A, '1', None),
                        (2, 'zz', '2', 'hex'),
                        (3, A, '3', 'uid_twice'),
                        (4, B, '1', 'number_twice'),
                        (5, '', '4', 'empty'),
                        (6, '08A1B2C3', '5', 'random')]),
                ]:
            with self.subTest(content=content):
                self.assertEqual([
                        (line.line, line.uid, line.number, line.problem)
                        for line in read(content.encode())], expected)

    def test_read_refused(self):
        for content, code in [
                (b'', 'empty'),
                (b'\n , \n', 'empty'),
                (b'uid,number\n', 'empty'),
                (b'number\n0001\n', 'column'),
                ('numéro\n0001'.encode('latin-1'), 'encoding'),
                (b'\x89PNG\r\n\x1a\n', 'encoding'),
                ]:
            with self.subTest(content=content):
                with self.assertRaises(CardFileError) as error:
                    read(content)
                self.assertEqual(error.exception.code, code)
