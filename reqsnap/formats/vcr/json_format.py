"""VCR.py's JSON cassettes as a format."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import torn
from reqsnap.formats.format import Addition, Beside, Format, Item, Torn
from reqsnap.formats.vcr import json_text, reader, writer
from reqsnap.formats.vcr.json_text import Document, Element
from reqsnap.formats.vcr.values import UnreadableError
from reqsnap.formats.vcr.writer import JSON_INDENT
from reqsnap.model import Interaction

_START = b'{\n    "version": 1,\n    "interactions": ['
_END = b"]\n}\n"
_SEPARATOR = b",\n" + JSON_INDENT.encode()
_BOM = b"\xef\xbb\xbf"
# In the files of VCR.py before 1.0 a request is told in parts, one of which is the protocol.
_BEGINNING = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*"(?:version|interactions|metadata)"\s*:'
    rb'|\[\s*\{\s*"(?=re(?:quest|sponse)").{0,10000}?"protocol"\s*:)',
    re.DOTALL,
)


class _VcrJson(Format):
    """VCR.py's JSON, in any layout, and of its versions before 1.0."""

    name = "vcr-json"
    suffixes = (".json",)

    def recognises(self, data: bytes) -> bool:
        return _BEGINNING.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        try:
            return _items(data, _scanned(data), partial(_decoded, path=path))
        except UnreadableError as error:
            raise CassetteFormatError(path, error.line, error.reason) from None

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return writer.json_item(interaction).encode()

    def file(self, items: Sequence[bytes]) -> bytes:
        if not items:
            return _START + _END
        return b"".join([_START, b"\n" + JSON_INDENT.encode(), _SEPARATOR.join(items), b"\n    ", _END])

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        try:
            found = _scanned(data)
        except UnreadableError:
            return None
        if not found.items:
            return None
        kept = _byte_places(data, [found.end])[0]
        return Addition(kept, b"".join([_SEPARATOR, _SEPARATOR.join(items), data[kept:]]))

    def salvage(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Torn | None:
        return torn.behind_document(data, lambda whole: self.read(whole, path, beside))


def _scanned(data: bytes) -> Document:
    try:
        return json_text.scan(data.removeprefix(_BOM).decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(line, f"the byte 0x{data[error.start]:02X} is not UTF-8 text") from None


def _items(data: bytes, document: Document, decoder: partial[Interaction]) -> list[Item]:
    places = _byte_places(data, [place for each in document.items for place in (each.start, each.end)])
    found = []
    for element, start, end in zip(document.items, places[::2], places[1::2], strict=True):
        method, url = _asked(element, data, start)
        found.append(Item(method, url, data, start, end, decoder))
    return found


def _asked(element: Element, data: bytes, start: int) -> tuple[str, str]:
    """The method and the URL of an interaction. Raises UnreadableError."""
    try:
        request = element.value["request"]
        method, uri = request["method"], request["uri"]
    except (KeyError, TypeError):
        method = uri = ""
    if isinstance(method, str) and isinstance(uri, str) and method.isascii() and uri.isascii() and method:
        return method, reader.sent_url(uri)
    # Before version 1.0, or wrong.
    line = data.count(b"\n", 0, start) + 1
    read = reader.interaction(json_text.node(element.value, line)).request
    return read.method, read.url


def _byte_places(data: bytes, places: list[int]) -> list[int]:
    """The places of characters, in rising order, as those of bytes."""
    skipped = len(_BOM) if data.startswith(_BOM) else 0
    if data.isascii():
        return places
    text = data[skipped:].decode()
    found, last, at = [], 0, skipped
    for place in places:
        at += len(text[last:place].encode())
        found.append(at)
        last = place
    return found


def _decoded(item: Item, path: str | None) -> Interaction:
    try:
        return reader.interaction(json_text.node(json.loads(item.text), 1))
    except UnreadableError as error:
        raise CassetteFormatError(path, item.line, error.reason) from None


VCR_JSON: Format = _VcrJson()
