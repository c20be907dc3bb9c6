"""Additions that were not finished, in every format that is added to in place."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import Format, named
from reqsnap.model import Headers, Interaction, Request, Response
from reqsnap.storage import CassetteFile

AT = datetime(2026, 1, 2, tzinfo=UTC)
HOSTILE = '{"a": "é"}\n# end\nversion: 1\n{"end": true}\n  ]\n}\n- request:\n'.encode()


def interaction(name: str) -> Interaction:
    headers = Headers([("Content-Type", "text/plain; charset=utf-8")])
    return Interaction(Request("GET", f"http://h/{name}"), Response(200, "OK", headers, HOSTILE), AT)


def names_of(format: Format, data: bytes) -> list[str]:
    return [item.decode().request.url.removeprefix("http://h/") for item in format.read(data)]


def places(first: int, last: int) -> list[int]:
    """Every place near both ends, and some between."""
    return [
        place for place in range(first, last + 1) if min(place - first, last - place) < 20 or not place % 13
    ]


@pytest.mark.parametrize("held", [["a"], ["a", "b"]])
@pytest.mark.parametrize("name", ["native", "json", "jsonl", "vcr", "vcr-json"])
def test_whoever_is_stopped_at_any_byte_leaves_what_was_there(
    name: str, held: list[str], tmp_path: Path
) -> None:
    format, file = named(name), CassetteFile(tmp_path / "x")
    before = format.file([format.item(interaction(each)) for each in held])
    addition = format.added(before, [format.item(interaction(each)) for each in "xy"])
    assert addition is not None
    after = before[: addition.kept] + addition.tail
    assert names_of(format, after) == [*held, "x", "y"]
    file.write(before)
    assert file.append(len(before), *addition)
    assert file.read() == after
    for size in places(len(before) + 1, len(after)):
        stopped = before + after[len(before) : size]
        if name == "vcr" or not after[len(before) : size].strip():
            # A few words behind the last line of VCR.py's file may be read as a part of that line.
            with suppress(CassetteFormatError):
                assert names_of(format, stopped) == held
                continue
        else:
            with pytest.raises(CassetteFormatError):
                format.read(stopped)
        torn = format.salvage(stopped)
        assert torn is not None
        assert [item.url for item in torn.items] == [f"http://h/{each}" for each in held]
        assert stopped == before + torn.rest
        assert torn.line == before.count(b"\n") + 1


@pytest.mark.parametrize("name", ["native", "json", "jsonl", "vcr", "vcr-json", "reqord", "har", "undici"])
def test_a_whole_file_is_not_torn(name: str) -> None:
    format = named(name)
    assert format.salvage(format.file([format.item(interaction(each)) for each in "ab"])) is None
