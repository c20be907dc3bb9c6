"""How often a persister is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import reqsnap.vcr as vcr
from reqsnap.vcr.persisters.filesystem import FilesystemPersister
from tests.support.counter import Counter


def test_a_block_that_replays_loads_a_cassette_once(path: str, server: Counter) -> None:
    loaded: list[Any] = []

    class Counting(FilesystemPersister):
        @classmethod
        def load_cassette(cls, cassette_path: Any, serializer: Any) -> Any:
            loaded.append(cassette_path)
            return FilesystemPersister.load_cassette(cassette_path, serializer)

    my_vcr = vcr.VCR()
    my_vcr.register_persister(Counting)
    with my_vcr.use_cassette(path):
        live = server.get("/a")
    loaded.clear()
    for count in (1, 2):
        with my_vcr.use_cassette(path) as cassette:
            assert server.get("/a") == live
        assert (len(loaded), cassette.play_count) == (count, 1)
    # What was changed meanwhile is seen by the next block.
    Path(path).unlink()
    with my_vcr.use_cassette(path) as cassette:
        assert (server.get("/a") == live, cassette.play_count) == (False, 0)
