"""VCR.py's YAML cassettes as a format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, partial

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import torn
from reqsnap.formats.format import Addition, Beside, Format, Item, Torn
from reqsnap.formats.vcr import reader, writer, yaml_items, yaml_layout
from reqsnap.formats.vcr.values import Mapping, Node, UnreadableError
from reqsnap.formats.vcr.yaml_layout import END, ITEM_START, START, Place
from reqsnap.model import Interaction

_BOM = b"\xef\xbb\xbf"
_BEGINNING = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:(?:---)?[ \t]*(?:\#[^\r\n]*)?(?:\r\n?|\n))*+"
    rb"(?:(?:interactions|version|metadata)[ \t]*:|- +(?:request|response)[ \t]*:)"
)
_KEY = re.compile(rb"[A-Za-z]\w*:")
_NOT_AS_IT_STANDS = (b"!", b"'", b'"')
# As YAML counts lines (YAML 1.1, section 5.4).
_LINE_END = re.compile(rb"\r\n?|\n|\xc2\x85|\xe2\x80[\xa8\xa9]")
_EMPTY = b"interactions: []\n"


class _VcrYaml(Format):
    """VCR.py's YAML, in its own layout or as people have changed it, and of its versions before 1.0."""

    name = "vcr"
    suffixes = (".yaml", ".yml")

    def recognises(self, data: bytes) -> bool:
        return _BEGINNING.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        layout = yaml_layout.scan(data)
        if layout is not None and _is_tail(data[layout.end :]):
            decoder = partial(_decoded, path=path)
            try:
                return _items(data, layout.places, decoder)
            except UnreadableError:
                # The parser says where.
                pass
        return _parsed(data, path)

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return writer.yaml_item(interaction).encode()

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join([START, *items, END] if items else [_EMPTY, END])

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        end = yaml_layout.end_of_items(data)
        if end is None or not (end == len(data) or _KEY.match(data, end)):
            end = _end_of_parsed_items(data)
        return None if end is None else Addition(end, b"".join([*items, data[end:]]))

    def salvage(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Torn | None:
        whole = torn.behind_line(data, END, lambda whole: self.read(whole, path, beside))
        return whole or _unfinished(data, path)


def _unfinished(data: bytes, path: str | None) -> Torn | None:
    """A file that ends within an item, or before its last line."""
    layout = yaml_layout.scan(data)
    if layout is None or not layout.places or data.endswith(b"\n" + END):
        return None
    places = yaml_layout.whole(layout, data)
    rest = data[places[-1][1] if places else len(START) :]
    if b"\n" + ITEM_START in rest[:-1]:
        return None
    try:
        items = _items(data, places, partial(_decoded, path=path))
    except UnreadableError:
        return None
    return Torn(items, data.count(b"\n", 0, len(data) - len(rest)) + 1, rest)


def _is_tail(tail: bytes) -> bool:
    """Whether what follows the items of a file is its end, holds none itself, and stands for itself."""
    if tail == END:
        return True
    if not _KEY.match(tail):
        return False
    try:
        root = _tree(tail)
    except UnreadableError:
        return False
    return isinstance(root, Mapping) and "version" in root.entries and "interactions" not in root.entries


def _items(data: bytes, places: Iterable[Place], decoder: partial[Interaction]) -> list[Item]:
    """The items that stand in these places. Raises UnreadableError."""
    # A file has thousands of items, and few methods.
    method_of = cache(partial(_as_it_stands, name="method"))
    return [
        Item(method_of(method), reader.sent_url(_as_it_stands(uri, "uri")), data, start, end, decoder)
        for start, end, method, uri in places
    ]


def _as_it_stands(scalar: bytes, name: str) -> str:
    """What a scalar says. Raises UnreadableError."""
    if not scalar.startswith(_NOT_AS_IT_STANDS):
        return scalar.decode().rstrip(" ")
    return reader.text_of(_tree(scalar), name)


def _decoded(item: Item, path: str | None) -> Interaction:
    text = item.text
    known = yaml_items.interaction(text)
    if known is not None:
        return known
    try:
        return reader.interaction(reader.items(_tree(text))[0])
    except UnreadableError as error:
        raise CassetteFormatError(path, item.line + error.line - 1, error.reason) from None


def _tree(data: bytes) -> Node:
    # Here, because parsing needs yaml and importing reqsnap must not.
    from reqsnap.formats.vcr import tags

    try:
        return tags.parse(data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(line, f"the byte 0x{data[error.start]:02X} is not UTF-8 text") from None


# Other layouts


class _LaidOutAnew(Item):
    """An item of a file that is laid out otherwise: what it is written as is not what stands there."""

    __slots__ = ()

    @property
    def text(self) -> bytes:
        return writer.yaml_item(self.decode()).encode()


def _parsed(data: bytes, path: str | None) -> list[Item]:
    """The items of a file, whatever its layout."""
    try:
        root = _tree(data.removeprefix(_BOM))
        nodes = reader.items(root)
        if isinstance(root, Mapping) and "version" not in root.entries:
            line = data.count(b"\n") + 1
            raise UnreadableError(
                line, "it was cut off: the line 'version: 1', with which it ends, is missing"
            )
        starts = [0, *(found.end() for found in _LINE_END.finditer(data))]
        return [_of_node(data, starts[node.line - 1], node) for node in nodes]
    except UnreadableError as error:
        raise CassetteFormatError(path, error.line, error.reason) from None


def _end_of_parsed_items(data: bytes) -> int | None:
    # Here, because parsing needs yaml and importing reqsnap must not.
    from reqsnap.formats.vcr import tags

    plain = data.removeprefix(_BOM)
    try:
        text = plain.decode()
        end = tags.end_of_items(text)
    except (UnicodeDecodeError, UnreadableError):
        return None
    return None if end is None else len(data) - len(plain) + len(text[:end].encode())


def _of_node(data: bytes, start: int, node: Node) -> Item:
    found = reader.interaction(node)
    request = found.request
    return _LaidOutAnew(request.method, request.url, data, start, start, lambda item: found)


VCR: Format = _VcrYaml()
