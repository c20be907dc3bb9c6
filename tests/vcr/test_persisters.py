"""VCR.py's persisters, its own and those of its users."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reqsnap import use_cassette
from reqsnap.errors import CassetteError, CassetteFormatError, ReqsnapError
from reqsnap.formats.vcr import VCR_JSON
from reqsnap.vcr.interim import INTERIM
from reqsnap.vcr.migration import main, try_migrate
from reqsnap.vcr.persisters.filesystem import CassetteDecodeError, CassetteNotFoundError, FilesystemPersister
from reqsnap.vcr.request import Request
from reqsnap.vcr.serializers import jsonserializer, yamlserializer
from reqsnap.vcr.stored import PersisterStorage

ANSWER = {"status": {"code": 200, "message": "OK"}, "headers": {"A": ["1"]}, "body": {"string": b"answer"}}


def request(path: str = "/") -> Request:
    return Request("GET", f"http://h{path}", None, {})


@pytest.mark.parametrize("serializer", [yamlserializer, jsonserializer])
def test_a_file_is_saved_and_loaded(tmp_path: Path, serializer: ModuleType) -> None:
    path = tmp_path / "folder" / "x"
    cassette = {"requests": [request()], "responses": [ANSWER]}
    FilesystemPersister.save_cassette(path, cassette, serializer)
    (found,), responses = FilesystemPersister.load_cassette(str(path), serializer)
    assert (found.uri, responses) == ("http://h/", [ANSWER])


@pytest.mark.parametrize("data", [None, b"", b" \n"])
def test_a_file_that_holds_nothing_is_missing(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "x"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CassetteNotFoundError) as told:
        FilesystemPersister.load_cassette(path, yamlserializer)
    assert isinstance(told.value, FileNotFoundError)
    assert isinstance(told.value, ReqsnapError)


def test_a_file_that_is_no_text_cannot_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(CassetteDecodeError, match="UTF-8"):
        FilesystemPersister.load_cassette(tmp_path / "x", yamlserializer)


class Remembering:
    """A persister in memory that counts what it is asked."""

    def __init__(self, **cassettes: Any) -> None:
        self.cassettes: dict[str, Any] = cassettes
        self.serializers: list[Any] = []

    def load_cassette(self, cassette_path: str, serializer: Any) -> Any:
        self.serializers.append(serializer)
        if cassette_path not in self.cassettes:
            raise CassetteNotFoundError
        found = self.cassettes[cassette_path]
        if isinstance(found, Exception):
            raise found
        return found

    def save_cassette(self, cassette_path: str, cassette_dict: Any, serializer: Any) -> None:
        self.serializers.append(serializer)
        more = (cassette_dict["metadata"],) if "metadata" in cassette_dict else ()
        self.cassettes[cassette_path] = (cassette_dict["requests"], cassette_dict["responses"], *more)


def stored(persister: Remembering, **hooks: Any) -> PersisterStorage:
    return PersisterStorage("x", persister, yamlserializer, **hooks)


def test_what_a_persister_has_is_read_as_a_cassette() -> None:
    persister = Remembering(x=([request("/a")], [ANSWER], {"key": "value"}))
    storage = stored(persister)
    found = storage.read("x")
    assert found is not None
    (item,) = INTERIM.read(found.data)
    assert (item.url, item.decode().response.body) == ("http://h/a", b"answer")
    assert storage.metadata == {"key": "value"}
    assert persister.serializers == [yamlserializer]


def test_what_is_written_the_persister_is_given_as_requests_and_answers() -> None:
    persister = Remembering(x=([request("/a")], [ANSWER], {"key": "value"}))
    storage = stored(persister)
    found = storage.read("x")
    assert found is not None
    version = storage.write("x", found.data, found.version)
    requests, responses, metadata = persister.cassettes["x"]
    assert ([each.uri for each in requests], responses, metadata) == (
        ["http://h/a"],
        [ANSWER],
        {"key": "value"},
    )
    assert version == found.version


def test_what_is_missing_or_no_text_is_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert stored(Remembering()).read("x") is None
    assert not caplog.records
    assert stored(Remembering(x=CassetteDecodeError("broken"))).read("x") is None
    assert "overwritten" in caplog.text


def test_what_is_unfinished_a_persister_never_sees() -> None:
    persister = Remembering()
    storage = stored(persister)
    storage.write("x.partial", b"data", None)
    found = storage.read("x.partial")
    assert found is not None and found.data == b"data"
    storage.remove("x.partial")
    storage.remove("x")
    assert storage.read("x.partial") is None
    assert (persister.cassettes, persister.serializers) == ({}, [])


def test_hooks_change_and_drop_what_is_loaded_and_saved() -> None:
    loaded: list[str] = []

    def on_load(request: Request, response: Any) -> Any:
        loaded.append(request.path)
        response["body"]["string"] = b"restored"
        return None if request.path == "/dropped" else (request, response)

    def on_save(request: Request, response: Any) -> Any:
        response["body"]["string"] = b"hidden"
        return request, response

    answers = [{**ANSWER, "body": {"string": b"hidden"}} for _ in range(2)]
    persister = Remembering(x=([request("/kept"), request("/dropped")], answers))
    storage = stored(persister, on_load=on_load, on_save=on_save)
    found = storage.read("x")
    assert found is not None
    assert [item.decode().response.body for item in INTERIM.read(found.data)] == [b"restored"]
    assert storage.read("x") == found
    assert loaded == ["/kept", "/dropped"]
    storage.write("x", found.data, found.version)
    assert [each["body"]["string"] for each in persister.cassettes["x"][1]] == [b"hidden"]


def test_two_storages_of_one_persister_are_the_same_place() -> None:
    persister = Remembering()
    assert stored(persister).key == stored(persister).key != stored(Remembering()).key


def test_what_a_persister_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        stored(Remembering(x=ZeroDivisionError())).read("x")


OLD_YAML = b"""\
- request:
    body: null
    headers: []
    host: h
    method: GET
    path: /a
    port: 80
    protocol: http
  response:
    body: {string: answer}
    headers: ["A: 1\\r\\n"]
    status: {code: 200, message: OK}
"""
OLD_JSON = b"""[{"request": {"body": null, "headers": {}, "host": "h", "method": "GET", "path": "/a",
"port": 80, "protocol": "http"}, "response": {"body": {"string": "answer"}, "headers": ["A: 1\\r\\n"],
"status": {"code": 200, "message": "OK"}}}]"""


@pytest.mark.parametrize(
    ("name", "data", "serializer"),
    [("x.yaml", OLD_YAML, yamlserializer), ("x.json", OLD_JSON, jsonserializer)],
)
def test_an_old_cassette_is_rewritten_once(
    tmp_path: Path, name: str, data: bytes, serializer: ModuleType
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert try_migrate(str(path))
    (found,), responses = FilesystemPersister.load_cassette(path, serializer)
    assert (found.uri, responses) == ("http://h/a", [ANSWER])
    written = path.read_bytes()
    assert not try_migrate(str(path))
    assert path.read_bytes() == written


@pytest.mark.parametrize(("name", "data"), [("x.yaml", OLD_YAML), ("x.json", OLD_JSON)])
def test_what_is_migrated_stays_as_it_was_recorded(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data.replace(b"A: 1", b"Content-Length: 33"))
    assert try_migrate(str(path))
    assert b"33" in path.read_bytes()
    with use_cassette(path, mode="playback") as cassette:
        # What a client gets has the length that it says, whatever was recorded.
        assert cassette.interactions[0].response.headers.get("content-length") == "6"


def test_a_folder_is_migrated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "old.yml").write_bytes(OLD_YAML)
    (tmp_path / "broken.json").write_bytes(OLD_JSON[:200])
    (tmp_path / "new.json").write_bytes(VCR_JSON.file([]))
    (tmp_path / "notes.txt").write_text("- request: no")
    main([str(tmp_path)])
    lines = [line[1:].partition("] ") for line in capsys.readouterr().err.splitlines()]
    assert {Path(path).name: outcome.split(":")[0] for outcome, _, path in lines} == {
        "old.yml": "migrated",
        "broken.json": "unreadable",
        "new.json": "as it was",
        "notes.txt": "as it was",
    }
    with pytest.raises(SystemExit, match="usage"):
        main([])


def test_a_broken_cassette_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(OLD_JSON[:200])
    with pytest.raises(CassetteFormatError):
        try_migrate(str(path))
    assert issubclass(CassetteFormatError, CassetteError)
    assert path.read_bytes() == OLD_JSON[:200]
