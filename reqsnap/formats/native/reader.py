"""The text of reqsnap's own cassette file -> interactions.

The file is parsed whole by PyYAML. All that is not as the writer would have it, or as a person
might reasonably have changed it, raises CassetteFormatError with path, line and reason, and
nothing else is ever raised.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar

from reqsnap.errors import CassetteFormatError, MissingBodyError
from reqsnap.formats import yaml_tree
from reqsnap.formats.format import Beside
from reqsnap.formats.heads import Line
from reqsnap.formats.native import values as native_values
from reqsnap.formats.native.values import Fields, Lines, UnreadableField, UnusableFile
from reqsnap.formats.native.writer import END
from reqsnap.formats.yaml_tree import Mapping, Node, Sequence, Text
from reqsnap.message_checks import stating_its_length
from reqsnap.model import Interaction, Response

_Decoded = TypeVar("_Decoded")

_FIRST_KEY = re.compile(r"(?:(?:---|[ \t]*(?:#[^\r\n]*)?)[ \t]*(?:\r\n?|\n))*+reqsnap[ \t]*:[ \t]*([^\s#]*)")
_VERSION = "1"
_BOM = b"\xef\xbb\xbf"
_ITEM_KEYS = frozenset({"request", "response", "error", "recorded_at"})
_REQUIRED_KEYS = ("recorded_at", "request")
_LARGE_FILE = 64 * 1024


def load(data: bytes, path: str | None, beside: Beside | None = None) -> list[Interaction]:
    """The interactions in a cassette's bytes. `path` is only named in errors."""
    text = _decoded(data, path)
    _check_ends(text, path)
    with _collector_paused(len(data)):
        return _Reader(path, beside).interactions(yaml_tree.parse(text, path))


def _decoded(data: bytes, path: str | None) -> str:
    data = data.removeprefix(_BOM)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = f"the byte 0x{data[error.start]:02X} is not UTF-8 text"
        raise CassetteFormatError(path, line, reason) from None


def _check_ends(text: str, path: str | None) -> None:
    """Refuse a file that is none of ours, that is newer than we are, or that was cut short."""
    if not text.strip():
        raise CassetteFormatError(path, 1, "the file is empty")
    first = _FIRST_KEY.match(text)
    if first is None:
        raise CassetteFormatError(path, 1, "it is not a reqsnap cassette, which begins with 'reqsnap: 1'")
    if first[1] != _VERSION:
        line = text.count("\n", 0, first.start(1)) + 1
        if first[1].isdecimal():
            reason = f"it has layout {first[1]}, written by a newer reqsnap; this one reads layout 1"
        else:
            reason = f"the layout must be a number, not {first[1]!r}"
        raise CassetteFormatError(path, line, reason)
    end = END.strip()
    if not _ends_with(end, text):
        line = text.rstrip().count("\n") + 1
        raise CassetteFormatError(path, line, f"the file was cut short: its last line is not '{end}'")


def _ends_with(end: str, text: str) -> bool:
    """Whether a line is the last one, but for blank lines and comments that people put behind it."""
    while text := text.rstrip():
        start = max(text.rfind("\n"), text.rfind("\r")) + 1
        last, text = text[start:], text[:start]
        if last == end:
            return True
        if not last.startswith("#"):
            return False
    return False


@contextmanager
def _collector_paused(size: int) -> Iterator[None]:
    """Keep the garbage collector from walking a large tree again and again while it grows."""
    if size < _LARGE_FILE or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Reader:
    """Walks the tree; knows which keys stand where, and the lines for the errors."""

    def __init__(self, path: str | None, beside: Beside | None = None) -> None:
        self._path, self._beside = path, beside
        # The message that is being decoded, for an error that names it.
        self._message = "a request"

    def interactions(self, root: Node) -> list[Interaction]:
        entries = self._mapping(root, "the file", {"reqsnap", "interactions"}, ("interactions",)).entries
        items = entries["interactions"]
        if isinstance(items, Sequence):
            return [self._interaction(item) for item in items.items]
        if isinstance(items, Text) and not items.value:
            return []
        raise self._error(items.line, "interactions must be a list")

    def _interaction(self, node: Node) -> Interaction:
        entries = self._mapping(node, "an interaction", _ITEM_KEYS, _REQUIRED_KEYS).entries
        self._message = _first_line(entries["request"])
        request = self._decoded(
            entries["request"], "request", native_values.REQUEST_KEYS, native_values.request, ("head",)
        )
        self._message = f"the answer to {request.method} {request.url.partition('?')[0]}"
        recorded_at = self._recorded_at(entries["recorded_at"])
        response, elapsed, error = Response(0), 0.0, None
        if "error" in entries:
            keys = native_values.ERROR_KEYS
            if "response" in entries:
                keys -= {"elapsed"}
            error, elapsed = self._decoded(entries["error"], "error", keys, native_values.error, ("kind",))
        elif "response" not in entries:
            raise self._error(node.line, "an interaction must have the key 'response'")
        if "response" in entries:
            response, elapsed = self._decoded(
                entries["response"],
                "response",
                native_values.RESPONSE_KEYS,
                partial(native_values.response, cut=error is not None),
                ("head",),
            )
        if error is None:
            response = stating_its_length(request.method, response)
        return Interaction(request, response, recorded_at, elapsed, error)

    def _decoded(
        self,
        node: Node,
        name: str,
        allowed: Collection[str],
        decode: Callable[[Fields], _Decoded],
        required: Collection[str],
    ) -> _Decoded:
        mapping = self._mapping(node, name, allowed, required)
        try:
            return decode(self._fields(mapping))
        except UnusableFile as error:
            line = mapping.lines[error.key]
            raise MissingBodyError(self._path, line, error.reason, error.file, self._message) from None
        except UnreadableField as error:
            raise self._error(_line_of(mapping.entries[error.key], error.index), error.reason) from None

    def _recorded_at(self, node: Node) -> datetime:
        try:
            return native_values.moment(self._text(node, "recorded_at"))
        except ValueError as error:
            raise self._error(node.line, str(error)) from None

    def _fields(self, mapping: Mapping) -> Fields:
        fields = Fields(beside=self._beside)
        for key, value in mapping.entries.items():
            if key in native_values.LINE_KEYS:
                fields.lines[key] = self._lines(value, key)
            else:
                fields.texts[key] = self._text(value, key)
        return fields

    def _lines(self, node: Node, key: str) -> Lines:
        if isinstance(node, Text):
            return node.value.rstrip("\n")
        if isinstance(node, Sequence):
            return [self._line(item, key) for item in node.items]
        raise self._error(node.line, f"{key} must be a block of text or a list of lines")

    def _line(self, node: Node, key: str) -> Line:
        if isinstance(node, Sequence) and len(node.items) == 2:
            return self._text(node.items[0], key), self._text(node.items[1], key)
        return self._text(node, f"a line of {key}")

    def _mapping(self, node: Node, name: str, allowed: Collection[str], required: Collection[str]) -> Mapping:
        if not isinstance(node, Mapping):
            raise self._error(node.line, f"{name} must be a mapping")
        for key in node.entries:
            if key not in allowed:
                raise self._error(node.lines[key], f"{name} has no key {key!r}")
        for key in required:
            if key not in node.entries:
                raise self._error(node.line, f"{name} must have the key {key!r}")
        return node

    def _text(self, node: Node, name: str) -> str:
        if not isinstance(node, Text):
            raise self._error(node.line, f"{name} must be text")
        return node.value

    def _error(self, line: int, reason: str) -> CassetteFormatError:
        return CassetteFormatError(self._path, line, reason)


def _first_line(request: Node) -> str:
    """The method and the URL of a request, less its query, as far as they can be told."""
    head = request.entries.get("head") if isinstance(request, Mapping) else None
    text = head.value if isinstance(head, Text) else ""
    return text.partition("\n")[0].partition("?")[0] or "a request"


def _line_of(field: Node, index: int) -> int:
    """The line in the file of a field's line `index`."""
    if isinstance(field, Text) and field.first > field.line:
        return field.first + index
    if isinstance(field, Sequence) and field.items:
        return field.items[index].line
    return field.line
