"""Secrets in header fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from reqsnap.model import Headers
from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit, revised
from reqsnap.redaction.finder import Finder, Kind
from reqsnap.redaction.names import ends_as_secret, fold, may_hold_path
from reqsnap.redaction.placeholders import (
    credentials_placeholder,
    inner_placeholder,
    lone_placeholder,
    respelled,
)
from reqsnap.redaction.rules import Rules
from reqsnap.redaction.secret_parts import decoded_credentials
from reqsnap.redaction.urls import find_in_value


def redact_headers(headers: Headers, finder: Finder) -> Headers:
    """Header fields as they may be stored; the very same where they hold no secret."""
    pairs = headers.pairs
    if not pairs:
        return headers
    names, values = zip(*pairs, strict=True)
    places = _secret_places(names, finder.rules.headers, finder.rules.endings)
    if _may_hold_urls(values):
        secret = dict(places)
        places = tuple([(index, secret.get(index)) for index in range(len(pairs))])
    if not places:
        return headers
    return _redacted(headers, places, finder)


def is_plain(headers: Headers, rules: Rules) -> bool:
    """Whether header fields hold nothing that is worth a closer look."""
    if not headers.pairs:
        return True
    names, values = zip(*headers.pairs, strict=True)
    return not (_secret_places(names, rules.headers, rules.endings) or _may_hold_urls(values))


def _redacted(headers: Headers, places: Iterable[tuple[int, str | None]], finder: Finder) -> Headers:
    pairs = headers.pairs
    changed: list[tuple[str, str]] | None = None
    for index, folded in places:
        name, value = pairs[index]
        if folded is None:
            redacted = _harmless_field(value, finder)
        elif folded in finder.rules.headers:
            redacted = _secret_field(folded, name, value, finder)
        else:
            taken = finder.take_if(Kind.MAYBE, name, value, hosts=False)
            redacted = _harmless_field(value, finder) if taken is None else taken
        if redacted != value:
            changed = changed or list(pairs)
            changed[index] = (name, redacted)
    return headers if changed is None else Headers(changed)


@lru_cache(maxsize=1024)
def _secret_places(
    names: tuple[str, ...], secret: frozenset[str], endings: bool
) -> tuple[tuple[int, str | None], ...]:
    """Where fields stand that the rules mean, and their names, folded: programs send the same ones again."""
    folded = enumerate(map(fold, names))
    return tuple([(at, name) for at, name in folded if name in secret or (endings and ends_as_secret(name))])


def _may_hold_urls(values: tuple[str, ...]) -> bool:
    """Whether a closer look at some values is worth its time: mostly it is not."""
    holds = 0
    for value in values:
        if value not in _plain:
            holds |= _held(value)
    return holds >= _PATH or holds & _SPELLED == _SPELLED or holds & _QUERY == _QUERY


_PATH, _QUERY, _SPELLED = 16, 1 | 2, 4 | 8
_plain: set[str] = set()
"""Values that hold nothing: most stand in many messages, and what is new in each, such as a date, is one."""

_MOST_VALUES, _LONGEST_VALUE = 4096, 256


@lru_cache(maxsize=512)
def _held(value: str) -> int:
    """What a value holds of what is looked for."""
    holds = 1 * ("=" in value or "@" in value)
    holds |= 2 * ("://" in value or "?" in value or "#" in value)
    holds |= 4 * ("%" in value) | 8 * ("REDACTED" in value) | _PATH * may_hold_path(value)
    if not holds and len(value) <= _LONGEST_VALUE:
        if len(_plain) >= _MOST_VALUES:
            _plain.clear()
        _plain.add(value)
    return holds


def _harmless_field(value: str, finder: Finder) -> str:
    """The value of a field that may hold a URL with secrets, or a placeholder."""
    return revised(value, find_in_value(value, finder) + respelled(value))


def _secret_field(folded: str, name: str, value: str, finder: Finder) -> str:
    """The value of a field that the rules name."""
    if folded == "cookie":
        return revised(value, _cookies(value, finder))
    if folded == "setcookie":
        return revised(value, _set_cookies(value, finder))
    standing = credentials_placeholder(value) or _basic_placeholder(value)
    if standing is not None:
        return standing
    redacted = finder.take(name, value)
    return value if redacted is None else redacted


def _basic_placeholder(value: str) -> str | None:
    """The placeholder in Basic credentials that were made from one (RFC 7617)."""
    if value[:6].lower() != "basic ":
        return None
    decoded = decoded_credentials(value[6:])
    return inner_placeholder(decoded) if decoded else None


# `name=value` in quotes or bare; a piece without a name is a value (RFC 6265bis, section 5.6).
_COOKIE = regex(r'\s*+(?:([^=;\s]*+)\s*+=\s*+)?("[^"]*"(?=\s*+(?:;|\Z))|[^;]*+);?', re.ASCII)
_SET_COOKIE = regex(
    r'(?:\A|,)\s*+([^=;,\s"]++)\s*+=\s*+'
    r'("[^"]*"(?=\s*+(?:[;,]|\Z))|[^;,]*+(?:,(?!\s*+[^=;,\s"]++=)[^;,]*+)*+)',
    re.ASCII,
)
_NAMELESS = regex(r"\A\s*([^=;\s]+)\s*(?=;|\Z)", re.ASCII)


def _cookies(value: str, finder: Finder) -> list[Edit]:
    edits: list[Edit] = []
    for found in _COOKIE.finditer(value):
        edits += _cookie(found[1] or "cookie", found, 2, finder)
    return edits


def _set_cookies(value: str, finder: Finder) -> list[Edit]:
    """Usually one cookie; several where fields were joined with commas."""
    nameless = _NAMELESS.match(value)
    if nameless:
        return _cookie("cookie", nameless, 1, finder)
    edits: list[Edit] = []
    for found in _SET_COOKIE.finditer(value):
        edits += _cookie(found[1], found, 2, finder)
    return edits


def _cookie(name: str, found: re.Match[str], group: int, finder: Finder) -> list[Edit]:
    raw = found[group].rstrip(" \t")
    # Cookie jars put a placeholder that they were given into quotes.
    redacted = lone_placeholder(raw) or finder.take(name, raw.strip('"'))
    if redacted is None or redacted == raw:
        return []
    return [Edit(found.start(group), found.start(group) + len(raw), redacted)]
