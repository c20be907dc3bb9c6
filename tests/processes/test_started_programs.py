"""A program that is started inside a block finds its way to the owner, and sees nothing of how."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reqsnap import use_cassette
from reqsnap.interceptors import TABLE
from reqsnap.processes.children import ticket_here
from reqsnap.processes.tickets import FOLDER, variables
from tests.processes.children import COMMAND, ROOT
from tests.processes.starts import STARTS, with_asyncio
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


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("by", ["this process", "a child"])
def test_however_it_is_started_it_belongs_to_the_block(
    start: str, by: str, server: Counter, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    command = [*COMMAND, "http.client", str(server.port), "a", "2"]
    with use_cassette(mode="record") as cassette:
        if by == "a child":
            # It has not loaded reqsnap by then, and makes no request itself.
            subprocess.run([sys.executable, "-m", "tests.processes.starts", start, *command], check=True)
        else:
            STARTS[start](command)
    assert [each.request.url.rpartition("/")[2] for each in cassette] == ["0", "1"]
    assert capfd.readouterr().err == ""


def test_other_loops_than_those_of_asyncio(server: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    uvloop = pytest.importorskip("uvloop")
    monkeypatch.chdir(ROOT)
    command = [*COMMAND, "http.client", str(server.port), "a", "1"]
    with use_cassette(mode="record") as cassette:
        uvloop.run(with_asyncio(command))
    assert len(cassette) == 1


FLAGS: dict[str, dict[str, Any]] = {
    "no environment": {"env": {}},
    "another folder": {"cwd": "/"},
    "-P": {},
    "-s": {},
    "descriptors": {"close_fds": True, "pass_fds": [0]},
    "a function before it": {"preexec_fn": os.getpid},
    "a session of its own": {"start_new_session": True},
}

ASK = "import sys; sys.path.insert(0, {!r}); from tests.processes.children import ask_all; {}"


@pytest.mark.parametrize("how", FLAGS)
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_whatever_it_is_started_with_it_belongs_to_the_block(how: str, server: Counter) -> None:
    flags = [how] if how.startswith("-") else []
    code = ASK.format(str(ROOT), f"ask_all('http.client', {server.port}, 'a', 1)")
    with use_cassette(mode="record") as cassette:
        found = subprocess.run([sys.executable, *flags, "-c", code], stderr=subprocess.PIPE, **FLAGS[how])
    assert (found.returncode, found.stderr, len(cassette)) == (0, b"", 1)


def test_a_client_is_known_before_it_is_imported() -> None:
    """What is patched is waited for by a program that has not loaded reqsnap yet."""
    # Threads need no block handed on: the one that was joined is the only one.
    exempt = {
        "threading",
        "concurrent.futures._base",
        "concurrent.futures.thread",
        "trio._core._thread_cache",
    }
    # These matter in the process that made the pool, which loads what starts its workers.
    exempt |= {"concurrent.futures.process", "multiprocessing.pool"}
    # They import what is waited for, urllib3 and httpcore, before they send anything.
    exempt |= {"requests.adapters", "httpx", "httpx2"}
    startup = runpy.run_path(str(Path(FOLDER) / "sitecustomize.py"))
    known = {*startup["CLIENTS"], *startup["STARTERS"]}
    for module in {*TABLE} - exempt:
        assert module in known or module.partition(".")[0] in known, module


def test_a_module_that_is_not_there_is_not_found() -> None:
    code = "import sys\ntry:\n    import httpcore_\nexcept ImportError as error:\n    print(error)"
    with use_cassette(mode="record"):
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (found.stdout, found.stderr) == ("No module named 'httpcore_'\n", "")
