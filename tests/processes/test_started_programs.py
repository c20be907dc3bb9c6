"""A program that is started inside a block finds its way to the owner, and sees nothing of how."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reqsnap import use_cassette
from reqsnap.processes.children import ticket_here
from reqsnap.processes.tickets import variables
from tests.processes.children import COMMAND, ROOT
from tests.support.counter import Counter

SHOW = (
    "import sys; loaded = sorted({*sys.modules} - {'sitecustomize'}); import json, os;"
    "print(json.dumps([dict(os.environ), sys.path, list(sys.path_importer_cache), loaded]))"
)


def shown(env: dict[str, str]) -> object:
    """The environment and the search path that a program sees, and what is loaded before it."""
    command = [sys.executable, "-c", SHOW]
    found = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stderr == ""
    return json.loads(found.stdout)


@pytest.mark.parametrize("path", [None, "/nowhere", os.pathsep.join(["/nowhere", "/neither"])])
def test_it_sees_and_loads_what_it_does_without_a_block(path: str | None) -> None:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        env["PYTHONPATH"] = path
    bare = shown(env)
    before = dict(os.environ)
    with use_cassette(mode="record"):
        inside = shown(env)
        assert dict(os.environ) == before
    assert inside == bare


def test_a_sitecustomize_of_its_own_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.found = __file__\n")
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", "import sitecustomize, sys; print(sys.found, sitecustomize.__file__)"]
    with use_cassette(mode="record"):
        found = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    own = str(tmp_path / "sitecustomize.py")
    assert (found.stdout.split(), found.stderr) == ([own, own], "")


def test_a_ticket_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with use_cassette(mode="record"):
        ticket = ticket_here()
        assert ticket is not None
        env = {**os.environ, **variables(ticket, str(ROOT)), "REQSNAP_OWNER": '{"protocol": 0}'}
    found = subprocess.run(
        [sys.executable, "-c", "import http.client; print(1)"],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "1\n"
    assert "neither recorded nor replayed: ValueError: it was handed on by another version" in found.stderr


def fork_and_exec(command: list[str]) -> None:
    child = os.fork()
    if not child:
        os.execv(command[0], command)
    os.waitpid(child, 0)


def fork_and_execvpe(command: list[str]) -> None:
    child = os.fork()
    if not child:
        os.execvpe(command[0], command, {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)})
    os.waitpid(child, 0)


def with_popen(command: list[str]) -> None:
    with os.popen(shlex.join(command)) as output:
        output.read()


async def with_asyncio(command: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0


STARTS: dict[str, Callable[[list[str]], Any]] = {
    "system": lambda command: os.system(shlex.join(command)),
    "popen": with_popen,
    "posix_spawn": lambda command: os.waitpid(os.posix_spawn(command[0], command, os.environ), 0),
    "posix_spawnp": lambda command: os.waitpid(os.posix_spawnp(command[0], command, os.environ), 0),
    "spawnv": lambda command: os.spawnv(os.P_WAIT, command[0], command),
    "spawnle": lambda command: os.spawnle(os.P_WAIT, command[0], *command, dict(os.environ)),
    "execv": fork_and_exec,
    "execvpe": fork_and_execvpe,
    "asyncio": lambda command: asyncio.run(with_asyncio(command)),
    "an environment": lambda command: subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, check=True),
    "by position": lambda command: subprocess.Popen(
        command, -1, None, None, None, None, None, True, False, None, {"PYTHONPATH": str(ROOT)}
    ).wait(),
}


@pytest.mark.parametrize("start", STARTS)
def test_however_it_is_started_it_belongs_to_the_block(
    start: str, server: Counter, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    with use_cassette(mode="record") as cassette:
        STARTS[start]([*COMMAND, "http.client", str(server.port), "a", "2"])
    assert [each.request.url.rpartition("/")[2] for each in cassette] == ["0", "1"]
    assert capfd.readouterr().err == ""
