"""The journal of a terminal keeps what was asked, whatever happens."""
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.exceptions import JournalError
from terminal.journal import NAME, Journal
from terminal.keys import Keys

KEYS = Keys('device', "Bar 1", 'device.secret', bytes(range(32)))


def fill(folder):
    "Write each kind of line, and return how many"
    with Journal(folder, KEYS) as journal:
        journal.ask('a', 'pay', {'card': 'É', 'lines': [{'product': 1}]})
        journal.answer('a', 'ok', {'total': '3.50'})
        journal.ask('b', 'pay', {'card': 'X', 'lines': []})
        journal.give_up('b')
        journal.answer('b', 'ok', {})
        journal.ask('c', 'cancel', {'sale': 'b'})
        return journal.count


def state(journal):
    return (
        journal.count, [o.uuid for o in journal.waiting()],
        [o.uuid for o in journal.to_undo()])


STATES = [
    (0, [], []), (1, ['a'], []), (2, [], []), (3, ['b'], []), (4, ['b'], []),
    (5, [], ['b']), (6, ['c'], [])]


def test_cut_at_each_byte(tmp_path):
    "A line that a crash left half written is as if it never was"
    assert fill(tmp_path) == 6
    path = tmp_path / NAME
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        path.write_bytes(whole[:size])
        lines = whole[:size].count(b'\n')
        with Journal(tmp_path, KEYS) as journal:
            assert state(journal) == STATES[lines]
            journal.ask('z', 'pay', {})
        with Journal(tmp_path, KEYS) as journal:
            assert journal.waiting()[-1].uuid == 'z'
            assert journal.count == lines + 1


@given(position=st.integers(0), bit=st.integers(0, 7))
def test_no_bit_changes(tmp_path_factory, position, bit):
    "A changed bit is found, wherever it is"
    folder = tmp_path_factory.mktemp('journal')
    fill(folder)
    path = folder / NAME
    content = bytearray(path.read_bytes())
    facts = [json.loads(line)['data'] for line in content.splitlines()]
    content[position % (len(content) - 1)] ^= 1 << bit
    path.write_bytes(content)
    try:
        Journal(folder, KEYS).close()
    except JournalError as error:
        assert error.sentence == 'journal_broken'
    else:
        # A signature that a later one covers: no fact differs.
        assert facts == [
            json.loads(line)['data']
            for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize('line', range(6))
def test_no_line_changes(tmp_path, line):
    "Not a line is changed, taken out, doubled nor swapped"
    fill(tmp_path)
    path = tmp_path / NAME
    lines = path.read_bytes().splitlines(keepends=True)
    data = json.loads(lines[line])
    data['data']['at'] = '2020-01-01T00:00:00Z'
    forged = json.dumps(data).encode() + b'\n'
    others = [
        [*lines[:line], forged, *lines[line + 1:]],
        [*lines[:line + 1], *lines[line:]],
        ]
    if line < 5:
        others += [
            [*lines[:line], *lines[line + 1:]],
            [*lines[:line], lines[line + 1], lines[line], *lines[line + 2:]],
            ]
    for wrong in others:
        path.write_bytes(b''.join(wrong))
        with pytest.raises(JournalError) as error:
            Journal(tmp_path, KEYS)
        assert error.value.sentence == 'journal_broken'


def test_another_key(tmp_path):
    fill(tmp_path)
    other = Keys('device', "Bar 1", 'device.secret', bytes(32))
    with pytest.raises(JournalError):
        Journal(tmp_path, other)


def test_last_signature(tmp_path):
    "Whoever has no key cannot add a line, even one that follows"
    fill(tmp_path)
    path = tmp_path / NAME
    lines = path.read_bytes().splitlines(keepends=True)
    data = json.loads(lines[-1])
    data['signature'] = json.loads(lines[0])['signature']
    path.write_bytes(
        b''.join(lines[:-1]) + json.dumps(data).encode() + b'\n')
    with pytest.raises(JournalError):
        Journal(tmp_path, KEYS)


def test_one_program(tmp_path):
    with Journal(tmp_path, KEYS), pytest.raises(JournalError) as error:
        Journal(tmp_path, KEYS)
    assert error.value.sentence == 'journal_busy'
    with Journal(tmp_path, KEYS) as journal:
        assert journal.count == 0
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_full_disk(tmp_path, monkeypatch):
    "Half a line that could not be written is taken back"
    write = os.write

    def full(file, content):
        write(file, content[:10])
        raise OSError(28, "No space left on device")

    with Journal(tmp_path, KEYS) as journal:
        journal.ask('a', 'pay', {})
        with monkeypatch.context() as patched:
            patched.setattr(os, 'write', full)
            with pytest.raises(JournalError) as error:
                journal.ask('b', 'pay', {})
        assert error.value.sentence == 'journal_full'
        assert state(journal) == (1, ['a'], [])
        journal.ask('c', 'pay', {})
    with Journal(tmp_path, KEYS) as journal:
        assert state(journal) == (2, ['a', 'c'], [])


@given(st.lists(st.tuples(
            st.sampled_from(['ask', 'ok', 'refused', 'give_up', 'undo']),
            st.integers(0, 5)), max_size=12))
def test_read_again(tmp_path_factory, acts):
    "What is read again is what was known"
    folder = tmp_path_factory.mktemp('journal')
    with Journal(folder, KEYS) as journal:
        for act, number in acts:
            waiting = journal.waiting()
            if act == 'ask':
                journal.ask(f'{journal.count}', 'pay', {'n': number})
            elif act == 'undo' and journal.to_undo():
                journal.ask(f'{journal.count}', 'cancel', {
                        'sale': journal.to_undo()[0].uuid})
            elif waiting and act in {'ok', 'refused'}:
                journal.answer(
                    waiting[number % len(waiting)].uuid, act, {})
            elif waiting and act == 'give_up':
                journal.give_up(waiting[number % len(waiting)].uuid)
        known = state(journal)
    with Journal(folder, KEYS) as journal:
        assert state(journal) == known
