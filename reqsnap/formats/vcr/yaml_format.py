"""VCR.py's YAML cassettes as a format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from reqsnap.errors import CassetteFormatError
from reqsnap.formats.format import Addition, Beside, Format, Item
from reqsnap.formats.vcr import reader, writer, yaml_layout
from reqsnap.formats.vcr.values import Mapping, Node, UnreadableError
from reqsnap.formats.vcr.yaml_layout import END, START, Place
from reqsnap.model import Interaction

_BOM = b"\xef\xbb\xbf"
_BEGINNING = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:(?:---)?[ \t]*(?:\#[^\r\n]*)?(?:\r\n?|\n))*+"
    rb"(?:(?:interactions|version|metadata)[ \t]*:|- +(?:request|response)[ \t]*:)"
)
_KEY = re.compile(rb"[A-Za-z]\w*:")
_NOT_AS_IT_STANDS = (b"!", b"'", b'"')
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
                return [_item(data, place, decoder) for place in layout.places]
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


def _is_tail(tail: bytes) -> bool:
    """Whether what follows the items of a file holds none itself, and stands for itself."""
    if tail in (END, b""):
        return True
    if not _KEY.match(tail):
        return False
    try:
        root = _tree(tail)
    except UnreadableError:
        return False
    return isinstance(root, Mapping) and "interactions" not in root.entries


def _item(data: bytes, place: Place, decoder: partial[Interaction]) -> Item:
    method = _as_it_stands(place.method, "method")
    url = reader.sent_url(_as_it_stands(place.uri, "uri"))
    return Item(method, url, data, place.start, place.end, decoder)


def _as_it_stands(scalar: bytes, name: str) -> str:
    """What a scalar says. Raises UnreadableError."""
    if not scalar.startswith(_NOT_AS_IT_STANDS):
        return scalar.decode().rstrip(" ")
    return reader.text_of(_tree(scalar), name)


def _decoded(item: Item, path: str | None) -> Interaction:
    try:
        found = reader.items(_tree(item.text))
        return reader.interaction(found[0])
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
        nodes = reader.items(_tree(data.removeprefix(_BOM)))
        return [_of_node(data, node) for node in nodes]
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


def _of_node(data: bytes, node: Node) -> Item:
    found = reader.interaction(node)
    request = found.request
    return _LaidOutAnew(request.method, request.url, data, 0, 0, lambda item: found)


VCR: Format = _VcrYaml()
