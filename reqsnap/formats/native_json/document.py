"""`.json`: one document, laid out in lines so that a diff reads like HTTP.

The layout is its own index. A regular expression that must cover the file to its last byte
finds every interaction, its method and its URL. A file that is laid out in another way,
because a person or a program has put it in order, is parsed whole.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from reqsnap.formats import json_values
from reqsnap.formats.format import Addition, Beside, Format, Item, Torn
from reqsnap.formats.json_items import RewrittenItem
from reqsnap.formats.json_values import Value
from reqsnap.formats.native_json import objects, torn
from reqsnap.formats.native_json.lines import JSON_LINES
from reqsnap.formats.native_json.versions import check_version
from reqsnap.model import Interaction

START = b'{\n  "reqsnap": 1,\n  "interactions": [\n'
END = b"  ]\n}\n"

_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"reqsnap"')
# Programs that tidy JSON put the keys in the order of the alphabet.
_ENDING = re.compile(rb'"reqsnap"\s*:[^,{}\[\]]*\}\s*\Z')
_ENDING_SIZE = 200

_STRING = rb'"(?:[^"\\\n]|\\[^\n])*+"'
_PLAIN = rb"(?:" + _STRING + rb"|[0-9.e+-]++|true|false)"
_LINE = (
    rb'(?: {6}(?:"[a-z_]++": (?:\{|' + _PLAIN + rb",?)|\},?)"
    rb'| {8}(?:"[a-z_]++": (?:\[|' + _PLAIN + rb",?)|\],?)"
    rb"| {10}(?:" + _STRING + rb"|\[" + _STRING + rb", " + _STRING + rb"\]),?)\n"
)
_REQUEST = (
    rb'      "request": \{\n(?:        "head_charset": "[a-z0-9-]+",\n)?        "head": \[\n'
    rb'          "([!#$%&\'*+.^_`|~0-9A-Za-z-]+) ([A-Za-z][A-Za-z0-9+.-]*://[!#-\[\]-~]*)",?\n'
)
_ITEM = re.compile(rb"    \{\n(?:" + _REQUEST + rb")?(?:" + _LINE + rb")++    \}")


class _Json(Format):
    name = "json"
    suffixes = (".json",)

    def recognises(self, data: bytes) -> bool:
        if _BEGINNING.match(data):
            return not JSON_LINES.recognises(data)
        return data.lstrip()[:1] == b"{" and _ENDING.search(data[-_ENDING_SIZE:]) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        items = _found(data, path, beside)
        return self._parsed(data, path, beside) if items is None else items

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        text = "    " + _laid_out(objects.written(interaction, beside), "    ")
        return objects.encoded(interaction, text)

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join([START, b",\n".join(items), b"\n" if items else b"", END])

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        if not data.startswith(START) or not data.endswith((b"}\n" + END, START + END)):
            return None
        end, rest = len(data) - len(END), self.file(items)[len(START) :]
        if not items or data == START + END:
            return Addition(end, rest)
        return Addition(end - len(b"\n"), b",\n" + rest)

    def salvage(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Torn | None:
        return torn.of_document(data, START, END, lambda whole: self.read(whole, path, beside))

    def _parsed(self, data: bytes, path: str | None, beside: Beside | None) -> list[Item]:
        root = json_values.parse(json_values.decoded(data, path))
        check_version(root)
        members = objects.members(root, "the file", {"reqsnap", "interactions"}, ("interactions",))
        return [self._rewritten(each, beside) for each in members["interactions"].items()]

    def _rewritten(self, value: Value, beside: Beside | None) -> Item:
        interaction = objects.read(value, beside)
        request, text = interaction.request, self.item(interaction, beside)
        return RewrittenItem(request.method, request.url, text, 0, len(text), lambda item: interaction, value)


JSON: Format = _Json()


def _found(data: bytes, path: str | None, beside: Beside | None) -> list[Item] | None:
    """The items of a file in our layout; None for one in another."""
    if not (data.startswith(START) and data.endswith(END)):
        return None
    place, end = len(START), len(data) - len(END)
    items: list[Item] = []
    decode = partial(_decode, path=path, beside=beside)
    while place < end:
        found = _ITEM.match(data, place, end)
        if found is None:
            return None
        place = found.end()
        # A comma between two items, none behind the last.
        behind = data[place:end] if end - place < 3 else data[place : place + 2]
        if behind != (b"\n" if place + 1 == end else b",\n") or place + 2 == end:
            return None
        method, url = found.groups()
        if method is None:
            request = _read(data, found.start(), place, path, beside).request
            items.append(Item(request.method, request.url, data, found.start(), place, decode))
        else:
            items.append(Item(method.decode(), url.decode(), data, found.start(), place, decode))
        place += len(behind)
    return items


def _decode(item: Item, path: str | None, beside: Beside | None) -> Interaction:
    return _read(item.data, item.start, item.end, path, beside)


def _read(data: bytes, start: int, end: int, path: str | None, beside: Beside | None) -> Interaction:
    source = json_values.decoded(data[start:end], path, lambda: data.count(b"\n", 0, start) + 1)
    return objects.read(json_values.parse(source), beside)


def _laid_out(value: Any, indent: str) -> str:
    """A JSON value over several lines, which begin with the indentation; pairs stay on one."""
    inner = indent + "  "
    if isinstance(value, dict):
        members = [f"{inner}{objects.dumped(key)}: {_laid_out(each, inner)}" for key, each in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if not isinstance(value, list):
        return objects.dumped(value)
    return f"[\n{inner}" + f",\n{inner}".join(map(objects.dumped, value)) + f"\n{indent}]"
