"""A cassette's bytes -> those of its items, each as it stands there."""

from __future__ import annotations

import re

from reqsnap.formats import native
from reqsnap.formats.format import Beside

_ITEM = re.compile(rb"- request:\n(?:(?: [^\r\n]*)?\n)+")


def items(data: bytes, path: str | None = None, beside: Beside | None = None) -> list[bytes]:
    """The bytes of each interaction, in order; a file is START, these, and END.

    The layout that reqsnap writes is cut into its items as it is. Any other, such as a file
    that was edited, is parsed, and each item written anew. Raises CassetteFormatError.
    """
    if data.startswith(native.START) and data.endswith(native.END):
        body = data[len(native.START) : -len(native.END)]
        found = _ITEM.findall(body)
        if sum(map(len, found)) == len(body):
            return found
    return [native.dump_item(each, beside) for each in native.load(data, path, beside)]
