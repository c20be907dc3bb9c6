"""Whoever is killed while children record, what was acknowledged is kept, and the next run carries on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reqsnap import Cassette, use_cassette
from tests.processes.children import ROOT, by_fork
from tests.processes.killing import CHILDREN
from tests.support.counter import Counter

ROUNDS = 20


def kill(who: str, folder: Path, server: Counter) -> list[list[int]]:
    """What was acknowledged in each round."""
    arguments = [who, str(folder), str(server.port), str(ROUNDS), "7"]
    command = [sys.executable, "-m", "tests.processes.killing", *arguments]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (shown.returncode, shown.stderr) == (0, "")
    return [json.loads(line) for line in shown.stdout.splitlines()]


def by_child(path: Path) -> list[list[str]]:
    """What a file holds of each child."""
    cassette = Cassette()
    cassette.load(path)
    found: list[list[str]] = [[] for _ in range(CHILDREN)]
    for each in cassette:
        _, _, _, child, number = each.request.url.split("/")
        found[int(child)].append(number)
    return found


@pytest.mark.parametrize(("who", "suffix"), [("child", ""), ("owner", ".partial")])
def test_who_is_killed_loses_no_more_than_what_was_under_way(
    who: str, suffix: str, tmp_path: Path, server: Counter
) -> None:
    rounds = kill(who, tmp_path, server)
    assert len(rounds) == ROUNDS
    for number, acknowledged in enumerate(rounds):
        held = by_child(tmp_path / f"{number}.yaml{suffix}")
        for numbers, count in zip(held, acknowledged, strict=True):
            assert numbers == [str(n) for n in range(len(numbers))]
            assert len(numbers) >= count > 0
            # The owner may have the last of a child's that could not say so any more.
            assert who == "owner" or len(numbers) <= count + 1
    with use_cassette(tmp_path / "0.yaml", mode="update") as cassette:
        before = len(cassette)
        held = by_child(tmp_path / f"0.yaml{suffix}")
        by_fork("http.client", server.port, ["0"], len(held[0]) + 1)
    assert cassette.play_count == len(held[0])
    assert len(cassette) == before + 1
