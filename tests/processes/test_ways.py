"""However a child is born, its exchanges are recorded into the one cassette, and replayed from it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reqsnap import use_cassette
from tests.processes.children import WAYS
from tests.support.counter import Counter

NAMES = ("a", "b", "c", "d")
COUNT = 25
ROUNDS = int(os.environ.get("REQSNAP_ROUNDS", "1"))
"""50 is the full number."""


@pytest.mark.parametrize("way", WAYS)
def test_long_rounds_of_four_children_are_recorded_and_replayed(way: str, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        record_and_replay(way, tmp_path / f"{number}.yaml")


def record_and_replay(way: str, path: Path) -> None:
    """Have four children ask 25 things each, then again without a server."""
    server = Counter()
    try:
        with use_cassette(path, mode="record"):
            recorded = WAYS[way]("http.client", server.port, NAMES, COUNT)
        received = len(server.requests)
    finally:
        server.close()
    with use_cassette(path, mode="playback") as cassette:
        replayed = WAYS[way]("http.client", server.port, NAMES, COUNT)
        assert cassette.all_played
    assert received == len(cassette) == len(NAMES) * COUNT
    assert replayed == recorded
    for name in NAMES:
        assert len(recorded[name]) == COUNT
        assert all(f" GET {path} " in answer for path, answer in recorded[name].items())
        urls = [each.request.url.rpartition(f"/{name}/") for each in cassette]
        assert [number for _, own, number in urls if own] == [str(number) for number in range(COUNT)]


@pytest.mark.parametrize("way", ["fork", "executor, spawn", "subprocess"])
@pytest.mark.parametrize("client", ["requests", "httpx", "aiohttp"])
def test_every_client_of_a_child_asks_the_owner(
    way: str, client: str, tmp_path: Path, server: Counter
) -> None:
    pytest.importorskip(client)
    path = tmp_path / "x.yaml"
    with use_cassette(path, mode="record") as cassette:
        recorded = WAYS[way](client, server.port, ["a"], 3)
        assert len(cassette) == 3
    server.close()
    with use_cassette(path, mode="playback") as cassette:
        assert WAYS[way](client, server.port, ["a"], 3) == recorded
        assert cassette.play_count == 3
