"""The figures of doc/worked-year.md are those of the engine."""
import datetime as dt
import pathlib
from decimal import Decimal

import pytest
from tibillet_federation.clauses import (
    Amount, Balance, Clauses, Destination, Schedule, Service)
from tibillet_federation.revenue import replay

PAGE = pathlib.Path(__file__).resolve().parent.parent / 'doc/worked-year.md'


def rows(heading):
    "Return the rows of the table below a heading, as lists of texts"
    section = PAGE.read_text(encoding='utf-8').split(heading)[1]
    section = section.split('\n## ')[0]
    lines = [x for x in section.splitlines() if x.startswith('|')]
    return [
        [cell.strip() for cell in line.strip('|').split('|')]
        for line in lines[2:]]


def number(text):
    return Decimal(text.replace(' ', '').replace('*', ''))


POT = Decimal('15560.00')
CLAUSES = Clauses(
    "1", dt.date(2026, 1, 1),
    Schedule(
        'flat', rate=Decimal('0.35'),
        floor=Decimal('500'), cap=Decimal('15000')),
    Schedule(
        'flat', rate=Decimal('0.12'),
        floor=Decimal('150'), cap=Decimal('6000')),
    max_rate=Decimal('0.60'),
    destinations=(Destination('development', Decimal(1)),))


@pytest.fixture(scope='module')
def season():
    services = [
        Service(
            row[0], dt.date.fromisoformat(row[1]),
            (Amount("Service", number(row[2])),),
            (Amount("People", number(row[3])),))
        for row in rows('## 3.')]
    return list(replay(
            lambda date: CLAUSES, [Balance('cooperative', POT)], services))


def test_register():
    *lines, total = rows('## 1.')
    amounts = [number(row[3]) for row in lines]
    assert amounts == [
        number(row[1]) * number(row[2]) for row in lines]
    assert sum(amounts) == number(total[3]) == POT


def test_services(season):
    table = rows('## 3.')
    assert len(season) == len(table) == 5
    for settlement, row in zip(season, table, strict=True):
        assert [
            settlement.base, settlement.figures.raw, settlement.share,
            settlement.recouped, settlement.post_part,
            settlement.closing_remaining,
            ] == [number(cell) for cell in row[4:]], settlement.number


def test_result(season):
    recouped, post, share = [number(row[1]) for row in rows('## 4.')]
    assert sum(s.recouped for s in season) == recouped
    assert sum(s.post_part for s in season) == post
    assert sum(s.share for s in season) == share
