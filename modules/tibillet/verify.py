"""Check archives of tills with neither the server nor its database.

    python3 verify.pyz archive.zip [next.zip ...] [--key PUBLIC]
    python3 -m tibillet.verify archive.zip

An archive is a zip, or the folder that it was unpacked in:
archive.json says whose it is, with which keys it is signed, and gives for
each chain its first and last rank, the links around them and the SHA-256 of
each file; <chain>.jsonl has a fact on each line. Several archives of one till
are checked to follow each other. The exit code is 0 if nothing is broken, 1
if something is, 2 if there is nothing to check.
"""
import argparse
import hashlib
import json
import locale
import pathlib
import sys
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field

from tibillet import chain

FORMAT = 'tibillet-archive-1'
MANIFEST = 'archive.json'
# A longer line is no fact of a till.
LINE_MAX = 16 * 1024 * 1024
# What a damaged file raises when it is read.
_BROKEN = (
    OSError, EOFError, KeyError, ValueError, TypeError, RuntimeError,
    zipfile.BadZipFile, zlib.error)
# How many problems are told: after the first ones more say nothing new.
SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """What is broken

    kind: a name of SENTENCES.
    where: the chain or the file.
    number: of the fact, as people read it; empty for a whole file.
    """
    kind: str
    where: str
    number: str = ''


def name(kind, till):
    """Return the name of a chain

    kind: sale, closure, log or another one of the till.
    till: the identifier of the till, the same in all databases.
    """
    return ['till', kind, till]


def is_signed(public, link, signature):
    "Return whether the signature of a link is that of a key, in hexadecimal"
    try:
        return chain.is_signed(
            bytes.fromhex(public), bytes.fromhex(link),
            bytes.fromhex(signature))
    except (TypeError, ValueError):
        return False


def follow(where, before, facts, end, keys):
    """Return how many facts of a chain were read, and the problems

    where: what the problems say of the chain.
    before, end: rank and link of what precedes the first fact, and of the
        last one as it was kept.
    facts: (rank, number, data, link, key, signature), in order of rank.
    keys: the public keys in hexadecimal, by what facts call them.
    """
    problems, count = [], 0
    rank, previous = before
    for rank_, shown, data, link, key, signature in facts:
        count += 1
        number = str(shown)
        if rank_ != rank + 1:
            problems.append(Problem('hole', where, str(rank + 1)))
        rank = rank_
        if chain.link(previous, data) != link:
            problems.append(Problem('link', where, number))
        if key not in keys:
            problems.append(Problem('key', where, number))
        elif not is_signed(keys[key], link, signature):
            problems.append(Problem('signature', where, number))
        # One fault is said once: what follows is judged from what is there.
        previous = link or previous
    if (rank, previous) != tuple(end):
        problems.append(Problem('end', where, str(end[0])))
    return count, problems


@dataclass
class Checked:
    """What an archive was found to hold

    counts: number of facts by chain.
    """
    path: str
    manifest: dict = field(default_factory=dict)
    counts: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)


class _Unreadable(ValueError):

    def __init__(self, where, number=''):
        super().__init__(where)
        self.problem = Problem('unreadable', where, number)


def verify(path, trusted=()):
    """Return what an archive holds and what is broken in it, a Checked

    path: of a zip, a folder, or a file open to read its bytes.
    trusted: public keys in hexadecimal; those of the archive must be among
        them, unless there are none.
    """
    checked = Checked(str(path))
    try:
        files = _open(path)
        _check(files, checked, {key.lower() for key in trusted})
    except _Unreadable as error:
        checked.problems.append(error.problem)
    return checked


def _open(path):
    if isinstance(path, (str, pathlib.Path)) and pathlib.Path(path).is_dir():
        return pathlib.Path(path)
    try:
        return zipfile.Path(zipfile.ZipFile(path))
    except _BROKEN as error:
        raise _Unreadable(str(path)) from error


def _check(files, checked, trusted):
    manifest = checked.manifest = _get_manifest(files)
    problems = checked.problems
    public = {key['public'] for key in manifest['keys']}
    if trusted and not public <= trusted:
        problems.append(Problem('trust', MANIFEST))
    fingerprint = get_fingerprint(manifest)
    if manifest['key'] not in public or not is_signed(
            manifest['key'], fingerprint, manifest['signature']):
        problems.append(Problem('signature', MANIFEST))
    problems += [
        Problem('file', name_) for name_, found in manifest['files'].items()
        if _digest(files, name_) != found]
    problems += [
        Problem('unlisted', name_)
        for name_ in _get_unlisted(files, manifest['files'])]
    for part in manifest['chains']:
        if f"{part['name']}.jsonl" not in manifest['files']:
            problems.append(Problem('file', f"{part['name']}.jsonl"))
            continue
        count, found = _follow(files, manifest, part, public)
        checked.counts[part['name']] = count
        problems += found


def _get_manifest(files):
    try:
        manifest = json.loads((files / MANIFEST).read_bytes())
        if manifest['format'] != FORMAT:
            raise ValueError(manifest['format'])
        _typed(manifest, _SHAPE)
        names = [*manifest['files'], *(p['name'] for p in manifest['chains'])]
        if any(name_ != pathlib.PurePath(name_).name for name_ in names):
            raise ValueError("a file elsewhere")
        # Raises an error if the archive holds what is not plain.
        get_fingerprint(manifest)
    except _BROKEN as error:
        raise _Unreadable(MANIFEST) from error
    return manifest


# What the manifest must have to be read.
_SHAPE = {
    'number': int, 'made_at': str, 'key': str, 'signature': str,
    'till': {'uuid': str, 'code': str},
    'files': dict,
    'keys': [{'public': str}],
    'chains': [{
            'name': str, 'first': int, 'last': int, 'start': str,
            'end': str}],
    }


def _typed(value, shape):
    "Raise an error if the value is not of a shape"
    if isinstance(shape, type):
        if not isinstance(value, shape):
            raise TypeError(value)
    elif isinstance(shape, list):
        _typed(value, list)
        for item in value:
            _typed(item, shape[0])
    else:
        _typed(value, dict)
        for key, inner in shape.items():
            _typed(value[key], inner)


def get_fingerprint(manifest):
    "Return the link of a manifest, which its signature covers"
    contents = {
        key: value for key, value in manifest.items() if key != 'signature'}
    till = manifest['till']['uuid']
    return chain.link(chain.genesis(name('archive', till)), contents)


def _get_unlisted(files, listed):
    """Return the names of what looks like the archive's and is not

    In a folder other files may lie beside.
    """
    ours = {'.csv', '.jsonl'} if isinstance(files, pathlib.Path) else None
    return sorted(
        file.name for file in files.iterdir()
        if file.name not in {*listed, MANIFEST}
        and (not ours or pathlib.PurePath(file.name).suffix in ours))


def _digest(files, name_):
    "Return the SHA-256 of a file, None if it cannot be read"
    digest = hashlib.sha256()
    try:
        with (files / name_).open('rb') as file:
            while block := file.read(1024 * 1024):
                digest.update(block)
    except _BROKEN:
        return None
    return digest.hexdigest()


def _follow(files, manifest, part, public):
    "Return how many facts of a chain were read, and the problems"
    where = part['name']
    found = []
    if part['first'] == 1 and part['start'] != chain.genesis(
            name(where, manifest['till']['uuid'])):
        found.append(Problem('start', where, '1'))
    try:
        count, problems = follow(
            where, (part['first'] - 1, part['start']),
            _facts(files, f'{where}.jsonl'), (part['last'], part['end']),
            {key: key for key in public})
    except _Unreadable as error:
        return 0, [*found, error.problem]
    except ValueError:
        # A link that is none.
        return 0, [*found, Problem('unreadable', where)]
    return count, found + problems


def _facts(files, name_):
    number = 0
    try:
        with (files / name_).open('rb') as file:
            while line := file.readline(LINE_MAX):
                number += 1
                fact = json.loads(line)
                # Anything that is not plain is told here.
                chain.canonical(fact['data'])
                _typed(fact, _FACT)
                yield tuple(fact[key] for key in FACT)
    except _BROKEN as error:
        raise _Unreadable(name_, str(number)) from error


_FACT = {
    'rank': int, 'number': str, 'link': str, 'key': str, 'signature': str}
FACT = ['rank', 'number', 'data', 'link', 'key', 'signature']


def check_order(archives):
    """Return the problems between archives of one till, given in any order

    archives: Checked.
    """
    problems, ends, previous = [], {}, None
    for checked in sorted(
            (a for a in archives if a.manifest),
            key=lambda a: a.manifest['number']):
        manifest = checked.manifest
        if previous and (
                manifest['till']['uuid'] != previous['till']['uuid']
                or manifest.get('previous') != get_fingerprint(previous)):
            problems.append(Problem('order', checked.path))
        for part in manifest['chains']:
            known = ends.get(part['name'])
            if known and known != (part['first'] - 1, part['start']):
                problems.append(Problem('order', checked.path, part['name']))
            ends[part['name']] = part['last'], part['end']
        previous = manifest
    return problems


SENTENCES = {
    'en': {
        'hole': "{where}: number {number} is missing.",
        'link': "{what}: it was changed, or what is before it.",
        'key': "{what}: the archive does not hold its key.",
        'signature': "{what}: the signature is not the till's.",
        'end': "{where}: it does not end with number {number}, as was kept.",
        'start': "{where}: it does not start as the chain of this till.",
        'file': "{where}: the file is missing or was changed.",
        'unlisted': "{where}: the file is not one of the archive.",
        'trust': "{where}: it is not signed with the keys you trust.",
        'unreadable': "{what}: it cannot be read.",
        'order': "{what}: it does not follow the archive before.",
        'head': "Archive {number} of till {till}, made at {made_at}",
        'chain': "  {name}: {count} facts, {first} to {last}",
        'trusted': "  signed with the keys you trust",
        'public': "  signed with {public}: ask the venue whether it is its"
        " key, and give it with --key",
        'more': "… and {count} more.",
        'ok': "Nothing is broken: {count} facts, each chained and signed.",
        'broken': "Something is broken, see above.",
        'none': "There is no archive here. Give its path: verify.pyz"
        " archive.zip",
        },
    'fr': {
        'hole': "{where} : il manque le numéro {number}.",
        'link': "{what} : modifié, ou ce qui le précède.",
        'key': "{what} : l'archive ne contient pas sa clé.",
        'signature': "{what} : la signature n'est pas celle de la"
        " caisse.",
        'end': "{where} : ne finit pas au numéro {number}, comme retenu.",
        'start': "{where} : ne commence pas comme la chaîne de cette caisse.",
        'file': "{where} : le fichier manque ou a été modifié.",
        'unlisted': "{where} : ce fichier n'est pas de l'archive.",
        'trust': "{where} : pas signé avec les clés auxquelles vous vous"
        " fiez.",
        'unreadable': "{what} : illisible.",
        'order': "{what} : ne suit pas l'archive d'avant.",
        'head': "Archive {number} de la caisse {till}, faite le {made_at}",
        'chain': "  {name} : {count} faits, de {first} à {last}",
        'trusted': "  signée avec les clés auxquelles vous vous fiez",
        'public': "  signée avec {public} : demandez au lieu si c'est sa clé,"
        " et donnez-la avec --key",
        'more': "… et {count} autres.",
        'ok': "Rien n'est abîmé : {count} faits, chacun chaîné et signé.",
        'broken': "Quelque chose est abîmé, voir ci-dessus.",
        'none': "Il n'y a pas d'archive ici. Donnez son chemin : verify.pyz"
        " archive.zip",
        },
    }


def sentence(problem, language):
    "Return a problem in words, language: fr or another for English"
    texts = SENTENCES.get(language) or SENTENCES['en']
    return texts[problem.kind].format(
        where=problem.where, number=problem.number,
        what=f'{problem.where} {problem.number}'.strip())


def _say(language, kind, **values):
    sys.stdout.write(SENTENCES[language][kind].format(**values) + '\n')


def _tell(language, checked, trusted):
    manifest = checked.manifest
    if manifest:
        _say(language, 'head', number=manifest['number'],
            till=manifest['till']['code'], made_at=manifest['made_at'])
        for part in manifest['chains']:
            _say(language, 'chain', **{
                    **part, 'count': checked.counts.get(part['name'], 0)})
        if trusted and all(p.kind != 'trust' for p in checked.problems):
            _say(language, 'trusted')
        else:
            for key in manifest['keys']:
                _say(language, 'public', public=key['public'])


def main(arguments=None):
    "Check what is named on the command line, return the exit code"
    parser = argparse.ArgumentParser(
        prog='verify', description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('archives', nargs='*')
    parser.add_argument(
        '--key', action='append', default=[], metavar='PUBLIC',
        help="a public key you trust, in hexadecimal")
    parser.add_argument('--language', choices=sorted(SENTENCES))
    options = parser.parse_args(arguments)
    language = options.language or _language()
    paths = options.archives or _beside()
    if not paths:
        _say(language, 'none')
        return 2
    archives = [verify(path, options.key) for path in paths]
    problems = []
    for checked in archives:
        _tell(language, checked, options.key)
        problems += checked.problems
    problems += check_order(archives)
    for problem in problems[:SHOWN]:
        sys.stdout.write(sentence(problem, language) + '\n')
    if problems[SHOWN:]:
        _say(language, 'more', count=len(problems[SHOWN:]))
    counts = sum((Counter(a.counts) for a in archives), Counter())
    _say(language, 'broken' if problems else 'ok', count=counts.total())
    return 1 if problems else 0


def _language():
    code, _ = locale.getlocale()
    return 'fr' if (code or '').lower().startswith('fr') else 'en'


def _beside():
    "Return the folder of the verifier if an archive was unpacked there"
    folder = pathlib.Path(sys.argv[0]).resolve().parent
    return [folder] if (folder / MANIFEST).exists() else []


if __name__ == '__main__':
    sys.exit(main())
