"""Processes that know nothing of each other record into one cassette: nothing is lost, doubled or torn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reqsnap import Cassette, CassetteInUseError, use_cassette
from tests.processes.children import ROOT
from tests.processes.killing import CHILDREN
from tests.processes.test_killed import by_child
from tests.support.counter import Counter

PROCESSES, COUNT = 8, 250


def rounds(default: int) -> int:
    return int(os.environ.get("REQSNAP_ROUNDS", default))


def run(program: str, *arguments: object) -> str:
    command = [sys.executable, "-m", f"tests.processes.{program}", *map(str, arguments)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)
    assert (shown.returncode, shown.stderr) == (0, "")
    return shown.stdout


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def numbers_by_process(path: Path) -> dict[str, list[int]]:
    """What a file holds of each process, in the file's order."""
    cassette = Cassette()
    cassette.load(path)
    found: dict[str, list[int]] = {}
    for each in cassette:
        _, _, _, process, number = each.request.url.split("/")
        found.setdefault(process, []).append(int(number))
    return found


@pytest.mark.parametrize("mode", ["once", "update"])
def test_long_rounds_of_eight_processes_record_two_thousand_exchanges(
    mode: str, tmp_path: Path, server: Counter
) -> None:
    run("recording", tmp_path, server.port, rounds(1), PROCESSES, COUNT, mode)
    assert names_in(tmp_path) == sorted(f"{number}.yaml" for number in range(rounds(1)))
    for path in tmp_path.iterdir():
        assert numbers_by_process(path) == {str(n): list(range(COUNT)) for n in range(PROCESSES)}


def test_what_several_recorded_at_once_is_replayed(tmp_path: Path, server: Counter) -> None:
    run("recording", tmp_path, server.port, 1, 3, 5, "once")
    asked = len(server.requests)
    with use_cassette(tmp_path / "0.yaml", mode="playback") as cassette:
        for number in range(15):
            server.get(f"/{number % 3}/{number // 3}")
    assert cassette.all_played
    assert len(server.requests) == asked


def test_several_add_at_once_to_a_cassette_that_is_there(tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "0.yaml"):
        server.get("/before/0")
    run("recording", tmp_path, server.port, 1, 4, 10, "update")
    assert numbers_by_process(tmp_path / "0.yaml") == {
        "before": [0], **{str(n): list(range(10)) for n in range(4)}
    }  # fmt: skip
    assert names_in(tmp_path) == ["0.yaml"]


def test_long_rounds_of_killing_one_of_three_lose_nothing_that_was_saved(
    tmp_path: Path, server: Counter
) -> None:
    lines = run("killing_independent", tmp_path, server.port, rounds(10), 11).splitlines()
    assert len(lines) == rounds(10)
    for number, line in enumerate(lines):
        told = json.loads(line)
        # Whoever is killed had not recorded all: it is for the next run to finish the set.
        assert not (tmp_path / f"{number}.yaml").exists()
        held = by_child(tmp_path / f"{number}.yaml.partial")
        for child, (numbers, saved) in enumerate(zip(held, told["saved"], strict=True)):
            assert numbers == [str(n) for n in range(len(numbers))]
            assert len(numbers) >= saved > 0
            assert child == told["victim"] or len(numbers) == saved
    with use_cassette(tmp_path / "0.yaml") as cassette:
        held = by_child(tmp_path / "0.yaml.partial")
        for child in range(CHILDREN):
            for count in range(len(held[child]) + 1):
                server.get(f"/{child}/{count}")
    assert cassette.play_count == sum(map(len, held))
    assert len(cassette) == cassette.play_count + CHILDREN
    assert (tmp_path / "0.yaml").exists()
    assert [name for name in names_in(tmp_path) if name.startswith(".0.") or name == "0.yaml.partial"] == []
