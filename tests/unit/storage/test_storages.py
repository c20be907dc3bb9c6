"""Cassettes that are no local files: two writers lose nothing, and what cannot be used is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from reqsnap.cassette import Cassette
from reqsnap.errors import (
    CassetteConflictError,
    CassetteError,
    CassetteInUseError,
    CassetteWriteError,
    ConfigurationError,
)
from reqsnap.formats import native
from reqsnap.locations import Url, location
from reqsnap.modes import Mode
from reqsnap.rules.policy import Policy
from reqsnap.storage import (
    CassetteFile,
    FsspecStorage,
    MemoryStorage,
    Storage,
    Stored,
    StoredFile,
    file_at,
)
from reqsnap.storage.sharing import begin
from tests.unit.cassette.test_merging import delete, interaction, note


@pytest.fixture
def memory() -> Iterator[Any]:
    """fsspec's file system in memory, empty."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


@pytest.fixture(params=["memory", "fsspec"])
def storage(request: pytest.FixtureRequest, memory: Any) -> Storage:
    return MemoryStorage() if request.param == "memory" else FsspecStorage("memory://bucket/tests")


def file_in(storage: Storage) -> StoredFile:
    return StoredFile(storage, "a/x.yaml", "a/x.yaml")


def opened(storage: Storage, mode: Mode = Mode.UPDATE) -> Cassette:
    """What a block of another process opens."""
    file = file_in(storage)
    began = begin(file, replaces=mode is Mode.RECORD, records=True)
    cassette = Cassette(file, Policy(mode), began=began)
    data = began.partial if began.data is None else began.data
    if data is not None:
        cassette.adopt(native.NATIVE.read(data))
    return cassette


def held_by(storage: Storage, name: str = "a/x.yaml") -> list[str]:
    found = storage.read(name)
    assert found is not None
    return [each.request.url.removeprefix("http://h/") for each in native.load(found.data)]


def has(storage: Storage, *names: str) -> None:
    storage.write("a/x.yaml", native.dump(map(interaction, names)), None)


# Storages


def test_what_is_written_is_read_and_removed(storage: Storage) -> None:
    assert storage.read("a/x") is None
    version = storage.write("a/x", b"one", None)
    assert storage.read("a/x") == Stored(b"one", version)
    newer = storage.write("a/x", b"two", version)
    assert newer != version
    assert storage.read("a/x") == Stored(b"two", newer)
    storage.remove("a/x")
    storage.remove("a/x")
    assert storage.read("a/x") is None


def test_what_has_changed_is_not_written_over(storage: Storage) -> None:
    version = storage.write("x", b"one", None)
    newer = storage.write("x", b"two", version)
    for expected in (None, version, "another"):
        with pytest.raises(CassetteConflictError):
            storage.write("x", b"three", expected)
    storage.remove("x")
    with pytest.raises(CassetteConflictError):
        storage.write("x", b"three", newer)
    assert storage.read("x") is None


def test_memory_adds_where_nothing_has_changed() -> None:
    storage = MemoryStorage()
    version = storage.write("x", b"12345", None)
    newer = storage.append("x", 3, b"tail", version)
    assert newer is not None
    assert storage.read("x") == Stored(b"123tail", newer)
    with pytest.raises(CassetteConflictError):
        storage.append("x", 3, b"tail", version)


# Cassettes in them


def test_two_writers_lose_nothing(storage: Storage) -> None:
    has(storage, "0", "1")
    one, other = opened(storage), opened(storage)
    note(one, "a")
    one.flush()
    note(other, "b")
    assert delete(other, "0") == 1
    other.flush()
    note(one, "c")
    one.end(raised=False)
    other.end(raised=False)
    assert held_by(storage) == ["1", "a", "b", "c"]


def test_what_changes_between_reading_and_writing_is_read_again(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    has(storage, "0")
    one, others = opened(storage), iter("xyz")
    note(one, "a")
    write = type(storage).write

    def beaten(self: Storage, name: str, data: bytes, expected: str | None) -> str:
        for another in others:
            found = self.read(name)
            assert found is not None
            held = [*native.load(found.data), interaction(another)]
            write(self, name, native.dump(held), found.version)
            break
        return write(self, name, data, expected)

    monkeypatch.setattr(type(storage), "write", beaten)
    monkeypatch.setattr(type(storage), "append", lambda *arguments: None)
    one.end(raised=False)
    assert held_by(storage) == ["0", "x", "y", "z", "a"]


def test_who_is_beaten_again_and_again_gives_up(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    has(storage, "0")
    one = opened(storage)
    note(one, "a")

    def beaten(*arguments: object) -> str:
        raise CassetteConflictError(None)

    monkeypatch.setattr(type(storage), "write", beaten)
    monkeypatch.setattr(type(storage), "append", lambda *arguments: None)
    with pytest.raises(CassetteWriteError) as caught:
        one.end(raised=False)
    assert isinstance(caught.value.__cause__, CassetteInUseError)
    assert caught.value.rescued is not None
    rescued = Path(caught.value.rescued)
    assert len(native.load(rescued.read_bytes())) == 2
    rescued.unlink()


@pytest.mark.parametrize("mode", [Mode.ONCE, Mode.RECORD])
def test_a_set_that_is_not_complete_has_a_name_of_its_own(mode: Mode, storage: Storage) -> None:
    if mode is Mode.RECORD:
        has(storage, "0")
    cassette = opened(storage, mode)
    note(cassette, "a")
    cassette.flush()
    assert held_by(storage, "a/x.yaml.partial") == ["a"]
    note(cassette, "b")
    cassette.end(raised=False)
    assert held_by(storage) == ["a", "b"]
    assert storage.read("a/x.yaml.partial") is None


def test_two_that_record_for_the_first_time_both_are_kept(storage: Storage) -> None:
    one, other = opened(storage, Mode.ONCE), opened(storage, Mode.ONCE)
    note(one, "a")
    note(other, "b")
    other.flush()
    one.end(raised=False)
    other.end(raised=False)
    assert sorted(held_by(storage)) == ["a", "b"]
    assert storage.read("a/x.yaml.partial") is None


def test_large_bodies_stand_beside_it(storage: Storage) -> None:
    file = file_in(storage)
    file.partial.beside(1).write("one", b"body")
    assert file.beside(1).read("one") == b"body"
    assert storage.read("a/x.yaml.bodies/one") is not None


def test_what_is_damaged_is_kept_beside_it(storage: Storage) -> None:
    file = file_in(storage)
    assert [file.keep_damaged(b"1"), file.keep_damaged(b"2")] == ["a/x.yaml.damaged", "a/x.yaml.damaged-2"]


class Broken(MemoryStorage):
    """Fails as stores do: with errors of its own."""

    def read(self, name: str) -> Stored | None:
        raise RuntimeError("no credentials")

    def write(self, name: str, data: bytes, expected: str | None) -> str:
        raise RuntimeError("no credentials")


def test_what_a_store_raises_says_which_cassette() -> None:
    file = file_in(Broken())
    with pytest.raises(CassetteError, match=r"a/x\.yaml: it could not be read \(RuntimeError\('no cred"):
        file.read()
    with pytest.raises(CassetteWriteError, match=r"a/x\.yaml: it could not be written"):
        file.write(b"")


# On S3, as far as it can be seen without it


class Bucket:
    """What s3fs is for us: a version for each object, and PutObject's conditions."""

    protocol = ("s3", "s3a")

    def __init__(self) -> None:
        self.held: dict[str, tuple[bytes, str]] = {}
        self.conditions: list[str] = []
        self.fails = False

    def invalidate_cache(self, path: str) -> None:
        pass

    def info(self, path: str) -> dict[str, str]:
        if path not in self.held:
            raise FileNotFoundError(path)
        return {"ETag": self.held[path][1]}

    def cat_file(self, path: str) -> bytes:
        return self.held[path][0]

    def pipe_file(self, path: str, data: bytes, mode: str = "overwrite", IfMatch: str = "") -> None:
        self.conditions.append(IfMatch or mode)
        if self.fails:
            raise OSError("no network")
        if mode == "create" and path in self.held:
            raise FileExistsError(path)
        if IfMatch and self.held[path][1] != IfMatch:
            raise OSError(22, "PreconditionFailed")
        self.held[path] = data, f"tag-{len(self.conditions)}"


def test_s3_compares_versions_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, storage = Bucket(), FsspecStorage("s3://bucket")
    monkeypatch.setattr("fsspec.core.url_to_fs", lambda url: (bucket, "bucket"))
    version = storage.write("x", b"one", None)
    assert version == "tag-1"
    with pytest.raises(CassetteConflictError):
        storage.write("x", b"two", None)
    newer = storage.write("x", b"two", version)
    assert bucket.conditions == ["create", "create", version]
    # Changed after it was compared here, and before it is written there.
    monkeypatch.setattr(
        storage, "_version", lambda name: newer if bucket.held["bucket/x"][1] == newer else ""
    )
    bucket.fails = True
    with pytest.raises(OSError, match="no network"):
        storage.write("x", b"three", newer)
    bucket.fails = False
    versions = iter([newer, "another"])
    monkeypatch.setattr(storage, "_version", lambda name: next(versions))
    bucket.held["bucket/x"] = b"another's", "another"
    with pytest.raises(CassetteConflictError):
        storage.write("x", b"three", newer)
    assert bucket.held["bucket/x"] == (b"another's", "another")


# What is a URL


@pytest.mark.parametrize(
    "text", ["x.yaml", "/a/x.yaml", r"C:\a\x.yaml", "C:/x.yaml", "a:b/c.yaml", "a/s3://b"]
)
def test_paths_are_no_urls(text: str) -> None:
    assert location(text) == Path(text)
    assert isinstance(file_at(text), CassetteFile)


@pytest.mark.parametrize(
    ("text", "folder", "name"),
    [
        ("s3://bucket/a/x.yaml", "s3://bucket/a", "x.yaml"),
        ("memory://x.yaml", "memory://", "x.yaml"),
        ("simplecache::s3://bucket/x.yaml", "simplecache::s3://bucket", "x.yaml"),
    ],
)
def test_urls_have_a_folder_and_a_name(text: str, folder: str, name: str) -> None:
    url = location(text)
    assert isinstance(url, Url)
    assert url.parts == (folder, name)
    assert Url(folder) / name == url
    assert str(file_at(text).path) == text


def test_a_file_url_is_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a b.yaml"
    assert location(path.as_uri()) == path


def test_a_url_that_was_made_a_path_is_told() -> None:
    with pytest.raises(ConfigurationError, match="slashes are lost"):
        file_at(Path("s3://bucket/x.yaml").as_posix())


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nosuch://bucket/x.yaml", "nosuch"),
        ("memory://bucket/", "it is a folder"),
    ],
)
def test_a_url_that_cannot_be_used_is_told(url: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        file_at(url).check(writable=True)


def test_what_is_to_be_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'reqsnap\[fsspec\]'"):
        file_at("s3://bucket/x.yaml").check(writable=False)
    monkeypatch.undo()

    def missing(url: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(ConfigurationError, match="Install s3fs to access S3"):
        file_at("s3://bucket/x.yaml").check(writable=False)
