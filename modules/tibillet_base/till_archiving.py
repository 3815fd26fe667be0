"""Write what the chains of a till hold in an archive that anyone can check.

A zip: each chain as lines of JSON and as tables, archive.json that says what
there is and is signed, and the verifier. doc/archive.rst describes it.
"""
import datetime as dt
import hashlib
import io
import zipfile
from dataclasses import dataclass
from importlib import resources

from trytond import __version__
from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction

import tibillet
from tibillet import chain, verify

from . import (
    spreadsheet, till_chain, till_check, till_reading, till_sql, tools)
from .exceptions import TillArchiveEmptyError

# What one archive holds of a chain at most; what is left is for the next one.
FACTS_MAX = 100_000
VERIFIER = 'verify.pyz'
_VERIFIER_MAIN = '''\
import sys

from tibillet.verify import main

sys.exit(main())
'''
_VERIFIER_FILES = ['__init__.py', 'chain.py', 'verify.py']


@dataclass
class Part:
    """What an archive holds of a chain

    before, end: rank and link of what precedes it, and of its last fact.
    """
    chain: till_reading.Chain
    before: tuple
    end: tuple

    @property
    def name(self):
        return self.chain.name

    @property
    def count(self):
        return self.end[0] - self.before[0]

    def plain(self):
        return {
            'name': self.name,
            'first': self.before[0] + 1, 'last': self.end[0],
            'start': self.before[1], 'end': self.end[1],
            'columns': self.chain.columns,
            }


class Archiving:
    "What there is to archive of a till, which it locks"

    def __init__(self, point):
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        self.row = till_sql.lock(point)
        self.point = point
        self.at = tools.now()
        last = Archive.search([
                ('point', '=', point.id),
                ], order=[('number', 'DESC')], limit=1)
        self.previous = last[0] if last else None
        self.number = self.previous.number + 1 if self.previous else 1
        self.ends = self._get_ends()

    def archive(self):
        "Return the new archive"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        Log = pool.get('tibillet.till.log')
        gaps = list(self._get_gaps())
        if not gaps and not self._has_news():
            raise TillArchiveEmptyError(gettext(
                    'tibillet_base.msg_till_archive_empty',
                    till=self.point.rec_name))
        # A new key is told in the log, which is archived too.
        signer = till_sql.signer(self.row)
        content, parts, fingerprint = self._write(signer)
        sentences = [
            *map(till_check.say, [
                    *gaps, *till_check.check_beside(self.row)]),
            *(verify.sentence(problem, Transaction().language)
                for problem in verify.verify(io.BytesIO(content)).problems),
            ]
        archive, = Archive.create([{
                    'point': self.point.id,
                    'number': self.number,
                    'made_at': self.at,
                    'made_by': tools.who(),
                    'fingerprint': fingerprint,
                    'problems': '\n'.join(
                        sentences[:verify.SHOWN]) or None,
                    'file': content,
                    'chains': [('create', [{
                                    'name': part.name,
                                    'first': part.before[0] + 1,
                                    'last': part.end[0],
                                    'end': part.end[1],
                                    } for part in parts if part.count])],
                    }])
        Log.append(
            self.row, 'archive', subject=str(self.number),
            detail=fingerprint, key=signer)
        till_sql.advance(self.row)
        return archive

    def _get_ends(self):
        "Return rank and link up to which each chain is archived"
        pool = Pool()
        Part = pool.get('tibillet.till.archive.chain')
        return {
            part.name: (part.last, part.end)
            for part in Part.search([
                    ('archive.point', '=', self.point.id),
                    ], order=[('id', 'ASC')])}

    def _has_news(self):
        "Return whether there is more than the log of the archive before"
        news = [part for part in self._get_parts() if part.count]
        return any(
            part.name != 'log' or any(
                data['kind'] != 'archive'
                for _, _, data, *_ in part.chain.read(
                    part.before[0] + 1, part.end[0]))
            for part in news)

    def _get_gaps(self):
        "Yield the chains that do not hold what was archived of them"
        for found in till_reading.chains(self.row):
            rank, link = self.ends.get(found.name, (0, None))
            facts = list(found.read(rank, rank)) if rank else []
            if rank and [fact[3] for fact in facts] != [link]:
                yield verify.Problem('end', found.name, str(rank))

    def _get_parts(self):
        "Yield what this archive holds, its end still to be read"
        for found in till_reading.chains(self.row):
            before = self.ends.get(found.name) or (
                0, till_chain.start(found.name, self.row.uuid))
            if found.last <= before[0]:
                yield Part(found, before, before)
            elif found.last - before[0] > FACTS_MAX:
                yield Part(found, before, (before[0] + FACTS_MAX, None))
            else:
                yield Part(found, before, (found.last, found.head))

    def _write(self, signer):
        "Return the bytes of the archive, its parts and its fingerprint"
        parts = list(self._get_parts())
        keys = till_check.get_keys(self.point)
        output = io.BytesIO()
        with zipfile.ZipFile(output, 'w', zipfile.ZIP_DEFLATED) as file:
            writer = _Writer(file, self.at)
            for part in parts:
                writer.write_part(part, keys)
            writer.write('README.txt', gettext(
                    'tibillet_base.msg_till_archive_readme',
                    verifier=VERIFIER).encode())
            writer.write(VERIFIER, _get_verifier(self.at))
            manifest = self._get_manifest(parts, keys, signer)
            manifest['files'] = writer.files
            fingerprint = verify.get_fingerprint(manifest)
            manifest['signature'] = signer.sign(fingerprint)
            writer.write(verify.MANIFEST, chain.canonical(manifest))
        return output.getvalue(), parts, fingerprint

    def _get_manifest(self, parts, keys, signer):
        company = self.point.company
        return {
            'format': verify.FORMAT,
            'till': {
                'uuid': self.row.uuid,
                'code': self.row.code,
                'name': self.point.name,
                },
            'company': {
                'name': company.party.name,
                'identifiers': [
                    [identifier.type, identifier.code]
                    for identifier in company.party.identifiers],
                },
            'currency': company.currency.code,
            'number': self.number,
            'previous': self.previous.fingerprint if self.previous else None,
            'made_at': self.at.replace(tzinfo=dt.UTC),
            'made_by': tools.who(),
            'software': f'trytond {__version__}',
            'keys': [{'public': public} for public in keys.values()],
            'key': keys[signer.id],
            'chains': [part.plain() for part in parts],
            }


class _Writer:
    "Writes the files of an archive and keeps their SHA-256"

    def __init__(self, file, at):
        self.file = file
        self.date = at.timetuple()[:6]
        self.files = {}

    def write(self, name, content):
        self.file.writestr(self._info(name), content)
        if name != verify.MANIFEST:
            self.files[name] = hashlib.sha256(content).hexdigest()

    def write_part(self, part, keys):
        "Write the facts of a chain and find its end"
        tables = _Tables(part)
        name = f'{part.name}.jsonl'
        digest = hashlib.sha256()
        link = part.before[1]
        with self.file.open(self._info(name), 'w') as file:
            for fact in part.chain.read(part.before[0] + 1, part.end[0]):
                rank, number, data, link, key, signature = fact
                line = chain.canonical(dict(zip(verify.FACT, [
                                rank, number, data, link or '',
                                keys.get(key, ''), signature or '',
                                ], strict=True))) + b'\n'
                file.write(line)
                digest.update(line)
                tables.add(number, data)
        self.files[name] = digest.hexdigest()
        part.end = part.end[0], part.end[1] or link
        for name, rows in tables.rows.items():
            # Some facts have less to say than others.
            columns = list(dict.fromkeys(key for row in rows for key in row))
            self.write(f'{name}.csv', spreadsheet.write([columns, *(
                            [row.get(column) for column in columns]
                            for row in rows)]))

    def _info(self, name):
        info = zipfile.ZipInfo(name, self.date)
        info.compress_type = zipfile.ZIP_DEFLATED
        return info


class _Tables:
    """The facts of a chain as rows of one table, and one for each list

    A list of simple values is part of the row of its fact, a list of lists
    has a table of its own.
    """

    def __init__(self, part):
        self.part = part
        self.rows = {}

    def add(self, number, data):
        columns = self.part.chain.columns
        row = {'number': number}
        for key, value in data.items():
            if key not in columns:
                row[key] = value
            elif value and not isinstance(value[0], (list, tuple)):
                row.update(zip(columns[key], value, strict=True))
            else:
                self._add(f'{self.part.name}_{key}', [
                        {'number': number}
                        | dict(zip(columns[key], item, strict=True))
                        for item in value])
        self._add(self.part.name, [row])

    def _add(self, name, rows):
        if rows:
            self.rows.setdefault(name, []).extend(rows)


def _get_verifier(at):
    "Return the program that checks an archive, one file that Python runs"
    output = io.BytesIO()
    date = at.timetuple()[:6]
    folder = resources.files(tibillet)
    with zipfile.ZipFile(output, 'w', zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo('__main__.py', date), _VERIFIER_MAIN)
        for name in _VERIFIER_FILES:
            file.writestr(
                zipfile.ZipInfo(f'tibillet/{name}', date),
                (folder / name).read_text())
    return output.getvalue()
