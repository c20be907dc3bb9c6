"""A cassette's bytes -> its items: scanned where the layout is the writer's, else parsed whole."""

from __future__ import annotations

from functools import cache

from reqsnap.formats.format import Beside, Item, decoded
from reqsnap.formats.native import writer
from reqsnap.formats.native.decoding import Decoder
from reqsnap.formats.native.scan import scan


class _Item(Item):
    """An item of reqsnap's own layout."""

    __slots__ = ()

    @property
    def shows_all(self) -> bool:
        """All is text that people can read, but for bodies in base64 and in other files."""
        start, end = self.start, self.end
        return self.data.find(b"base64", start, end) < 0 and self.data.find(b"\n    file:", start, end) < 0


def items(data: bytes, path: str | None = None, beside: Beside | None = None) -> list[Item]:
    """The items of a file, in order. Raises CassetteFormatError.

    Those of the layout that reqsnap writes are decoded when they are needed, and what is wrong
    in one of them is raised then. Any other file, such as one that was edited, is parsed at
    once, and each item written anew.
    """
    found = _scanned(data, path, beside)
    if found is not None:
        return found
    # Here, because most files are scanned, and parsing needs yaml.
    from reqsnap.formats.native import reader

    read = reader.load(data, path, beside)
    return [decoded(each, writer.item(each, beside).encode()) for each in read]


def _scanned(data: bytes, path: str | None, beside: Beside | None) -> list[Item] | None:
    decoder = Decoder(path, beside)
    # A file has thousands of items, and few methods.
    method_of = cache(bytes.decode)
    found: list[Item] = []
    for place in scan(data):
        if place is None:
            return None
        start, end, method, url = place
        if method is not None and url is not None:
            found.append(_Item(method_of(method), url.decode(), data, start, end, decoder))
        else:
            # A head that is no block tells nothing by itself.
            request = decoder(Item("", "", data, start, end, decoder)).request
            found.append(_Item(request.method, request.url, data, start, end, decoder))
    return found
