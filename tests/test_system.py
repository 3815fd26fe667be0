"""What comes from the system: the first package that it has, or a sentence."""
import os

import pytest

from tools import steps, system


@pytest.fixture
def asked(monkeypatch, tmp_path):
    "Return what is asked of a system that knows no shell of Chromium"
    asked, there = [], set()

    def install(packages):
        asked.append(packages)
        if 'shell' in packages:
            raise steps.Failed(tmp_path / 'log', [])
        there.update(packages)

    monkeypatch.setattr(system, '_apt', install)
    monkeypatch.setattr(system, 'may_install', lambda: True)
    monkeypatch.setattr(steps, 'shown', str)
    return asked, there


def need(there, name, **kwargs):
    return system.Need(
        name, [name], lambda: bool(there & {name, *kwargs.get('instead', [])}),
        f"nothing is tested with a {name}", **kwargs)


def test_instead(asked):
    "A system without the first package is asked for the other"
    asked, there = asked
    assert not system.provide([
            need(there, 'shell', instead=['browser']), need(there, 'server')])
    assert asked == [['shell', 'server'], ['browser', 'server']]


def test_neither(asked, capsys):
    "What has no other is named, with the command that everybody may copy"
    asked, there = asked
    missing = system.provide([need(there, 'shell')])
    assert [n.what for n in missing] == ['shell']
    assert asked == [['shell']]
    sudo = 'sudo ' if os.geteuid() else ''
    assert f"to have it: {sudo}apt-get install shell\n" in (
        capsys.readouterr().out)


def test_command():
    "The command names packages that every system has"
    assert system.command([system.CHROMIUM]) == 'apt-get install chromium'
