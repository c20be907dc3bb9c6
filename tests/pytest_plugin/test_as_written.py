"""The modules of reqsnap in a run of pytest: loaded as they are, though pytest would rewrite them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import reqsnap
from reqsnap.pytest_plugin import as_written
from reqsnap.pytest_plugin.as_written import AsWritten, begin, end
from tests.support.counter import Counter

INSTALLED = {
    "METADATA": "Metadata-Version: 2.1\nName: as-from-a-wheel\nVersion: 1\n",
    "RECORD": "reqsnap/__init__.py,,\nreqsnap/pytest_plugin/__init__.py,,\n",
    "entry_points.txt": "[pytest11]\nreqsnap = reqsnap.pytest_plugin\n",
}
"""What pytest reads of a wheel that has the plugin, and by which it knows what to rewrite."""

REWRITTEN = """
import sys
import reqsnap.api, reqsnap.formats.native, reqsnap.interceptors.http_client

def test_it():
    loaded = {name: sys.modules[name].__spec__.loader for name in sys.modules if name.startswith("reqsnap")}
    found = [name for name, loader in loaded.items() if "Rewriting" in type(loader).__name__]
    assert " ".join(sorted(found)) == "EXPECTED"
"""

BEFORE_THE_FIRST_CALL = (
    "reqsnap reqsnap.naming reqsnap.on_demand reqsnap.pytest_plugin reqsnap.pytest_plugin.as_written"
)


def install(folder: Path) -> None:
    """Have a folder, which is looked through for packages, hold the plugin's distribution."""
    below = folder / "as_from_a_wheel-1.dist-info"
    below.mkdir()
    for name, text in INSTALLED.items():
        (below / name).write_text(text)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    install(pytester.path)
    packages = (pytester.path, Path(reqsnap.__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, packages)))
    return pytester


def test_pytest_rewrites_only_what_it_loads_before_it_calls_the_plugin(run: pytest.Pytester) -> None:
    run.makepyfile(REWRITTEN.replace("EXPECTED", BEFORE_THE_FIRST_CALL))
    run.runpytest_subprocess("-p", "no:cassetter").assert_outcomes(passed=1)


def test_pytest_does_not_warn_where_reqsnap_is_loaded_before_it(run: pytest.Pytester) -> None:
    """As it is in a program that finds its cassette in its environment."""
    run.makepyfile("def test_it(): pass")
    program = "import sys, reqsnap.api, pytest; sys.exit(pytest.main(['-W', 'error', '-p', 'no:cassetter']))"
    assert run.run(sys.executable, "-c", program).ret == pytest.ExitCode.OK


def test_the_finder_finds_what_python_finds_and_minds_its_own_business(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As if no run of pytest had ended in this process.
    monkeypatch.setattr(as_written, "_loaded", {})
    found = AsWritten.find_spec("reqsnap.model", reqsnap.__path__)
    assert found is not None
    assert found.origin == str(Path(reqsnap.__file__).with_name("model.py"))
    assert AsWritten.find_spec("reqsnap.nothing", reqsnap.__path__) is None
    assert AsWritten.find_spec("json") is None


def test_runs_within_one_another_each_have_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    before = object()
    monkeypatch.setattr(sys, "meta_path", [before])
    begin()
    begin()
    end()
    assert sys.meta_path == [AsWritten, before]
    end()
    end()
    assert sys.meta_path == [before]


INNER = """
import builtins
from reqsnap.recorder.decisions import Replay

def test_it(reqsnap):
    builtins.seen.append((Replay, type(reqsnap)))
"""

OUTER = f"""
import builtins

def test_within(pytester):
    builtins.seen = []
    pytester.makepyfile({INNER!r})
    for _ in range(2):
        pytester.runpytest_inprocess("-p", "no:cassetter").assert_outcomes(passed=1)

def test_itself(reqsnap):
    from reqsnap.recorder.decisions import Replay
    from reqsnap import recorder

    assert builtins.seen == [(Replay, type(reqsnap))] * 2
    assert recorder.Replay is Replay
    assert type(recorder.__spec__.loader).__name__ == "SourceFileLoader"
"""


def test_runs_within_a_run_have_the_same_modules(run: pytest.Pytester) -> None:
    """pytest forgets what a run in its own process has loaded."""
    run.makepyfile(OUTER)
    run.runpytest_subprocess("-p", "no:cassetter", "-p", "pytester").assert_outcomes(passed=2)


CLIENT = """
def test_it(reqsnap):
    import httpx

    httpx.get(SERVER)
    counts = reqsnap.counts
    assert (counts.recorded, counts.replayed) == EXPECTED
"""

AROUND = f"""
def test_within(pytester):
    for expected in ("(1, 0)", "(0, 1)", "(0, 1)"):
        pytester.makepyfile({CLIENT!r}.replace("SERVER", "'URL'").replace("EXPECTED", expected))
        pytester.runpytest_inprocess("-p", "reqsnap.pytest_plugin").assert_outcomes(passed=1)
"""


def test_a_client_that_each_run_within_a_run_imports_is_seen_by_each(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: Counter
) -> None:
    # Another plugin would import the client before.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(AROUND.replace("URL", f"http://127.0.0.1:{server.port}/"))
    result = pytester.runpytest_subprocess("-p", "reqsnap.pytest_plugin", "-p", "pytester")
    result.assert_outcomes(passed=1)
    assert len(server.requests) == 1
