"""VCR.py's JSON is read as the standard library reads JSON, whatever was done to it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.errors import CassetteFormatError
from reqsnap.formats.vcr import VCR_JSON, json_text, reader
from reqsnap.formats.vcr.values import UnreadableError
from reqsnap.model import Interaction
from tests.support.rounds import rounds
from tests.support.vcr_files import TEXT_INTERACTION

_PIECES = st.sampled_from(
    [
        '"',
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "null",
        "1",
        "é",
        '"interactions": [',
        '"interactions": 1,',
    ]
)


@st.composite
def mutated(draw: Any) -> bytes:
    """A document, in VCR.py's layout or another, after a few small changes."""
    interactions = draw(st.lists(TEXT_INTERACTION, max_size=3))
    text = VCR_JSON.file([VCR_JSON.item(each) for each in interactions]).decode()
    indent = draw(st.sampled_from([4, None, 0]))
    text = json.dumps(json.loads(text), indent=indent, ensure_ascii=draw(st.booleans()))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        kept = draw(st.integers(0, 3))
        text = text[:place] + draw(st.one_of(st.just(""), _PIECES)) + text[place + kept :]
    return text.encode()


def lazily(data: bytes) -> list[Interaction] | None:
    try:
        return [item.decode() for item in VCR_JSON.read(data)]
    except CassetteFormatError:
        return None


def whole(data: bytes) -> list[Interaction] | None:
    try:
        return [reader.interaction(node) for node in reader.items(json_text.node(json.loads(data), 1))]
    except (UnreadableError, json.JSONDecodeError):
        return None


@settings(max_examples=rounds(100))
@given(mutated())
def test_long_rounds_of_mutated_json_read_as_the_standard_library_reads_it(data: bytes) -> None:
    assert lazily(data) == whole(data)


@given(mutated())
def test_an_item_is_what_stands_in_the_file(data: bytes) -> None:
    try:
        items = VCR_JSON.read(data)
    except CassetteFormatError:
        return
    for item in items:
        assert isinstance(json.loads(item.text), dict)
        assert data[item.start : item.end] == item.text
