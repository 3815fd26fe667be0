"""The form of every file: python -m tools.lint

Python by ruff and isort; XML, PO, TOML and JSON well-formed; translations
with the placeholders of their source; no stray whitespace.
"""
import json
import pathlib
import re
import subprocess
import sys
import tomllib
import xml.sax

from tools.steps import ROOT

TEXTS = {
    '.py', '.xml', '.po', '.cfg', '.toml', '.md', '.rst', '.txt', '.conf',
    '.json', '.js', '.css', '.html', '.csv', '.svg', '.yaml', '.service',
    '.timer', ''}
# Written by a tool, in its own form.
MADE = {'config/webclient/package-lock.json'}
PLACEHOLDER = re.compile(r'%\((\w+)\)[sd]')


def files():
    "Return the files of the checkout, those not yet added included"
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others',
            '--exclude-standard'],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(
        path for path in {ROOT / name for name in listed.split('\0') if name}
        if path.is_file() and path.suffix in TEXTS)


def whitespace(path):
    "Yield what is wrong with the whitespace of a file"
    content = path.read_bytes()
    if b'\0' in content:
        return
    if b'\r' in content:
        yield 1, "ends its lines with a carriage return"
    if content and not content.endswith(b'\n'):
        yield content.count(b'\n') + 1, "lacks a newline at its end"
    if content.endswith(b'\n\n'):
        yield content.count(b'\n'), "ends with an empty line"
    for number, line in enumerate(content.split(b'\n'), 1):
        # Where a translator's file is wrapped is not a person's choice.
        if line.endswith((b' ', b'\t')) and path.suffix != '.po':
            yield number, "ends with a space"
        if b'\t' in line and path.suffix in {'.py', '.xml', '.rst', '.css'}:
            yield number, "holds a tab"


def xml_form(path):
    try:
        xml.sax.parse(str(path), xml.sax.ContentHandler())
    except xml.sax.SAXParseException as error:
        yield error.getLineNumber(), f"is not XML: {error.getMessage()}"


def po_form(path):
    import polib
    try:
        file = polib.pofile(str(path), check_for_duplicates=True)
    except (OSError, ValueError) as error:
        yield 1, f"is not PO: {error}"
        return
    for entry in file:
        if not entry.msgstr:
            continue
        source = set(PLACEHOLDER.findall(entry.msgid))
        target = set(PLACEHOLDER.findall(entry.msgstr))
        if target - source:
            yield entry.linenum, (
                f"names {', '.join(sorted(target - source))}, which its "
                "source does not")
        if source - target and entry.msgctxt.startswith('model:ir.message'):
            yield entry.linenum, (
                f"forgets {', '.join(sorted(source - target))} of its source")


def toml_form(path):
    try:
        tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        yield 1, f"is not TOML: {error}"


def json_form(path):
    try:
        json.loads(path.read_text())
    except ValueError as error:
        yield 1, f"is not JSON: {error}"


FORMS = {
    '.xml': xml_form, '.po': po_form, '.toml': toml_form, '.json': json_form}


def faults(path):
    "Yield (line, sentence) for what is wrong with a file"
    if str(path.relative_to(ROOT)) not in MADE:
        yield from whitespace(path)
    if path.suffix in FORMS:
        yield from FORMS[path.suffix](path)


def main():
    wrong = 0
    checked = files()
    for path in checked:
        for line, sentence in faults(path):
            print(f'{path.relative_to(ROOT)}:{line}: {sentence}')
            wrong += 1
    programs = pathlib.Path(sys.executable).parent
    for command in [
            [programs / 'ruff', 'check', '--quiet', '.'],
            [programs / 'isort', '--check-only', '--quiet', '.']]:
        wrong += bool(subprocess.run(command, cwd=ROOT).returncode)
    print(
        f"{len(checked)} files checked, "
        + (f"{wrong} faults" if wrong else "nothing wrong"), flush=True)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
