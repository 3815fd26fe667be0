"""What our modules are made of, as a digest: the key of kept databases."""
import hashlib

from tools.steps import ROOT

MODULES = ROOT / 'modules'
# What a database is made from; tests and documentation change nothing in it.
SUFFIXES = {'.py', '.xml', '.po', '.cfg', '.csv'}


def names():
    "Return the names of our Tryton modules"
    return sorted(p.parent.name for p in MODULES.glob('*/tryton.cfg'))


def digest(modules, *files):
    "Return a digest of the files of modules of ours, and of other files"
    found = hashlib.sha256()
    for module in sorted({*modules, 'tibillet'}):
        for path in sorted((MODULES / module).rglob('*')):
            # A folder above the clone may be called so too.
            inside = path.relative_to(MODULES)
            if (path.suffix in SUFFIXES
                    and not {'tests', 'doc'} & set(inside.parts)):
                found.update(str(inside).encode())
                found.update(path.read_bytes())
    for path in sorted(files):
        found.update(str(path.relative_to(ROOT)).encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
