"""The formats side by side: each knows its own files, and what two can hold goes from one to the other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from reqsnap.errors import ConfigurationError
from reqsnap.formats import Beside, Format, Item, format_of, named, register_format, registry
from reqsnap.model import Headers, Interaction, Request, Response
from tests.support.native_files import AT, BINARY, ODD, PLAIN
from tests.unit.formats import (
    test_betamax_files,
    test_cassetter_files,
    test_har_reading,
    test_reqord_files,
    test_undici_files,
)

NAMES = ["native", "json", "jsonl", "vcr", "vcr-json", "har", "undici", "reqord"]
NAMES += ["cassetter", "cassetter-toml", "betamax"]
SUFFIXES = [".yaml", ".yml", ".json", ".jsonl", ".ndjson", ".har", ".txt", ""]

COMMON = Interaction(
    Request("GET", "http://h/items?page=1", Headers([("accept", "*/*")])),
    Response(200, "", Headers([("content-type", "text/plain"), ("x", "\xe9")]), "one\r\n ✓\x00".encode()),
    AT,
)
"""What every format holds."""

FOREIGN = {
    "native": b"---\n# ours\nreqsnap: 1\ninteractions:\n# end\n",
    "json": b'{"interactions": [], "reqsnap": 1}',
    "jsonl": b'\n{"reqsnap" : 1 }\r\n{"end": true}',
    "vcr": b"---\ninteractions: []\nversion: 1\n",
    "vcr-json": b'{"interactions": [], "version": 1}',
    "har": test_har_reading.archive(test_har_reading.entry(), indent=None),
    "undici": test_undici_files.RECORDED,
    "cassetter": test_cassetter_files.RECORDED.replace(b"\n", b"\r\n"),
    "cassetter-toml": test_cassetter_files.RECORDED_TOML,
    "betamax": test_betamax_files.EXACT,
    "reqord": b"\xef\xbb\xbf\n" + test_reqord_files.README,
}
"""Files that others wrote, or that were changed."""


def written(name: str, *recorded: Interaction) -> bytes:
    return named(name).file([named(name).item(each) for each in recorded])


def read(name: str, data: bytes) -> list[Interaction]:
    return [item.decode() for item in named(name).read(data)]


def timeless(interaction: Interaction) -> Interaction:
    """An interaction without its time, which VCR.py does not keep, and betamax to the second."""
    return replace(interaction, recorded_at=AT)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_known_by_its_content_whatever_it_is_called(name: str, suffix: str) -> None:
    for data in (
        written(name, COMMON),
        written(name, COMMON, replace(COMMON, request=Request("PUT", "http://h/"))),
        written(name, COMMON)[:60],
        b"\xef\xbb\xbf" + written(name, COMMON) if name != "native" else b"\n" + written(name),
        FOREIGN[name],
    ):
        assert format_of(f"x{suffix}", data) is named(name), data[:80]


def test_a_new_file_is_in_the_format_that_its_name_says() -> None:
    names = [(suffix, format_of(f"x{suffix}", None).name) for suffix in SUFFIXES]
    assert names == [
        (".yaml", "native"),
        (".yml", "native"),
        (".json", "json"),
        (".jsonl", "jsonl"),
        (".ndjson", "jsonl"),
        (".har", "har"),
        (".txt", "native"),
        ("", "native"),
    ]


def test_a_format_is_what_it_is_known_for_before_it_is_loaded() -> None:
    program = (
        "import sys; from reqsnap.formats import named, registry; known = dict(registry._formats)\n"
        "for name in known:\n"
        "    found = named(name); assert (found.name, found.suffixes) == (name, known[name].suffixes), name\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_what_both_hold_is_converted(name: str, other: str) -> None:
    recorded = read(name, written(name, COMMON, replace(COMMON, recorded_at=AT.replace(hour=2))))
    assert [timeless(each) for each in recorded] == [timeless(COMMON)] * 2
    back = read(other, written(other, *recorded))
    assert [timeless(each) for each in back] == [timeless(COMMON)] * 2
    if not {"vcr", "vcr-json", "betamax"} & {name, other}:
        assert back == recorded and recorded[0] == COMMON


@pytest.mark.parametrize("name", ["native", "json", "jsonl"])
@pytest.mark.parametrize("other", ["native", "json", "jsonl"])
def test_between_our_own_formats_nothing_is_lost(name: str, other: str) -> None:
    recorded = [PLAIN, ODD, BINARY]
    assert read(other, written(other, *read(name, written(name, *recorded)))) == recorded


@pytest.mark.parametrize("name", NAMES)
def test_what_is_added_is_what_would_have_been_written(name: str) -> None:
    format, more = named(name), replace(COMMON, recorded_at=AT.replace(hour=3))
    for before in (written(name), written(name, COMMON), FOREIGN[name]):
        items = [named(name).item(more)]
        added = format.added(before, items)
        if added is not None:
            after = before[: added.kept] + added.tail
            assert read(name, after) == [*read(name, before), *read(name, written(name, more))]


class Rows(Format):
    """A format of one's own: method, URL, status and body, with tabs between them."""

    name = "rows"
    suffixes = (".tsv", ".json")

    def recognises(self, data: bytes) -> bool:
        return data.startswith(b"method\turl")

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> list[Item]:
        return [self._item(line) for line in data.splitlines()[1:]]

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        request, response = interaction.request, interaction.response
        return f"{request.method}\t{request.url}\t{response.status}\t{response.body.hex()}".encode()

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"\n".join([b"method\turl\tstatus\tbody", *items])

    def _item(self, line: bytes) -> Item:
        method, url, _, _ = line.decode().split("\t")
        return Item(method, url, line, 0, len(line), self._decode)

    def _decode(self, item: Item) -> Interaction:
        method, url, status, body = item.text.decode().split("\t")
        return Interaction(Request(method, url), Response(int(status), body=bytes.fromhex(body)), AT)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Format:
    """The format of one's own, known until the test ends."""
    monkeypatch.setattr(registry, "_formats", dict(registry._formats))
    format = Rows()
    register_format(format)
    return format


def test_a_format_of_ones_own(rows: Format) -> None:
    assert named("rows") is rows
    assert format_of("x.tsv", None) is rows
    # It goes before those that come with reqsnap, and only for files of its own.
    assert format_of("x.json", None) is rows
    assert format_of("x.yaml", rows.file([])) is rows
    assert format_of("x.tsv", b"reqsnap: 1\n") is named("native")
    assert read("rows", written("rows", BINARY)) == [
        replace(BINARY, response=replace(BINARY.response, reason=""))
    ]
    again = Rows()
    register_format(again)
    assert named("rows") is again


def test_what_is_no_format(rows: Format) -> None:
    class Nameless(Rows):
        name = ""

    class OneSuffix(Rows):
        suffixes: Any = ".tsv"

    wrong: Any
    for wrong in (Rows, Nameless(), OneSuffix(), None):
        with pytest.raises(ConfigurationError, match="it is "):
            register_format(wrong)
    with pytest.raises(ConfigurationError, match="the formats are rows, "):
        named("none-such")
