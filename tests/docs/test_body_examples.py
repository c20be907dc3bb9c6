"""The exchanges that the reference of the cassette file shows are written so, and read so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reqsnap.formats import NATIVE, Beside
from reqsnap.formats.native.values import RESPONSE_KEYS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "cassette-file.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```yaml\n(- request:\n.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


class OneFile(Beside):
    """The one file that the examples name."""

    max_inline_size = 100

    def read(self, name: str) -> bytes | None:
        """What it holds."""
        return json.dumps(list(range(1, 31))).encode()

    def write(self, name: str, data: bytes) -> None:
        """Keep it, as it is."""
        assert data == self.read(name)


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split("\n")[2].strip())
def test_an_exchange_is_written_as_it_is_shown(text: str) -> None:
    beside = OneFile() if "    file: " in text else None
    (item,) = NATIVE.read(NATIVE.file([text.encode()]), None, beside)
    assert NATIVE.item(item.decode(), beside).decode() == text


def test_the_cassette_that_is_judged_is_ours() -> None:
    page = (DOCS / "explanation" / "a-cassette-in-a-diff.md").read_text("utf-8")
    ours = re.findall(r"^```yaml\n(reqsnap: 1\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (item,) = NATIVE.read(ours[0].encode())
    assert NATIVE.file([NATIVE.item(item.decode())]).decode() == ours[0]


def test_every_form_of_a_body_is_shown() -> None:
    shown = set(re.findall(r"^    (\w+):", "".join(EXAMPLES), re.MULTILINE))
    # These are no forms of a body, or stand for the same with other sizes.
    assert RESPONSE_KEYS - shown == {"version", "head_charset", "trailers", "coded_parts"}
    for value in ("encoding: base64", "encoding: multipart", "line_ends: crlf", "parts: events"):
        assert f"    {value}\n" in "".join(EXAMPLES)
