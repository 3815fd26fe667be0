"""The SQLite database of the first hour, whole or not there.

It is made in a folder beside, which takes its place when it is complete: what
is served is never half made, whatever stops the work.
"""
import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
import textwrap

from tools import content, mail, steps, venv
from tools.steps import ROOT, RUN, Stop, say

NAME = 'tibillet'
CONFIG = 'config/trytond.conf'
FOLDER = RUN / 'db'
FIRST_STORY = 'convention'


def _demo():
    return (ROOT / 'demo' / '__main__.py').exists()


def digest():
    return content.digest(content.names(), ROOT / 'constraints.txt')


def environment(folder):
    "Return what makes trytond use the database of a folder"
    return {
        'TRYTOND_CONFIG': CONFIG,
        'TRYTOND_DATABASE__PATH': os.path.abspath(folder),
        }


def check_story(story):
    "Refuse the name of a story that is not told anywhere"
    from demo import stories
    if story not in stories.STORIES:
        raise Stop(
            f"There is no story '{story}': choose one of "
            f"{', '.join(stories.STORIES)}. Nothing was done.")


class Database:
    "The database kept in a folder"

    def __init__(self, folder=FOLDER):
        self.folder = folder
        self.draft = folder.with_name(folder.name + '.new')
        self.old = folder.with_name(folder.name + '.old')

    @property
    def stamp(self):
        try:
            return json.loads((self.folder / 'stamp.json').read_text())
        except (OSError, ValueError):
            return None

    def ensure(self):
        "Make the database when there is none, update it when it is older"
        self._clear()
        stamp = self.stamp
        if not stamp:
            self.make()
            return
        self._check_readable()
        if stamp['digest'] != digest():
            self.update()
        else:
            say(f"The database in {steps.shown(self.folder)} is kept as it "
                "was ('make reset' begins again).")

    def _check_readable(self):
        "Refuse to serve what another program has damaged"
        file = self.folder / f'{NAME}.sqlite'
        try:
            with contextlib.closing(sqlite3.connect(
                        f'file:{file}?mode=ro', uri=True)) as connection:
                connection.execute('SELECT COUNT(*) FROM ir_module')
        except sqlite3.Error as error:
            raise Stop(
                f"The database in {steps.shown(self.folder)} cannot be read "
                f"({error}): copy the folder if you want to keep it, then "
                "'make reset' begins again.") from error

    def _clear(self):
        if not self.folder.exists() and self.old.exists():
            # Stopped between the two renames of _settle.
            self.old.rename(self.folder)
        if self.draft.exists():
            say("The last run was stopped before its database was complete: "
                "what it left is thrown away.")
        for leftover in [self.draft, self.old]:
            shutil.rmtree(leftover, ignore_errors=True)

    def make(self):
        "Make the database of the first story"
        self._clear()
        self.draft.mkdir(parents=True)
        self._activate("Making the database, all modules in one update")
        stories = []
        if _demo():
            self._story(FIRST_STORY)
            stories.append(FIRST_STORY)
        self._settle(stories)

    def update(self):
        "Bring the database to the modules of today"
        self._copy()
        self._activate("Updating the database: the modules have changed")
        self._settle(self.stamp['stories'])

    def add(self, story):
        "Add a story of the demo to the database"
        if not _demo():
            raise Stop("There is no demo in this checkout: nothing was done.")
        self._check(story)
        self._copy()
        self._story(story)
        self._settle(self.stamp['stories'] + [story])

    def _check(self, story):
        "Refuse a story that cannot be told on what was told before"
        from demo import stories
        told = self.stamp['stories']
        check_story(story)
        if story in told:
            raise Stop(
                f"The story '{story}' is already told in this database: "
                "'make run' shows it, 'make reset' begins again.")
        needed = stories.STORIES[story].after
        if needed and needed not in told:
            raise Stop(
                f"The story '{story}' comes after '{needed}': "
                f"'make demo STORY={needed}' tells it first.")

    def _copy(self):
        self._clear()
        shutil.copytree(self.folder, self.draft)

    def _activate(self, title):
        from demo import logins
        seen = []

        def progress(line):
            words = line.split()
            if (words[:1] == ['trytond.modules'] and words[2:3] == ['load']
                    and words[1] not in seen):
                seen.append(words[1])
                current.note(f'module {len(seen)}, {words[1]}')

        with tempfile.NamedTemporaryFile('w') as password, \
                steps.step(title) as current:
            password.write(logins.password('admin'))
            password.flush()
            try:
                steps.run(
                    [venv.python(), '-m', 'tools.activate',
                        '--database', NAME, '--config', CONFIG],
                    'database', on_line=progress, env={
                        **environment(self.draft),
                        'TRYTONPASSFILE': password.name})
            except steps.Failed as failed:
                self._give_up(failed, "The database could not be made")

    def _story(self, story):
        def progress(line):
            if line.strip():
                current.note(line.strip()[:100])

        with mail.sink() as uri, \
                steps.step(f"Telling the story '{story}'") as current:
            try:
                steps.run(
                    [venv.python(), '-m', 'demo', '--config', CONFIG,
                        '--database', NAME, '--story', story],
                    f'demo-{story}', on_line=progress, env={
                        **environment(self.draft),
                        'TRYTOND_EMAIL__URI': uri})
            except steps.Failed as failed:
                advice = (
                    "\nWhat was typed in the database may contradict the "
                    "story: 'make reset' begins again without it."
                    if self.stamp else "")
                self._give_up(
                    failed, f"The story '{story}' went wrong", advice)

    def _give_up(self, failed, what, advice=''):
        shutil.rmtree(self.draft, ignore_errors=True)
        kept = (
            "The database is as it was before" if self.stamp
            else "No database was left behind")
        reason = textwrap.shorten(failed.last, 400, placeholder=" …")
        raise Stop(
            f"{what}: {reason}\n{kept}; all that was printed is in "
            f"{steps.shown(failed.log)}.{advice}")

    def _settle(self, stories):
        (self.draft / 'stamp.json').write_text(
            json.dumps({'digest': digest(), 'stories': stories}))
        if self.folder.exists():
            self.folder.rename(self.old)
        self.draft.rename(self.folder)
        shutil.rmtree(self.old, ignore_errors=True)


def kept(*stories):
    """Return the folder of the first story as it is in this checkout

    It is made when the modules or the demo have changed, for tests that work
    on a copy of it. stories: others that are told after the first.
    """
    demo = sorted((ROOT / 'demo').rglob('*.py'))
    key = content.digest(content.names(), ROOT / 'constraints.txt', *demo)
    database = Database(ROOT / '.cache' / 'demo' / key)
    if not database.stamp:
        database.make()
    first = database.folder
    if stories:
        database = Database(first.with_name('-'.join([key, *stories])))
        if not database.stamp:
            shutil.copytree(first, database.folder)
        for story in stories:
            if story not in database.stamp['stories']:
                database.add(story)
    return database.folder
