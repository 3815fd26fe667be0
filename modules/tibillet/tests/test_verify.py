"""An archive is checked by itself, and whatever is changed in it is named."""
import contextlib
import hashlib
import io
import json
import pathlib
import tempfile
import unittest
import zipfile
from decimal import Decimal

from tibillet import chain, verify
from tibillet.verify import Problem

TILL = '0c5e0a3c-9f5b-4f43-8f9c-1d2c4a6b7e80'
PRIVATE = bytes(range(32))
OTHER = bytes(range(1, 33))
PUBLIC = chain.public_key(PRIVATE).hex()


def sign(link, private=PRIVATE):
    return chain.sign(private, bytes.fromhex(link)).hex()


def fact_lines(name, first, amounts, previous):
    "Return the lines of facts, and the link of the last one"
    lines = []
    for rank, amount in enumerate(amounts, first):
        data = {'kind': name, 'amount': Decimal(amount)}
        previous = chain.link(previous, data)
        lines.append(chain.canonical({
                    'rank': rank, 'number': f'BAR-{rank:06d}', 'data': data,
                    'link': previous, 'key': PUBLIC,
                    'signature': sign(previous)}))
    return lines, previous


def make(number=1, first=1, start=None, previous=None,
        amounts=('3.50', '-3.50', '20')):
    "Return the files of an archive by name"
    start = start or chain.genesis(verify.name('sale', TILL))
    lines, end = fact_lines('sale', first, amounts, start)
    files = {'sale.jsonl': b'\n'.join(lines) + b'\n'}
    manifest = {
        'format': verify.FORMAT,
        'till': {'uuid': TILL, 'code': 'BAR'},
        'number': number,
        'previous': previous,
        'made_at': '2026-03-06T19:00:00Z',
        'keys': [{'public': PUBLIC}],
        'key': PUBLIC,
        'chains': [{
                'name': 'sale', 'first': first,
                'last': first + len(amounts) - 1,
                'start': start, 'end': end}],
        }
    return seal(files, manifest)


def seal(files, manifest, private=PRIVATE):
    "Sign what the files hold now"
    manifest = {
        key: value for key, value in manifest.items() if key != 'signature'}
    manifest['files'] = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items() if name != verify.MANIFEST}
    manifest['signature'] = sign(verify.get_fingerprint(manifest), private)
    return files | {verify.MANIFEST: chain.canonical(manifest)}


def read(files):
    return json.loads(files[verify.MANIFEST])


def pack(files):
    output = io.BytesIO()
    with zipfile.ZipFile(output, 'w', zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    output.seek(0)
    return output


def problems(files, trusted=()):
    found = verify.verify(pack(files), trusted).problems
    return {(p.kind, p.where, p.number) for p in found}


def tamper(files, old, new, again=True):
    "Change a file, and what the manifest says of it if it is sealed again"
    content = files['sale.jsonl'].replace(old, new)
    assert content != files['sale.jsonl']
    changed = files | {'sale.jsonl': content}
    return seal(changed, read(files)) if again else changed


class VerifyTestCase(unittest.TestCase):

    def test_sound(self):
        checked = verify.verify(pack(make()))
        self.assertEqual(checked.problems, [])
        self.assertEqual(checked.counts, {'sale': 3})

    def test_changed(self):
        "Who holds the archive, and even the key, is found out"
        files = make()
        lines = files['sale.jsonl'].splitlines(keepends=True)
        last = json.loads(lines[-1])
        for changed, expected in [
                # Somebody without the key edits the file.
                (tamper(files, b'"20"', b'"2"', again=False), {
                    ('file', 'sale.jsonl', ''),
                    ('link', 'sale', 'BAR-000003')}),
                # Somebody who has stolen the key seals the archive again.
                (tamper(files, b'"20"', b'"2"'), {
                    ('link', 'sale', 'BAR-000003')}),
                (tamper(files, last['signature'].encode(), b'00'), {
                    ('signature', 'sale', 'BAR-000003')}),
                (tamper(files, PUBLIC.encode(), b'ff' * 32), {
                    ('key', 'sale', f'BAR-{i:06d}') for i in [1, 2, 3]}),
                (tamper(files, lines[1], b''), {
                    ('hole', 'sale', '2'), ('link', 'sale', 'BAR-000003')}),
                (tamper(files, lines[2], b''), {('end', 'sale', '3')}),
                (tamper(files, lines[2], lines[2][:-9] + b'\n'), {
                    ('unreadable', 'sale.jsonl', '3')}),
                (tamper(files, b'"20"', b'20.5'), {
                    ('unreadable', 'sale.jsonl', '3')}),
                (tamper(files, last['link'].encode(), b'zz'), {
                    ('end', 'sale', '3'),
                    ('link', 'sale', 'BAR-000003'),
                    ('signature', 'sale', 'BAR-000003')}),
                ]:
            with self.subTest(expected=expected):
                self.assertEqual(problems(changed), expected)

    def test_manifest(self):
        "What the archive says of itself is signed too"
        files = make()
        manifest = read(files)
        unsealed = manifest | {'made_at': '2020-01-01T00:00:00Z'}
        self.assertEqual(
            problems(files | {verify.MANIFEST: chain.canonical(unsealed)}),
            {('signature', 'archive.json', '')})
        self.assertEqual(
            problems(seal(files, manifest, OTHER)),
            {('signature', 'archive.json', '')})
        elsewhere = manifest['chains'][0] | {'start': '00' * 32}
        self.assertEqual(
            problems(seal(files, manifest | {'chains': [elsewhere]})),
            {('start', 'sale', '1'), ('link', 'sale', 'BAR-000001')})
        del files['sale.jsonl']
        self.assertEqual(problems(files), {
                ('file', 'sale.jsonl', ''),
                ('unreadable', 'sale.jsonl', '0')})

    def test_trust(self):
        "An archive made with other keys is told from that of the venue"
        other = chain.public_key(OTHER).hex()
        self.assertEqual(problems(make(), [PUBLIC.upper()]), set())
        self.assertEqual(
            problems(make(), [other]), {('trust', 'archive.json', '')})

    def test_unreadable(self):
        files = make()
        for content in [
                b'', b'{', b'[]', b'{}', b'"archive"', b'\xff',
                chain.canonical({'format': 'tibillet-archive-2'}),
                chain.canonical(read(files) | {'chains': 3}),
                chain.canonical(read(files) | {'files': {'../x': ''}}),
                json.dumps(read(files) | {'rate': 0.1}).encode(),
                b'[' * 100_000,
                ]:
            with self.subTest(content=content[:40]):
                self.assertEqual(
                    problems(files | {verify.MANIFEST: content}),
                    {('unreadable', 'archive.json', '')})
        for content in [b'', b'not a zip', pack(files).getvalue()[:-30]]:
            with self.subTest(content=content[:10]):
                found = verify.verify(io.BytesIO(content)).problems
                self.assertEqual([p.kind for p in found], ['unreadable'])

    def test_damaged(self):
        "Whatever byte is damaged, it is told; nothing else happens"
        packed = pack(make()).getvalue()
        for position in range(len(packed)):
            damaged = bytearray(packed)
            damaged[position] ^= 0x55
            checked = verify.verify(io.BytesIO(damaged))
            # The names and dates of a zip are said twice, some are not read.
            if not checked.problems:
                self.assertEqual(checked.counts, {'sale': 3})

    def test_unlisted(self):
        "A file that the archive does not list is not one of it"
        files = make() | {'sale.csv': b'number;amount'}
        self.assertEqual(problems(files), {('unlisted', 'sale.csv', '')})
        with tempfile.TemporaryDirectory() as folder:
            zipfile.ZipFile(pack(files)).extractall(folder)
            (pathlib.Path(folder) / 'holidays.jpg').touch()
            self.assertEqual(
                [p.where for p in verify.verify(folder).problems],
                ['sale.csv'])

    def test_order(self):
        "Archives of one till go on where the one before ends"
        first = make()
        end = read(first)['chains'][0]['end']
        print_ = verify.get_fingerprint(read(first))
        second = make(2, 4, end, print_, amounts=['7'])
        lost = make(3, 9, end, print_, amounts=['7'])

        def order(*archives):
            return verify.check_order(
                [verify.verify(pack(files)) for files in archives])

        self.assertEqual(order(second, first), [])
        self.assertEqual(problems(second), set())
        self.assertEqual(
            {p.kind for p in order(first, second, lost)}, {'order'})
        self.assertEqual(order(first), [])

    def test_command(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / 'archive.zip'
            file.write_bytes(pack(make()).getvalue())
            unpacked = pathlib.Path(folder) / 'unpacked'
            zipfile.ZipFile(file).extractall(unpacked)
            broken = pathlib.Path(folder) / 'broken.zip'
            broken.write_bytes(
                pack(tamper(make(), b'"20"', b'"2"')).getvalue())
            for arguments, code, text in [
                    ([file], 0, "Nothing is broken: 3 facts"),
                    ([unpacked], 0, "Nothing is broken: 3 facts"),
                    ([file, '--key', PUBLIC], 0, "the keys you trust"),
                    ([file, '--key', 'ff' * 32], 1, f"signed with {PUBLIC}"),
                    ([file, '--language', 'fr'], 0, "Rien n'est abîmé"),
                    ([broken], 1, "sale BAR-000003: it was changed"),
                    ([folder + '/nothing.zip'], 1, "it cannot be read"),
                    ([], 2, "There is no archive here"),
                    ]:
                with self.subTest(arguments=arguments):
                    output = io.StringIO()
                    with contextlib.redirect_stdout(output):
                        found = verify.main(
                            ['--language', 'en', *map(str, arguments)])
                    self.assertEqual(found, code)
                    self.assertIn(text, output.getvalue())

    def test_sentences(self):
        "Each problem has a sentence in each language"
        self.assertEqual(
            verify.SENTENCES['fr'].keys(), verify.SENTENCES['en'].keys())
        problem = Problem('link', 'sale', 'BAR-000003')
        self.assertEqual(
            verify.sentence(problem, 'fr'),
            "sale BAR-000003 : modifié, ou ce qui le précède.")
        self.assertEqual(
            verify.sentence(problem, 'de'),
            "sale BAR-000003: it was changed, or what is before it.")
