"""Cassettes of VCR.py that were converted to reqsnap's own layout go on being read in VCR.py's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import reqsnap.vcr as vcr
from reqsnap.cli import main
from reqsnap.vcr.persisters.filesystem import CassetteNotFoundError, FilesystemPersister
from reqsnap.vcr.serialize import deserialize
from tests.support.counter import Counter


class Json:
    """A serializer of a user's own."""

    serialize = staticmethod(json.dumps)
    deserialize = staticmethod(json.loads)


class Own(FilesystemPersister):
    """A persister of a user's own."""


class ByHand:
    """A persister that reads the file itself."""

    @staticmethod
    def load_cassette(cassette_path: str, serializer: Any) -> Any:
        if not Path(cassette_path).exists():
            raise CassetteNotFoundError
        return deserialize(Path(cassette_path).read_text(), serializer)

    save_cassette = staticmethod(FilesystemPersister.save_cassette)


def hooks() -> vcr.VCR:
    return vcr.VCR(filter_sensitive_data=[("<TOKEN>", "correct-horse")])


def serializer() -> vcr.VCR:
    found = vcr.VCR(serializer="own")
    found.register_serializer("own", Json)
    return found


def persister(kind: Any) -> vcr.VCR:
    found = vcr.VCR()
    found.register_persister(kind)
    return found


@pytest.mark.parametrize(
    ("my_vcr", "name"),
    [
        (hooks(), "x.yaml"),
        (serializer(), "x.json"),
        (persister(Own), "x.yaml"),
        (persister(ByHand), "x.yaml"),
    ],
)
def test_a_converted_cassette_is_replayed(
    tmp_path: Path, server: Counter, my_vcr: vcr.VCR, name: str
) -> None:
    path = tmp_path / name
    with my_vcr.use_cassette(path):
        live = [server.get(target) for target in ("/a?token=correct-horse", "/b")]
    assert main(["migrate", str(tmp_path), "--convert-cassettes"]) == 0
    assert b"reqsnap" in path.read_bytes()[:20]
    with my_vcr.use_cassette(path, record_mode="none") as cassette:
        assert [server.get(target) for target in ("/a?token=correct-horse", "/b")] == live
    assert cassette.all_played
    assert len(server.requests) == 2
    with my_vcr.use_cassette(path, record_mode="new_episodes"):
        added = server.get("/c")
    with my_vcr.use_cassette(path, record_mode="none"):
        assert [server.get(target) for target in ("/b", "/c")] == [live[1], added]


def test_a_body_beside_it_is_found(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "x.yaml"
    with vcr.use_cassette(path):
        live = server.get("/a", "POST", "body " * 100)
    assert main(["migrate", str(tmp_path), "--convert-cassettes", "--max-inline-size", "50"]) == 0
    assert list(tmp_path.glob("x.yaml.bodies/*"))
    with persister(Own).use_cassette(path, record_mode="none") as cassette:
        assert server.get("/a", "POST", "body " * 100) == live
    assert cassette.requests[0].body == b"body " * 100
