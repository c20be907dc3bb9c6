"""Cassettes in reqsnap's own layout, where VCR.py's words ask for requests and answers."""

from __future__ import annotations

from typing import Any

from reqsnap.formats.registry import named
from reqsnap.storage import CassetteFile
from reqsnap.vcr.messages import to_request, to_response

_OWN = ("native", "json", "jsonl")

_INLINE = 1
"""What is read here is not written here, so nothing is put beside it."""


def own_layout(data: bytes, file: CassetteFile | None = None) -> tuple[list[Any], list[Any]] | None:
    """The requests and the answers of a cassette in our own layout; None for any other.

    Takes the file that the data is from, where the bodies beside it are found. Raises CassetteFormatError.
    """
    format = next((each for each in map(named, _OWN) if each.recognises(data)), None)
    if format is None:
        return None
    path, beside = (None, None) if file is None else (str(file.path), file.beside(_INLINE))
    items = format.read(data, path, beside)
    found = [item.decode() for item in items]
    return [to_request(each.request) for each in found], [to_response(each.response) for each in found]
