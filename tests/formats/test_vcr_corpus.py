"""Cassettes of released versions of VCR.py, replayed as they are: as by VCR.py, and through other clients."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from reqsnap import use_cassette
from reqsnap.formats.vcr import VCR, yaml_layout
from tests.formats.vcr_corpus import programs
from tests.formats.vcr_corpus.programs import Answer, content
from tests.support.rounds import rounds

CORPUS = Path(programs.__file__).parent
CASSETTES = sorted(CORPUS.glob("*/*.yaml"))
CLIENTS = [*programs.CLIENTS]
LOSES_REPEATS = ("6.0.2-requests", "7.0.0-requests", "8.2.1-requests")
"""Recorded all fields of a name, and replay the first to requests."""


def called(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def expected(path: Path) -> dict[str, Answer]:
    """What each step saw when the version of VCR.py that wrote the cassette replayed it."""
    noted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return {
        name: (each["status"], each["reason"], each["fields"], base64.b64decode(each["body"]))
        for name, each in noted.items()
    }


def replayed(path: Path, client: str, steps: Any, **options: Any) -> dict[str, Answer]:
    """What a client shows of the steps, from the cassette as it is."""
    before = path.read_bytes()
    # VCR.py does not compare bodies, and noted of aiohttp's what they were made of.
    by_aiohttp = path.stem == "aiohttp"
    options |= {"match_body": not by_aiohttp, "match_query": client != "botocore"}
    with use_cassette(path, mode="playback", **options):
        shown = programs.objects() if client == "botocore" else programs.run(client, steps)
    assert path.read_bytes() == before
    return shown


def fields(answer: Answer) -> list[tuple[str, str]]:
    """The fields of an answer, but for a length that is that of a body which was coded anew."""
    pairs = sorted((name.lower(), value) for name, value in answer[2])
    is_coded = any("content-encoding" in name for name, _ in pairs)
    return [pair for pair in pairs if not (is_coded and pair[0] == "content-length")]


@pytest.mark.parametrize("path", CASSETTES, ids=called)
def test_the_corpus_is_found_without_being_parsed(path: Path) -> None:
    data = path.read_bytes()
    layout = yaml_layout.scan(data)
    assert layout is not None
    # Only one object that stands in two interactions was written in a way that has to be parsed.
    is_parsed = b"&id001" in data
    assert (data[layout.end :] == yaml_layout.END) is not is_parsed
    assert [item.decode() for item in VCR.read(data)] == [item.decode() for item in VCR.read(b"#\n" + data)]


@pytest.mark.parametrize("path", CASSETTES, ids=called)
def test_replays_as_vcrpy_replays_it(path: Path) -> None:
    noted = expected(path)
    # Secrets too are shown as they were.
    shown = replayed(path, path.stem, noted, redact=False)
    assert shown.keys() == noted.keys()
    for name, answer in noted.items():
        assert shown[name][:2] == answer[:2], name
        assert shown[name][3] == answer[3], name
        if called(path) in LOSES_REPEATS:
            assert dict(fields(shown[name])).keys() == dict(fields(answer)).keys()
        else:
            assert fields(shown[name]) == fields(answer), name


def others() -> list[tuple[Path, str]]:
    """Each cassette with another client than the one that recorded it, or with all others."""
    found = []
    paths = [path for path in CASSETTES if path.stem != "botocore"]
    for index, path in enumerate(paths):
        clients = [name for name in CLIENTS if name != path.stem]
        found += [
            (path, clients[(index + step) % len(clients)]) for step in range(min(rounds(1), len(clients)))
        ]
    return found


@pytest.mark.parametrize(("path", "client"), others(), ids=str)
def test_replays_through_other_clients(path: Path, client: str) -> None:
    noted = expected(path)
    shown = replayed(path, client, noted)
    assert {name: answer[0] for name, answer in shown.items()} == {
        name: answer[0] for name, answer in noted.items()
    }
    assert {name: content(answer) for name, answer in shown.items()} == {
        name: content(answer) for name, answer in noted.items()
    }
