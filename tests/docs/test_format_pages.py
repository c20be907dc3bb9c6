"""The cassettes that the page on formats shows are cassettes."""

from __future__ import annotations

import re
from pathlib import Path

from reqsnap.formats import format_of, named

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "formats.md").read_text("utf-8")


def test_the_cassettes_that_are_shown() -> None:
    document, lines = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for text, name in ((document, "json"), (lines, "jsonl")):
        format = format_of("x", text.encode())
        assert format is named(name)
        items = [format.item(item.decode()) for item in format.read(text.encode())]
        assert format.file(items).decode() == text


def test_every_format_has_its_row() -> None:
    for name in (
        "native",
        "json",
        "jsonl",
        "har",
        "undici",
        "reqord",
        "betamax",
        "cassetter",
        "cassetter-toml",
    ):
        assert f"| `{name}` |" in PAGE
