"""Which Python the commands go on with."""
import os
import subprocess
import sys
from unittest import mock

import pytest

from tools import python, steps, venv


@pytest.fixture
def slow(monkeypatch):
    "A Python that is recent, slow, in no environment, and that nobody named"
    monkeypatch.delenv(python.NAMED, raising=False)
    monkeypatch.setattr(sys, 'prefix', '/opt/python')
    monkeypatch.setattr(sys, 'base_prefix', '/opt/python')
    monkeypatch.setattr(
        python.sysconfig, 'get_config_var', lambda name: '--enable-shared')
    monkeypatch.setattr(python, '_works', lambda *arguments: True)


@pytest.fixture
def environment(tmp_path):
    def made_by(program):
        (tmp_path / 'pyvenv.cfg').write_text(
            f'home = /opt/python/bin\nexecutable = {program}\nversion = 3\n')
        return str(tmp_path)
    return made_by


def test_slow(slow, tmp_path, capsys):
    assert python.better(str(tmp_path)) == python.SYSTEM
    assert "without its optimisations" in capsys.readouterr().err


@pytest.mark.parametrize('case', [
        'named', 'optimised', 'of the system', 'environment', 'no venv'])
def test_kept_as_it_is(slow, monkeypatch, tmp_path, case, capsys):
    if case == 'named':
        monkeypatch.setenv(python.NAMED, 'python3.12')
    elif case == 'optimised':
        monkeypatch.setattr(
            python.sysconfig, 'get_config_var',
            lambda name: "'--enable-optimizations' '--with-lto'")
    elif case == 'of the system':
        monkeypatch.setattr(sys, 'prefix', '/usr')
        monkeypatch.setattr(sys, 'base_prefix', '/usr')
    elif case == 'environment':
        monkeypatch.setattr(sys, 'prefix', '/opt/environment')
    else:
        monkeypatch.setattr(python, '_works', lambda *arguments: False)
    assert python.better(str(tmp_path)) is None
    assert capsys.readouterr().err == ''


def test_environment_keeps_its_python(slow, environment, monkeypatch):
    folder = environment('/opt/other/bin/python3.12')
    assert python.better(folder) == '/opt/other/bin/python3.12'
    assert python.better(environment(sys.executable)) is None
    monkeypatch.setenv(python.NAMED, 'python3.13')
    assert python.better(folder) is None


def test_python_of_environment_is_gone(slow, environment, monkeypatch):
    monkeypatch.setattr(
        python, '_works', lambda program, *modules: program == python.SYSTEM)
    assert python.better(
        environment('/opt/gone/bin/python3.11')) == python.SYSTEM


def test_another_python_makes_the_environment_again(
        environment, monkeypatch, tmp_path):
    monkeypatch.setattr(venv, 'FOLDER', tmp_path)
    monkeypatch.setattr(venv, '_runs', lambda: True)
    monkeypatch.setattr(venv.system, 'provide', lambda names: None)
    for program, made in [
            (sys.executable, False), ('/opt/other/bin/python3.12', True)]:
        environment(program)
        with mock.patch.object(steps, 'run') as run:
            venv.create()
        assert run.called is made


@pytest.mark.parametrize('named', [True, False])
def test_make_says_what_was_named(tmp_path, named):
    stub = tmp_path / 'python3'
    stub.write_text(f'#!/bin/sh\necho "[${python.NAMED}]"\n')
    stub.chmod(0o755)
    environ = {
        name: value for name, value in os.environ.items()
        if name not in {python.NAMED, 'PYTHON', 'MAKEFLAGS', 'MAKELEVEL'}}
    environ['PATH'] = f'{tmp_path}:{environ["PATH"]}'
    said = subprocess.run(
        ['make', '-s', 'lint', *([f'PYTHON={stub}'] if named else [])],
        cwd=steps.ROOT, env=environ, capture_output=True, text=True)
    assert said.stdout.strip() == (f'[{stub}]' if named else '[]')
