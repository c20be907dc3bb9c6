"""Bodies that are too large for the cassette itself, in files beside it."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import re

import pytest

from reqsnap.errors import CassetteFormatError, MissingBodyError
from reqsnap.formats import NATIVE, native
from reqsnap.formats.format import Beside
from reqsnap.model import Interaction, Request
from tests.support.native_files import exchange

MOST = 100
LARGE = json.dumps(list(range(100))).encode()


class InMemory(Beside):
    """The files beside a cassette, in a mapping."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.writes = 0

    @property
    def max_inline_size(self) -> int:
        """The most bytes in the cassette."""
        return MOST

    def read(self, name: str) -> bytes | None:
        """The file of that name."""
        return self.files.get(name)

    def write(self, name: str, data: bytes) -> None:
        """Keep a file."""
        assert self.files.setdefault(name, data) == data
        self.writes += 1


def named(body: bytes, ending: str) -> str:
    return f"sha256-{hashlib.sha256(body).hexdigest()}.{ending}"


def text_of(recorded: Interaction, beside: Beside) -> str:
    """An interaction's text in a file, once it is shown that it comes back."""
    item = NATIVE.item(recorded, beside)
    (read,) = NATIVE.read(NATIVE.file([item]), None, beside)
    assert read.decode() == recorded
    return item.decode()


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (LARGE, "json"),
        (b"text " * 30, "txt"),
        (b"\x00text " * 30, "bin"),
        (b"\xff\xfe\xfd\xfc" * 30, "bin"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "png"),
        (b"<!DOCTYPE html>" + b" " * 200, "html"),
    ],
)
def test_a_large_body_has_a_file_of_its_own(body: bytes, ending: str) -> None:
    beside = InMemory()
    sent = Request("PUT", "http://h/", body=body)
    text = text_of(exchange(body, sent=sent, parts=(len(body),)), beside)
    name = named(body, ending)
    assert text.count(f"    file: {name}\n") == 2
    assert "body:" not in text
    assert "    parts: whole\n" in text
    # Equal bodies share it.
    assert beside.files == {name: body}


def test_a_body_of_the_size_that_is_allowed_stays_in_the_cassette() -> None:
    beside = InMemory()
    assert "    body: |-\n" in text_of(exchange(b"x" * MOST), beside)
    assert "    file: sha256-" in text_of(exchange(b"x" * (MOST + 1)), beside)
    assert "    body: |-\n" in NATIVE.item(exchange(b"x" * (MOST + 1))).decode()


def test_a_compressed_body_is_readable_there_too() -> None:
    beside = InMemory()
    coded = exchange(gzip.compress(LARGE, mtime=0), fields=(("Content-Encoding", "gzip"),))
    text = text_of(coded, beside)
    assert re.search(rf"    coding: gzip[^\n]*\n    file: {named(LARGE, 'json')}\n", text)
    assert beside.files == {named(LARGE, "json"): LARGE}
    binary = gzip.compress(bytes(range(256)) * 4, mtime=0)
    assert named(binary, "gz") in text_of(exchange(binary, fields=(("Content-Encoding", "gzip"),)), beside)


def stored(beside: Beside) -> bytes:
    """A file with one large answer, and what its request says beside the method and the path."""
    sent = Request("GET", "http://h/items?token=abc")
    return NATIVE.file([NATIVE.item(exchange(LARGE, sent=sent), beside)])


@pytest.mark.parametrize("reason", ["is missing", "was changed"])
def test_a_file_that_is_missing_or_was_changed(reason: str) -> None:
    beside = InMemory()
    data, name = stored(beside), named(LARGE, "json")
    if reason == "is missing":
        del beside.files[name]
    else:
        beside.files[name] += b" "
    with pytest.raises(MissingBodyError) as caught:
        [item.decode() for item in NATIVE.read(data, "items.yaml", beside)]
    error = caught.value
    assert (error.path, error.line, error.reason) == ("items.yaml", 9, reason)
    assert (error.file, error.of) == (name, "the answer to GET http://h/items")
    assert str(error).startswith(
        f"items.yaml, line 9: the body of the answer to GET http://h/items is in the file {name} beside the "
        f"cassette, which {reason}. Restore that file"
    )
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("body", [b"", LARGE])
def test_the_body_of_a_request_that_is_missing(body: bytes) -> None:
    beside = InMemory()
    sent = Request("PUT", "http://h/items", body=LARGE)
    data = NATIVE.file([NATIVE.item(exchange(body, sent=sent), beside)])
    with pytest.raises(MissingBodyError) as caught:
        native.load(data)
    assert (caught.value.line, caught.value.of) == (6, "PUT http://h/items")


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("file: ../../passwd", "file must be the name of a file beside the cassette, sha256-..."),
        ("file: sha256-00", "file must be the name of a file beside the cassette, sha256-...,"),
        ("body: x\n    file:", "body cannot stand beside 'file', where the body is"),
        ("json: compact\n    file:", "json cannot stand beside 'file', where the body is"),
    ],
)  # fmt: skip
def test_what_else_may_not_stand_there(new: str, reason: str) -> None:
    beside = InMemory()
    old = "file:" if new.endswith("file:") else f"file: {named(LARGE, 'json')}"
    with pytest.raises(CassetteFormatError) as caught:
        native.load(stored(beside).replace(old.encode(), new.encode()), None, beside)
    assert caught.value.reason.startswith(reason)
