"""VCR.py's YAML: read lazily as it is read whole, and written as VCR.py writes it."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from vcr.request import Request as VcrRequest
from vcr.serialize import deserialize, serialize
from vcr.serializers import jsonserializer, yamlserializer

from reqsnap.errors import CassetteFormatError, CassetteWriteError
from reqsnap.formats import format_of
from reqsnap.formats.vcr import VCR, VCR_JSON, yaml_layout
from reqsnap.formats.vcr.yaml_format import _parsed
from reqsnap.model import ErrorKind, Interaction, NetworkError, Request, Response
from tests.support.rounds import rounds
from tests.support.vcr_files import AT, INTERACTION, INTERACTIONS, TEXT, read

BOTH = pytest.mark.parametrize("format", [VCR, VCR_JSON], ids=["yaml", "json"])


def vcr_file(interactions: list[Interaction], serializer: Any) -> str:
    """The file that VCR.py itself writes for these."""
    requests = []
    responses = []
    for each in interactions:
        sent, answer = each.request, each.response
        requests.append(VcrRequest(sent.method, sent.url, sent.body or None, dict(sent.headers.pairs)))
        fields: dict[str, list[str]] = {}
        for name, value in answer.headers:
            fields.setdefault(name, []).append(value)
        status = {"code": answer.status, "message": answer.reason}
        responses.append({"status": status, "headers": fields, "body": {"string": answer.body}})
    text: str = serialize({"requests": requests, "responses": responses}, serializer)
    return text


def test_reads_what_is_written() -> None:
    assert read(VCR, TEXT.encode()) == INTERACTIONS


def test_its_own_layout_is_not_parsed_to_find_the_items() -> None:
    layout = yaml_layout.scan(TEXT.encode())
    assert layout is not None
    assert [(method, uri) for _, _, method, uri in layout.places] == [
        (b"POST", b"http://h/items?page=1"),
        (b"GET", b"http://h/image"),
    ]
    assert "".join(item.text.decode() for item in VCR.read(TEXT.encode())) == TEXT[14:-11]


def test_writes_what_vcrpy_writes() -> None:
    data = VCR.file([VCR.item(each) for each in INTERACTIONS])
    assert data == TEXT.encode() == vcr_file(INTERACTIONS, yamlserializer).encode()


def test_writes_the_json_that_vcrpy_writes() -> None:
    data = VCR_JSON.file([VCR_JSON.item(each) for each in INTERACTIONS[:1]])
    assert data == vcr_file(INTERACTIONS[:1], jsonserializer).encode()
    assert read(VCR_JSON, data) == INTERACTIONS[:1]


@BOTH
def test_a_file_without_items_is_the_one_of_vcrpy(format: Any) -> None:
    data = format.file([])
    serializer = yamlserializer if format is VCR else jsonserializer
    assert data.decode() == serialize({"requests": [], "responses": []}, serializer)
    assert read(format, data) == []


def test_binary_bodies_cannot_stand_in_json() -> None:
    with pytest.raises(
        CassetteWriteError, match="GET http://h/image cannot be written: its body is not text"
    ):
        VCR_JSON.item(INTERACTIONS[1])


@BOTH
def test_network_errors_cannot_be_written(format: Any) -> None:
    failed = Interaction(Request("GET", "http://h/"), Response(0), AT, 0.0, NetworkError(ErrorKind.REFUSED))
    with pytest.raises(CassetteWriteError, match=r"GET http://h/ cannot be written: .* \(refused\)"):
        format.item(failed)


@given(st.lists(INTERACTION, max_size=3))
def test_what_is_written_is_read_back_and_vcrpy_reads_it_too(interactions: list[Interaction]) -> None:
    data = VCR.file([VCR.item(each) for each in interactions])
    assert format_of("c.yaml", data) is VCR
    assert read(VCR, data) == interactions
    assert len(deserialize(data.decode(), yamlserializer)[0]) == len(interactions)
    assert not interactions or yaml_layout.scan(data) is not None


# Adding to a file


def grown(format: Any, data: bytes, *interactions: Interaction) -> bytes:
    addition = format.added(data, [format.item(each) for each in interactions])
    assert addition is not None
    return data[: addition.kept] + bytes(addition.tail)


@BOTH
def test_what_is_added_stands_where_vcrpy_would_have_written_it(format: Any) -> None:
    serializer = yamlserializer if format is VCR else jsonserializer
    one = INTERACTIONS[0]
    data = grown(format, vcr_file([one], serializer).encode(), one, one)
    assert data.decode() == vcr_file([one, one, one], serializer)


@BOTH
def test_what_stands_in_a_file_beside_its_items_stays(format: Any) -> None:
    serializer = yamlserializer if format is VCR else jsonserializer
    kept = serializer.deserialize(vcr_file(INTERACTIONS[:1], serializer))
    data = serializer.serialize({**kept, "metadata": {"a": "- request:"}}).encode()
    assert read(format, data) == INTERACTIONS[:1]
    after = grown(format, data, INTERACTIONS[0])
    assert serializer.deserialize(after.decode())["metadata"] == {"a": "- request:"}
    assert read(format, after) == INTERACTIONS[:1] * 2


def test_a_file_that_was_edited_is_added_to_and_stays_as_it_is() -> None:
    data = b"# Ours\n" + TEXT.replace("body: null", "body:   # none").encode()
    after = grown(VCR, data, INTERACTIONS[0])
    assert after.startswith(data[:-11])
    assert read(VCR, after) == [*INTERACTIONS, INTERACTIONS[0]]
    compact = b"\xef\xbb\xbf" + json.dumps(json.loads(vcr_file(INTERACTIONS[:1], jsonserializer))).encode()
    compact = compact.replace(b"Safari", "Sáfari".encode())
    (old, new) = read(VCR_JSON, grown(VCR_JSON, compact, INTERACTIONS[0]))
    assert (old.response, new) == (INTERACTIONS[0].response, INTERACTIONS[0])


@pytest.mark.parametrize(
    "data",
    [
        b"interactions: []\nversion: 1\n",
        TEXT.replace("version: 1\n", "...\n").encode(),
        b"interactions:\n  - request: {}\n",
        b"interactions:\n- request: {}\nx: \xff\n",
        b"x",
    ],
)
def test_other_layouts_are_written_anew(data: bytes) -> None:
    assert VCR.added(data, []) is None


@pytest.mark.parametrize("data", [b'{"interactions": []}', b"[", b"\xff"])
def test_other_json_is_written_anew(data: bytes) -> None:
    assert VCR_JSON.added(data, []) is None


@given(st.lists(INTERACTION, min_size=1, max_size=3), INTERACTION)
def test_adding_is_as_if_all_had_been_written_at_once(before: list[Interaction], new: Interaction) -> None:
    data = VCR.file([VCR.item(each) for each in before])
    assert grown(VCR, data, new) == VCR.file([VCR.item(each) for each in [*before, new]])


# Files that were cut off


@given(st.lists(INTERACTION, min_size=1, max_size=3), st.data())
def test_of_a_file_that_was_cut_off_all_that_is_whole_is_used(before: list[Interaction], draw: Any) -> None:
    texts = [VCR.item(each) for each in before]
    data = VCR.file(texts)
    cut = data[: draw.draw(st.integers(len(texts[0]) + 14, len(data) - 4))]
    with pytest.raises(CassetteFormatError):
        VCR.read(cut)
    torn = VCR.salvage(cut)
    assert torn is not None
    found = [item.decode() for item in torn.items]
    assert found == before[: len(found)]
    whole = sum(1 for end in itertools.accumulate(map(len, texts), initial=14) if end <= len(cut)) - 1
    assert len(found) in (whole, whole - 1)
    assert cut.endswith(torn.rest) and torn.line == cut[: len(cut) - len(torn.rest)].count(b"\n") + 1


@pytest.mark.parametrize(
    "data", [b"x", TEXT.encode(), TEXT.replace("code: 201", "cod: : 201").encode(), TEXT.encode()[:40]]
)
def test_other_damage_is_not_taken_for_a_cut(data: bytes) -> None:
    assert VCR.salvage(data) is None


# What is read in another layout is written anew


def test_items_of_other_layouts_are_written_as_vcrpy_writes_them() -> None:
    data = b"# Edited\n" + TEXT.encode()
    items = VCR.read(data)
    assert b"".join(item.text for item in items) == TEXT.encode()[14:-11]
    assert [item.line for item in items] == [3, TEXT[: TEXT.rindex("- request")].count("\n") + 2]


# Lazily read equals parsed


def outcome(read_all: Any) -> list[Interaction] | str:
    try:
        return [item.decode() for item in read_all()]
    except CassetteFormatError:
        return "it raised"


class _Readable(yaml.CSafeDumper):
    """Writes text of several lines as literal blocks, as many have VCR.py do."""

    def represent_str(self, data: str) -> Any:
        style = "|" if "\n" in data else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Readable.add_representer(str, _Readable.represent_str)

# A flow style of None puts collections of scalars in one line, as PyYAML did before version 5.1.
_LAYOUTS: list[dict[str, Any]] = [
    {"Dumper": yaml.CSafeDumper},
    {"Dumper": yaml.CSafeDumper, "default_flow_style": None},
    {"Dumper": yaml.CSafeDumper, "default_flow_style": None, "allow_unicode": True, "width": 30},
    {"Dumper": _Readable, "allow_unicode": True},
    {"Dumper": yaml.CSafeDumper, "sort_keys": False},
]


@st.composite
def documents(draw: Any) -> bytes:
    interactions = draw(st.lists(INTERACTION, min_size=1, max_size=3))
    data = VCR.file([VCR.item(each) for each in interactions])
    dumped: bytes = yaml.dump(
        yaml.load(data, yaml.CSafeLoader), encoding="utf-8", **draw(st.sampled_from(_LAYOUTS))
    )
    return dumped


_PIECES = st.one_of(
    st.sampled_from(
        ["'", '"', "|", "|-\n", "[", "]", "{", "}", ",", ": ", " #", "- ", "? ", "&a ", "*a", "\\"]
    ),
    st.sampled_from(["\n", " ", "  ", "\t", "\r", "\x85", "\u2028", "---\n", "...\n", "null"]),
    st.sampled_from(["- request:\n", "\n- request:\n", "    method: X\n", "    uri: 'x'\n"]),
    st.sampled_from(["!!binary ", "!!python/tuple ", "\udcff"]),
).map(lambda text: text.encode("utf-8", "surrogateescape"))


@st.composite
def mutated(draw: Any) -> bytes:
    """A document after a few small changes, at places that matter more often than not."""
    data: bytes = draw(documents())
    for _ in range(draw(st.integers(1, 3))):
        marks = [index for index, octet in enumerate(data) if octet in b"\n'\":-[]{}!|,"]
        place = draw(st.sampled_from(marks) if marks else st.just(0)) + draw(st.integers(0, 1))
        how = draw(st.integers(0, 3))
        if how == 0:
            data = data[:place] + draw(_PIECES) + data[place:]
        elif how == 1:
            data = data[:place] + data[place + draw(st.integers(1, 6)) :]
        else:
            lines = data.splitlines(keepends=True)
            first, second = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
            if how == 2:
                lines[first], lines[second] = lines[second], lines[first]
            else:
                lines.insert(first, lines[second])
            data = b"".join(lines)
        if not data:
            break
    return data


@pytest.mark.parametrize("old", ["GET", "OK", "http://h/image", "'*/*'"])
def test_what_refers_to_something_else_is_not_taken_for_text(old: str) -> None:
    data = TEXT.replace(old, "*id").encode()
    with pytest.raises(CassetteFormatError):
        VCR.read(data)


@given(documents())
def test_every_layout_that_pyyaml_gives_a_cassette_is_covered(data: bytes) -> None:
    assert outcome(lambda: VCR.read(data)) == outcome(lambda: _parsed(data, None))
    if b"  &id" not in data and not any(octet > 127 for octet in data) and b"? " not in data:
        assert yaml_layout.scan(data) is not None, data.decode()


@settings(deadline=None, max_examples=rounds(100))
@given(mutated())
def test_long_rounds_of_mutated_files_read_lazily_as_they_are_parsed(data: bytes) -> None:
    lazily = outcome(lambda: VCR.read(data))
    assert lazily == outcome(lambda: _parsed(data, None)), data
