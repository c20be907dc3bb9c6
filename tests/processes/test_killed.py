"""Whoever is killed while children record, what was acknowledged is kept, and the next run carries on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from reqsnap import Cassette, TornCassetteWarning, use_cassette
from tests.processes.children import ROOT, by_fork
from tests.processes.killing import CHILDREN
from tests.support.counter import Counter

ROUNDS = int(os.environ.get("REQSNAP_ROUNDS", "10"))
"""200 is the full number."""


def kill(who: str, folder: Path, server: Counter) -> list[list[int]]:
    """What was acknowledged in each round."""
    arguments = [who, str(folder), str(server.port), str(ROUNDS), "7"]
    command = [sys.executable, "-m", "tests.processes.killing", *arguments]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10 + 3 * ROUNDS)
    assert (shown.returncode, shown.stderr) == (0, "")
    return [json.loads(line) for line in shown.stdout.splitlines()]


def by_child(path: Path) -> list[list[str]]:
    """What a file holds of each child; it may be torn, where somebody was killed."""
    cassette = Cassette()
    with warnings.catch_warnings(action="ignore", category=TornCassetteWarning):
        cassette.load(path)
    found: list[list[str]] = [[] for _ in range(CHILDREN)]
    for each in cassette:
        _, _, _, child, number = each.request.url.split("/")
        found[int(child)].append(number)
    return found


@pytest.mark.parametrize(("who", "suffix"), [("child", ""), ("owner", ".partial")])
def test_long_rounds_of_kills_lose_no_more_than_what_was_under_way(
    who: str, suffix: str, tmp_path: Path, server: Counter
) -> None:
    rounds = kill(who, tmp_path, server)
    assert len(rounds) == ROUNDS
    for number, acknowledged in enumerate(rounds):
        path = tmp_path / f"{number}.yaml"
        held = by_child(path.with_name(path.name + suffix))
        for numbers, count in zip(held, acknowledged, strict=True):
            assert numbers == [str(n) for n in range(len(numbers))]
            assert len(numbers) >= count > 0
            # The owner may have the last of a child's that could not say so any more.
            assert who == "owner" or len(numbers) <= count + 1
        # The next run replays what is there, and records one more.
        with (
            warnings.catch_warnings(action="ignore", category=TornCassetteWarning),
            use_cassette(path, mode="update") as cassette,
        ):
            before = len(cassette)
            by_fork("http.client", server.port, ["0"], len(held[0]) + 1)
            assert (cassette.play_count, len(cassette)) == (len(held[0]), before + 1)
        assert len(by_child(path)[0]) == len(held[0]) + 1
