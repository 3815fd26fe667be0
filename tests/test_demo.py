"""Which stories can be told on what was told before."""
import datetime as dt
import json
from decimal import Decimal

import pytest
from tibillet_membership import receipt_rules

from demo import declared, donors, members, second_season, stories
from tests.test_worked_year import number, rows
from tools import commands, database
from tools.steps import Stop


@pytest.fixture
def told(tmp_path):
    "A database in which stories are told, by their names"
    def tell(*names):
        (tmp_path / 'db').mkdir(exist_ok=True)
        (tmp_path / 'db' / 'stamp.json').write_text(
            json.dumps({'digest': database.digest(), 'stories': names}))
        return database.Database(tmp_path / 'db')
    return tell


@pytest.mark.parametrize('before, story, reason', [
        (['convention'], 'convention', "is already told"),
        (['convention', 'second-season'], 'second-season', "already told"),
        ([], 'second-season', "comes after 'convention'"),
        (['convention'], 'third', "There is no story 'third'"),
        ])
def test_refused(told, before, story, reason):
    "A story is refused before the database is touched"
    house = told(*before)
    with pytest.raises(Stop, match=reason):
        house.add(story)
    assert house.stamp['stories'] == before
    assert not house.draft.exists()


def test_accepted(told, monkeypatch):
    told_now = []
    monkeypatch.setattr(
        database.Database, '_story',
        lambda self, story: told_now.append(story))
    house = told('convention')
    house.add('second-season')
    assert told_now == ['second-season']
    assert house.stamp['stories'] == ['convention', 'second-season']


def test_listed(capsys):
    "Without a name the stories are listed, each with its sentence"
    assert not commands.main(['demo', '--story', ''])
    printed = capsys.readouterr().out
    for name, story in stories.STORIES.items():
        assert f"STORY={name}\n    {story.sentence}" in printed


def test_figures():
    "What the second season checks at its end is what the page says"
    *lines, total = [
        [number(cell) for cell in row[3:6]] for row in rows('## 6.')]
    assert lines == [list(line) for line in second_season.LINES]
    assert total == [sum(column) for column in zip(*lines, strict=True)]
    share, recouped, after = total
    assert share == recouped + after
    assert share * Decimal('1.20') == second_season.TOTAL


def test_receipts():
    "The receipts that the story checks are what persons paid and gave"
    limit = receipt_rules.Limit(Decimal('0.25'), Decimal('73'))
    expected, left = {}, []
    for plan, name, paid_on, _ in members.MEMBERS:
        if plan == "Individuelle" and paid_on.startswith(str(donors.YEAR)):
            expected[name] = members.PRICES[plan]
    for name, date, amount, counterpart in donors.GIFTS:
        if date.year != donors.YEAR:
            continue
        if receipt_rules.is_small(amount, counterpart, limit):
            expected[name] += amount
        else:
            left.append(name)
    assert (expected, left) == (donors.RECEIPTS, donors.LEFT)
    assert f"{sum(expected.values())}\n\n" in donors.__doc__


def test_quarter_before():
    "The evenings that are declared are before what is told of the last month"
    for days in range(366):
        today = dt.date(2026, 1, 1) + dt.timedelta(days=days)
        date = declared.get_date(today)
        quarters = [d.year * 4 + (d.month - 1) // 3 for d in [date, today]]
        assert quarters[0] + 1 == quarters[1], today
        assert date + dt.timedelta(days=2) < today - dt.timedelta(days=28)


def test_declared():
    "What the story checks of the tax and of what is owed is as by hand"
    base = (declared.SOLD * declared.PRICE / Decimal('1.055')).quantize(
        Decimal('0.01'))
    tax = (base * Decimal('0.035')).quantize(Decimal('0.01'))
    assert tax == declared.TAX
    assert str(base) in declared.__doc__
    assert declared.SOLD_FOR * (
        declared.PRICE_FOR - declared.FEE) == declared.DUE
