"""A cassette that is opened again and again: what nobody changed is not taken apart again."""

from __future__ import annotations

import gc
import os
import shutil
import weakref
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reqsnap import (
    Cassette,
    CassetteError,
    Format,
    Headers,
    Interaction,
    MemoryStorage,
    Request,
    Response,
    use_cassette,
)
from reqsnap.formats import NATIVE, Beside, Item, register_format, registry

READS: list[bytes] = []


class Counted(Format):
    """reqsnap's own layout under another name, which counts how often it is read."""

    name = "counted"
    suffixes = (".counted",)

    def recognises(self, data: bytes) -> bool:
        return data.startswith(b"counted\n")

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        READS.append(data)
        return NATIVE.read(data.removeprefix(b"counted\n"), path, beside)

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return NATIVE.item(interaction, beside)

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"counted\n" + NATIVE.file(items)


@pytest.fixture(autouse=True)
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_formats", dict(registry._formats))
    register_format(Counted())
    READS.clear()
    yield


def interaction(body: bytes) -> Interaction:
    return Interaction(Request("GET", "http://h/a"), Response(200, "OK", Headers(), body), datetime.now(UTC))


def put(path: Path, body: bytes) -> None:
    cassette = Cassette()
    cassette.append(interaction(body))
    cassette.save(path)


def body_in(path: Path | str, storage: MemoryStorage | None = None) -> bytes:
    with use_cassette(path, mode="playback", storage=storage) as cassette:
        found: bytes = cassette.interactions[0].response.body
        return found


def test_what_nobody_changed_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "a.counted"
    put(path, b"one")
    assert [body_in(path) for _ in range(3)] == [b"one"] * 3
    assert len(READS) == 1


def test_a_change_is_seen_whatever_its_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.counted"
    put(path, b"one")
    before = path.stat()
    assert body_in(path) == b"one"
    data = path.read_bytes()
    path.write_bytes(data.replace(b"one", b"two"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert body_in(path) == b"two"


def test_two_blocks_at_once_have_a_state_each(tmp_path: Path) -> None:
    path = tmp_path / "a.counted"
    put(path, b"one")
    with use_cassette(path, mode="update") as first:
        first.append(interaction(b"two"))
    with use_cassette(path, mode="update") as second:
        assert [each.response.body for each in second.interactions] == [b"one", b"two"]
        second.clear()
        assert len(first) == 2


def test_a_body_beside_it_that_goes_is_missed(tmp_path: Path) -> None:
    path = tmp_path / "a.counted"
    with use_cassette(path, mode="record", max_inline_size=10) as cassette:
        cassette.append(interaction(b"x" * 11))
    # As somebody's editor would leave it: such a file is parsed at once, with all that is beside it.
    path.write_bytes(path.read_bytes().replace(b"reqsnap: 1\n", b"# ours\nreqsnap: 1\n"))
    assert body_in(path) == b"x" * 11
    shutil.rmtree(tmp_path / "a.counted.bodies")
    with pytest.raises(CassetteError, match="bodies"):
        body_in(path)


def test_what_a_storage_holds_is_read_each_time() -> None:
    storage = MemoryStorage()
    storage.write("a.counted", Counted().file([NATIVE.item(interaction(b"one"))]), None)
    assert [body_in("a.counted", storage) for _ in range(2)] == [b"one"] * 2
    assert len(READS) == 2


def test_a_cassette_goes_without_the_garbage_collector(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    put(path, b"one")
    gc.collect()
    gc.disable()
    try:
        with use_cassette(path, mode="playback") as cassette:
            left = weakref.ref(cassette)
        del cassette
        assert left() is None
    finally:
        gc.enable()
