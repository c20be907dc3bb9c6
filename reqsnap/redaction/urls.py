"""Secrets in URLs: user information, the query, what some services put into the path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote, unquote_plus

from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit, revised, view
from reqsnap.redaction.finder import Finder, Kind
from reqsnap.redaction.json_text import find_in_json
from reqsnap.redaction.names import PATHS, ends_as_secret, fold, may_hold_path
from reqsnap.redaction.placeholders import holds_placeholder, respelled
from reqsnap.redaction.rules import Rules, looks_like_credential

# In a body `&` may stand as `&amp;` or `\u0026`, and `/` as `\/`.
_NAME = regex(r"[?&;#]([^=&;#?/\s\"'<>\\]+)=", re.ASCII)
_ESCAPED_NAME = regex(r"(?:[?&;#]|\\u0026)([^=&;#?/\s\"'<>\\]+)=", re.ASCII)
_PLAIN_NAME = regex(r"[?&;#]([^=&;#?/]+)=")
_VALUE = regex(r'(?:[^&#\s"<>\\]|\\/)*', re.ASCII)
_PATH_PARAMETER = regex(r'[^/?#;&\s"<>\\]*', re.ASCII)
_USERINFO = regex(r":(?:\\?/){2}([^/?#\s\"'<>\\]+)@", re.ASCII)
_IN_TEXT = regex(r"[A-Za-z]:(?:\\?/){2}[^\s\"'<>]+", re.ASCII)
_PERCENT = regex(r"%[0-9a-fA-F]{2}|\+")


def redact_url(url: str, finder: Finder) -> str:
    """A request's URL as it may be stored; the very same where it holds no secret."""
    if is_plain(url, finder.rules):
        return url
    edits: list[Edit] = []
    if "=" in url and _may_hold_secrets(url, finder.rules.in_query, finder.rules.endings):
        edits += find_in_query(url, 0, len(url), finder)
    if "@" in url:
        edits += _userinfo(url, finder, own=True)
    if may_hold_path(url):
        edits += _path(url, finder)
    if "REDACTED" in url:
        edits += respelled(url)
    return revised(url, edits)


def is_plain(url: str, rules: Rules) -> bool:
    """Whether a URL holds nothing that is worth a closer look."""
    return _is_plain(url, rules.in_query, rules.endings)


# Asked of a recorded URL, and then of the live one.
@lru_cache(maxsize=4096)
def _is_plain(url: str, names: frozenset[str], endings: bool) -> bool:
    if "@" in url or "REDACTED" in url or may_hold_path(url):
        return False
    return "=" not in url or not _may_hold_secrets(url, names, endings)


def _may_hold_secrets(url: str, names: frozenset[str], endings: bool) -> bool:
    """Whether a closer look at the names in a URL is worth its time."""
    if "%" in url or "[" in url or "+" in url:
        return True
    start = 0 if ";" in url else url.find("?")
    found = _PLAIN_NAME.findall(fold(url[max(start, 0) :]))
    return not names.isdisjoint(found) or (endings and any(map(ends_as_secret, found)))


def path_holds_credentials(url: str) -> bool:
    """Whether a rule knows the shape of a path, in which a credential stands."""
    return may_hold_path(url) and PATHS.search(url) is not None


def find_in_value(text: str, finder: Finder) -> list[Edit]:
    """Edits for the URLs, whole or relative, in the value of a header field."""
    edits = find_in_query(text, 0, len(text), finder) if "=" in text else []
    if "@" in text:
        edits += _userinfo(text, finder)
    if may_hold_path(text):
        edits += _path(text, finder)
    return edits


def find_urls(text: str, finder: Finder) -> list[Edit]:
    """Edits for the absolute URLs in a text."""
    if "://" not in text and not ("\\" in text and ":\\/\\/" in text):
        return []
    edits: list[Edit] = []
    # Most texts with URLs hold no such parameter: their names tell at once.
    if any(finder.query_kind(name) for name in set(_name_in(text).findall(text))):
        for found in _IN_TEXT.finditer(text):
            edits += find_in_query(text, *found.span(), finder)
    if "@" in text:
        edits += _userinfo(text, finder)
    if may_hold_path(text):
        edits += _path(text, finder)
    return edits


def _name_in(text: str) -> re.Pattern[str]:
    """What finds names of parameters in a text; the simpler expression is much the faster."""
    return _ESCAPED_NAME if "\\u0026" in text else _NAME


def find_in_query(text: str, start: int, end: int, finder: Finder) -> list[Edit]:
    """Edits for the parameters in a stretch of a text that is a URL."""
    edits: list[Edit] = []
    done = start
    query = text.find("?", start, end)
    for found in _name_in(text).finditer(text, start, end):
        name, place = found[1], found.end()
        if place < done:
            continue
        kind = finder.query_kind(name)
        in_path = text[found.start()] == ";" and not 0 <= query < found.start()
        value = (_PATH_PARAMETER if in_path else _VALUE).match(text, place, end)
        raw = value[0] if value else ""
        if kind is not Kind.NEVER:
            replacement = finder.take_if(kind, unquote_plus(name), _decoded(raw))
            if replacement is not None:
                done = place + len(raw)
                edits.append(Edit(place, done, replacement))
                continue
        if "%" in raw:
            edits += find_encoded(text, place, place + len(raw), finder)
    return edits


def find_encoded(text: str, start: int, end: int, finder: Finder) -> list[Edit]:
    """Edits for a URL or JSON that stands percent-encoded in a stretch of a text."""
    stretch = text[start:end]
    has_query = "%3D" in stretch or "%3d" in stretch
    if not has_query and "%22" not in stretch:
        return []
    inner = unquote_plus(stretch, encoding="latin-1")
    edits = find_in_query(inner, 0, len(inner), finder) if has_query else []
    edits += find_in_json(inner, finder) if '"' in inner else []
    if not edits:
        return []
    return view(text, start, end, _PERCENT, _byte).lifted(edits, _encoded)


def _byte(found: re.Match[str]) -> str:
    return " " if found[0] == "+" else chr(int(found[0][1:], 16))


def _encoded(text: str) -> str:
    """A replacement in an encoded value: only the quotes that JSON needs are encoded."""
    return text.replace('"', "%22")


def _decoded(raw: str) -> str:
    return unquote_plus(raw.replace("\\/", "/"), encoding="latin-1")


def _userinfo(text: str, finder: Finder, own: bool = False) -> Iterator[Edit]:
    """Edits that take user information out of URLs.

    Without a password it goes only where it looks like a token, or `own` says that the
    text is itself the URL whose user it names.
    """
    if not finder.rules.userinfo:
        return
    for found in _USERINFO.finditer(text):
        value = unquote(found[1], encoding="latin-1")
        if (
            (own and text.find(":") == found.start())
            or ":" in found[1]
            or looks_like_credential(value)
            or holds_placeholder(value)
        ):
            if not holds_placeholder(value):
                finder.take("userinfo", value)
            yield Edit(found.start(1), found.end(), "")


def _path(text: str, finder: Finder) -> Iterator[Edit]:
    if not finder.rules.paths:
        return
    for found in PATHS.finditer(text):
        index = found.lastindex or 0
        replacement = finder.take("path", found[index])
        if replacement is not None:
            yield Edit(*found.span(index), replacement)
