"""What a request is for, told by its method and its URL as they are written, without redaction.

The place of a request is its method and its URL up to the query, in normal form. It is told
only where no rule can change that part of the URL by itself: what the rules look into is a
query, user information, parameters in the path, and the paths of a few services.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from reqsnap.matching import Matching
from reqsnap.matching.parts import DEFAULT_PORTS, split_url
from reqsnap.redaction import path_holds_credentials

_UP_TO_PATH = r"https?://[a-z0-9._-]++(?::(?!80(?!\d)|443(?!\d))\d++)?+/[A-Za-z0-9._~/-]*+"
_PLAIN = re.compile(rf"{_UP_TO_PATH}(?=[?#]|\Z)")
# A place stands in such a line as it is written; of any other line nothing is found.
_LINES = re.compile(rf"^([A-Z]++ {_UP_TO_PATH})(?:[?#].*+)?+$|^.*+$", re.MULTILINE)
_UP_TO_QUERY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^?#]*")
# `;name=value` and the like are parameters, and a second `://` is a URL in the path.
_ODD = re.compile(r"[;&=@\[\]\"'<>\\]|REDACTED|://.*://", re.DOTALL)


def tells_places_apart(matching: Matching) -> bool:
    """Whether requests for different places never match."""
    names = {matcher for matcher in matching.match_on if isinstance(matcher, str)}
    whole = "uri" in names or names.issuperset(("scheme", "host", "port", "path"))
    return "method" in names and whole and matching.case_sensitive and not matching.volatile


# Asked of what waits, of the request that needs it, and of what has come.
@lru_cache(maxsize=4096)
def place_of(method: str, url: str) -> str | None:
    """The place; None where it cannot be told from what is written.

    >>> place_of("get", "http://H:80/items?page=1") == place_of("GET", "http://h/items")
    True
    >>> place_of("GET", "http://h/items;key=abc")
    """
    found = _PLAIN.match(url)
    if found is not None:
        place = found[0]
        return None if path_holds_credentials(place) else f"{method.upper()} {place}"
    found = _UP_TO_QUERY.match(url)
    if found is None or _ODD.search(found[0]) or path_holds_credentials(found[0]):
        return None
    scheme, host, port, path, _ = split_url(found[0])
    authority = host if port == DEFAULT_PORTS.get(scheme, "") else f"{host}:{port}"
    return f"{method.upper()} {scheme}://{authority}{path}"


class Asked(Protocol):
    """A request, as far as its place goes."""

    @property
    def method(self) -> str:
        """Its method, as it is written."""

    @property
    def url(self) -> str:
        """Its URL, as it is written."""


def places_of(requests: Sequence[Asked]) -> list[str | None]:
    """The place of each request; of many that are written in the usual form at once."""
    text = "\n".join([f"{each.method} {each.url}" for each in requests])
    lines: list[str] = [] if path_holds_credentials(text) else _LINES.findall(text)
    if len(lines) != len(requests):
        return [place_of(each.method, each.url) for each in requests]
    if all(lines):
        return [*lines]
    return [line or place_of(each.method, each.url) for line, each in zip(lines, requests, strict=True)]
