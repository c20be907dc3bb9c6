"""cassetter's TOML cassettes as a format. JSON stands in them as text."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from typing import Any

from reqsnap.errors import CassetteFormatError
from reqsnap.formats.cassetter import entries, plain_json
from reqsnap.formats.cassetter.yaml_format import item, written
from reqsnap.formats.format import Addition, Beside, Format, Item
from reqsnap.formats.json_values import Number
from reqsnap.model import Interaction

_BEGINNING = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:\#[^\r\n]*)?\r?\n)*+version[ ]*=[ ]*1[ ]*\r?\n"
    rb"(?:\s*\Z|\s*interactions[ ]*=[ ]*\[\]|\s*\[\[interactions\]\])"
)
_ITEM = re.compile(r"^[ \t]*\[\[interactions\]\]", re.M)
_WHERE = re.compile(r"at line ([0-9]+)")
_START, _EMPTY = b"version = 1\n", b"version = 1\ninteractions = []\n"


class _CassetterToml(Format):
    name = "cassetter-toml"
    suffixes = (".toml",)

    def recognises(self, data: bytes) -> bool:
        return _BEGINNING.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        try:
            text = data.decode("utf-8-sig")
            found = entries.entries(tomllib.loads(text, parse_float=Number))
        except (ValueError, RecursionError) as error:
            line = _WHERE.search(str(error))
            raise CassetteFormatError(path, int(line[1]) if line else 1, str(error)) from None
        lines = [text.count("\n", 0, each.start()) + 1 for each in _ITEM.finditer(text)]
        # A table's header may stand within a text; its line is then nobody's.
        known = lines if len(lines) == len(found) else [1] * len(found)
        return [item(self, _read(entry), line, path) for entry, line in zip(found, known, strict=True)]

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return "".join(f"{line}\n" for line in _lines(written(interaction))).encode()

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join([_START, *items]) if items else _EMPTY

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        if b"[[interactions]]" not in data:
            return None
        return Addition(len(data), b"".join([b"" if data.endswith(b"\n") else b"\n", *items]))


CASSETTER_TOML: Format = _CassetterToml()


def _read(entry: Any) -> Any:
    """An interaction as it stands in YAML, where a body is a mapping and JSON a tree."""
    if not isinstance(entry, dict):
        return entry
    return {key: _half(each) if key in ("request", "response") else each for key, each in entry.items()}


def _half(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kind, content = value.get("body_type", "none"), value.get("body_content")
    if kind == "json" and isinstance(content, str):
        # As it stands there: it is replayed so.
        kind = "text"
    return {**value, "body": {"type": kind, "content": content}}


def _lines(entry: entries.Entry) -> Iterator[str]:
    yield from ("", "[[interactions]]", f"recorded_at = {_text(entry['recorded_at'])}")
    for half in ("request", "response"):
        yield from ("", f"[interactions.{half}]")
        for name, value in entry[half].items():
            if name not in ("headers", "body"):
                yield f"{name} = {value if isinstance(value, Number) else _text(value)}"
        body = entry[half]["body"]
        yield f"body_type = {_text(body['type'])}"
        if body["type"] != "none":
            content = body["content"]
            yield f"body_content = {_text(plain_json.dumped(content) if body['type'] == 'json' else content)}"
        yield from ("", f"[interactions.{half}.headers]")
        for name, values in entry[half]["headers"].items():
            yield f"{_text(name)} = [{', '.join(map(_text, values))}]"


def _text(value: str) -> str:
    """A basic string: JSON's, but for DEL, which TOML wants escaped (TOML 1.0, section String)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
