"""A process that is killed at a random moment leaves all that it had flushed, and what was there before."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from reqsnap import Cassette, TornCassetteWarning, use_cassette
from tests.support.counter import Counter

ROOT = Path(__file__).parents[2]
TIMES = 200


def held_by(path: Path) -> list[str]:
    """What a file holds; it may be torn, where an addition was not finished."""
    cassette = Cassette()
    with warnings.catch_warnings(action="ignore", category=TornCassetteWarning):
        cassette.load(path)
    return [each.request.url.rpartition("/")[2] for each in cassette]


@pytest.fixture
def before(tmp_path: Path, server: Counter) -> bytes:
    """A cassette that is there before; `update` and `record` begin with a copy."""
    path = tmp_path / "before.yaml"
    with use_cassette(path):
        server.get("/before")
    for number in range(TIMES):
        if number % 3:
            shutil.copyfile(path, tmp_path / f"{number}.yaml")
    return path.read_bytes()


def test_a_process_killed_two_hundred_times_leaves_what_it_flushed(
    tmp_path: Path, server: Counter, before: bytes
) -> None:
    arguments = [str(tmp_path), str(server.port), str(TIMES), "5"]
    command = [sys.executable, "-m", "tests.concurrency.killed_children", *arguments]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (shown.returncode, shown.stderr) == (0, "")
    children = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [child["signal"] for child in children] == [signal.SIGKILL] * TIMES
    for number, child in enumerate(children):
        path = tmp_path / f"{number}.yaml"
        partial = tmp_path / f"{number}.yaml.partial"
        if child["mode"] == "record":
            assert path.read_bytes() == before
        if child["mode"] == "once":
            assert not path.exists()
        held = held_by(path)[1:] if child["mode"] == "update" else held_by(partial)
        assert held == [str(n) for n in range(len(held))]
        assert len(held) >= child["flushed"], child
    assert sum(child["flushed"] > 0 for child in children) >= TIMES / 2
