"""Blocks on cassettes that are no local files."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from reqsnap import (
    Cassette,
    ConfigurationError,
    Library,
    MemoryStorage,
    Storage,
    Stored,
    naming,
    use_cassette,
)
from tests.support.counter import Counter

URL = "memory://bucket/tests/x.yaml"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What fsspec's file system in memory holds; and nothing is written to any folder."""
    monkeypatch.chdir(tmp_path)
    held: dict[str, Any] = fsspec.filesystem("memory").store
    held.clear()
    yield held
    held.clear()
    assert list(tmp_path.iterdir()) == []


def names_of(cassette: Cassette) -> list[str]:
    return ["/" + each.request.url.rpartition("/")[2] for each in cassette]


def test_a_cassette_at_a_url_is_recorded_and_replayed(server: Counter, store: dict[str, Any]) -> None:
    with use_cassette(URL) as cassette:
        first = server.get("/1")
    assert cassette.path == URL
    assert list(store) == ["/bucket/tests/x.yaml"]
    with use_cassette(URL, mode="update"):
        assert server.get("/1") == first
        second = server.get("/2")
    before = store["/bucket/tests/x.yaml"].getvalue()
    asked = len(server.requests)
    for mode in ("once", "playback"):
        with use_cassette(URL, mode=mode) as cassette:
            assert [server.get("/1"), server.get("/2")] == [first, second]
        assert cassette.all_played
    assert len(server.requests) == asked
    assert list(store) == ["/bucket/tests/x.yaml"]
    assert store["/bucket/tests/x.yaml"].getvalue() == before


def test_blocks_on_one_url_share_it(server: Counter) -> None:
    with use_cassette(URL) as one, use_cassette(URL) as other:
        server.get("/1")
        assert one is other
    with (
        use_cassette(URL, mode="playback"),
        pytest.raises(ConfigurationError, match="already open"),
        use_cassette(URL, mode="update"),
    ):
        pass


def test_a_flush_is_kept_under_the_partial_name(server: Counter, store: dict[str, Any]) -> None:
    with use_cassette(URL, auto_flush=True) as cassette:
        server.get("/1")
        cassette.flush()
        assert list(store) == ["/bucket/tests/x.yaml.partial"]
    assert list(store) == ["/bucket/tests/x.yaml"]


def test_a_library_at_a_url(server: Counter, store: dict[str, Any]) -> None:
    library = Library("memory://bucket/tests")

    @library.use_cassette
    def test_one() -> None:
        server.get("/1")

    test_one()
    with naming(model="m:1"), library.use_cassette("a/{model}.yaml"):
        server.get("/2")
    with library.use_cassette(path=lambda context: "b.yaml"):
        server.get("/3")
    first, *others = sorted(store)
    # What cannot stand in a name is marked with its hash.
    assert first.startswith("/bucket/tests/a/m_1~")
    assert others == [
        "/bucket/tests/b.yaml",
        "/bucket/tests/test_storages/test_a_library_at_a_url.test_one.yaml",
    ]
    with pytest.raises(ConfigurationError, match="leaves the directory"):
        library.use_cassette("../b.yaml")


def test_a_template_may_begin_with_a_url(server: Counter, store: dict[str, Any]) -> None:
    with naming(model="gemini"), use_cassette("memory://bucket/{model}/x.yaml"):
        server.get("/1")
    assert list(store) == ["/bucket/gemini/x.yaml"]


def test_a_storage_of_ones_own(server: Counter, store: dict[str, Any]) -> None:
    storage = MemoryStorage()
    with use_cassette("a/x.yaml", storage=storage):
        first = server.get("/1")
    assert storage.names == ["a/x.yaml"]
    asked = len(server.requests)
    with use_cassette("a/x.yaml", storage=storage, mode="playback"):
        assert server.get("/1") == first
    assert len(server.requests) == asked
    with use_cassette("a/x.yaml", storage=MemoryStorage()):
        assert server.get("/1") != first
    assert not store


def test_a_storage_may_be_named_by_its_url(server: Counter, store: dict[str, Any]) -> None:
    with (
        use_cassette("x.yaml", storage="memory://bucket/a"),
        use_cassette("x.yaml", storage="memory://bucket/a"),
    ):
        server.get("/1")
    assert list(store) == ["/bucket/a/x.yaml"]


@pytest.mark.parametrize("storage", ["bucket", 1, MemoryStorage])
def test_what_is_no_storage_is_refused(storage: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"reqsnap\.Storage"):
        use_cassette("x.yaml", storage=storage)


def test_a_url_in_a_storage_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no URL"), use_cassette(URL, storage=MemoryStorage()):
        pass


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="nosuch"), use_cassette("nosuch://bucket/x.yaml"):
        pass


def test_loading_and_saving_at_urls(server: Counter, store: dict[str, Any]) -> None:
    with use_cassette() as cassette:
        server.get("/1")
    cassette.save(URL)
    again = Cassette()
    again.load(URL)
    assert names_of(again) == ["/1"]
    with use_cassette(URL, mode="update") as own:
        server.get("/2")
        own.save(URL)
        own.load()
        assert names_of(own) == ["/1", "/2"]


class OverHttp(Storage):
    """A store that is asked over HTTP, by the thread that uses it and by one of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._kept = MemoryStorage()

    def _ask(self, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        connection.request("GET", path)
        connection.getresponse().read()
        connection.close()

    def _ask_twice(self) -> None:
        self._ask("/store")
        thread = threading.Thread(target=self._ask, args=["/store"])
        thread.start()
        thread.join()

    def read(self, name: str) -> Stored | None:
        self._ask_twice()
        return self._kept.read(name)

    def write(self, name: str, data: bytes, expected: str | None) -> str:
        self._ask_twice()
        return self._kept.write(name, data, expected)

    def remove(self, name: str) -> None:
        self._kept.remove(name)


def test_what_a_store_sends_is_neither_recorded_nor_refused(server: Counter) -> None:
    storage = OverHttp(server.port)
    with use_cassette("x.yaml", storage=storage) as cassette:
        server.get("/1")
        cassette.flush()
    with use_cassette("x.yaml", storage=storage, mode="update") as cassette:
        server.get("/2")
        cassette.flush()
        with use_cassette("y.yaml", storage=storage):
            pass
    assert names_of(cassette) == ["/1", "/2"]
    asked = len(server.requests)
    with use_cassette("x.yaml", storage=storage, mode="playback"):
        server.get("/1")
        with use_cassette("y.yaml", storage=storage):
            pass
    assert set(server.requests[asked:]) == {"GET /store"}


def test_the_thread_of_a_file_system_belongs_to_no_block(server: Counter) -> None:
    # Patches stay in place while a thread lives that belongs to a block: this one lives for ever.
    with use_cassette(URL):
        server.get("/1")
    loops = [each for each in threading.enumerate() if each.name == "fsspecIO"]
    assert [each.run.__qualname__ for each in loops] == ["Thread.run"]
