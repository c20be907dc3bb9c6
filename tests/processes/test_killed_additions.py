"""Whoever is killed while it adds to a cassette: what was acknowledged is there, and nothing torn is used."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

from reqsnap import Cassette, TornCassetteWarning
from reqsnap.cli import main
from tests.processes.children import ROOT
from tests.support.rounds import rounds

FILE = "x.yaml"


def test_long_rounds_of_killed_additions_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path, count = tmp_path / FILE, rounds(10)
    cassette = Cassette()
    cassette.save(path)
    command = [sys.executable, "-m", "tests.processes.killing_additions", str(path), str(count), "5"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60 + 3 * count)
    assert (shown.returncode, shown.stderr) == (0, "")
    acknowledged = list(map(int, shown.stdout.split()))
    assert len(acknowledged) == count
    assert min(acknowledged) > 0
    assert main(["repair", str(path)]) == 0
    with warnings.catch_warnings(action="error", category=TornCassetteWarning):
        cassette.load(path)
    held: list[list[int]] = [[] for _ in range(count)]
    for each in cassette:
        _, _, _, number, place = each.request.url.split("/")
        held[int(number)].append(int(place))
    for numbers, least in zip(held, acknowledged, strict=True):
        assert numbers == list(range(len(numbers)))
        # One more may have been added and not acknowledged.
        assert least <= len(numbers) <= least + 1
    assert not [each for each in tmp_path.iterdir() if not each.name.startswith(FILE)]
