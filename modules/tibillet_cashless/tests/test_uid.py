import unittest

from tibillet_cashless.uid import UidError, parse


class UidTestCase(unittest.TestCase):

    def test_parse(self):
        for text, expected in [
                ('04a1b2c3d4e5f6', '04A1B2C3D4E5F6'),
                ('04:A1:B2:C3:D4:E5:F6', '04A1B2C3D4E5F6'),
                (' 04-a1-b2-c3-d4-e5-f6\n', '04A1B2C3D4E5F6'),
                ('EE 14 42 74', 'EE144274'),
                ('0312345678abcdef', '0312345678ABCDEF'),
                ('04A1B2C3D4E5F6070809', '04A1B2C3D4E5F6070809'),
                # 08 and 88 mean nothing on longer numbers.
                ('08A1B2C3D4E5F6', '08A1B2C3D4E5F6'),
                ('88A1B2C3D4E5F6', '88A1B2C3D4E5F6'),
                ('0912ABCD', '0912ABCD'),
                ('00000001', '00000001'),
                ]:
            with self.subTest(text=text):
                self.assertEqual(parse(text), expected)

    def test_parse_refused(self):
        for text, code in [
                (None, 'empty'),
                ('', 'empty'),
                (' : ', 'empty'),
                ('04A1B2C3D4E5G6', 'hex'),
                ('0x04A1B2C3', 'hex'),
                ('04.A1.B2.C3', 'hex'),
                ('٠٤A1B2C3', 'hex'),
                ('04A1B2C', 'length'),
                ('04A1B2C3D4', 'length'),
                ('04A1B2C3D4E5', 'length'),
                ('04A1B2C3D4E5F60708', 'length'),
                ('04A1B2C3D4E5F607080910', 'length'),
                ('1234567890', 'length'),
                ('08A1B2C3', 'random'),
                ('08:a1:b2:c3', 'random'),
                ('88A1B2C3', 'truncated'),
                ('00000000', 'zero'),
                ('00000000000000', 'zero'),
                ]:
            with self.subTest(text=text):
                with self.assertRaises(UidError) as error:
                    parse(text)
                self.assertEqual(error.exception.code, code)
