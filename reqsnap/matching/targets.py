"""URLs as the options of matching compare them."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, unquote_to_bytes

from reqsnap.matching.checks import returned_pairs
from reqsnap.matching.normal import Normal, Pairs
from reqsnap.matching.parts import Url, as_utf8, read_query, sent_query, split_url
from reqsnap.patterns import regex

NormalizeQuery = Callable[[list[tuple[str, str]]], "list[tuple[str, str]] | str"]
"""A user's function: the pairs of a query as they were sent -> those that are compared, or a query's text."""

_ENCODED_TEXT = regex(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")


def url_reader(
    normal: Normal | None, case_sensitive: bool, match_query: bool, normalize_query: NormalizeQuery | None
) -> Callable[[str], Url]:
    """A function from a URL to what is compared of it."""
    if normal is None and case_sensitive and match_query and normalize_query is None:
        return split_url

    def query_of(url: str) -> Pairs:
        if not match_query:
            return ()
        pairs = _by_name(sent_query(url)) if normalize_query is None else _normalized(normalize_query, url)
        if normal is not None:
            pairs = normal.query(pairs)
        return (
            pairs
            if case_sensitive
            else _by_name([(name.casefold(), value.casefold()) for name, value in pairs])
        )

    def read(url: str) -> Url:
        plain = split_url(url)
        path = plain.path if normal is None else normal.path(plain.path)
        if not case_sensitive:
            path = _anycase_path(path)
        return plain._replace(path=path, query=query_of(url))

    return read


def _normalized(normalize: NormalizeQuery, url: str) -> Pairs:
    found = normalize(sent_query(url))
    return read_query(found) if isinstance(found, str) else _by_name(returned_pairs(found))


def _by_name(pairs: list[tuple[str, str]]) -> Pairs:
    return tuple(sorted(pairs, key=lambda pair: pair[0]))


def anycase(text: str) -> str:
    """A text of octets without regard to case."""
    return as_utf8(text).casefold()


def _anycase_path(path: str) -> str:
    """A path without regard to case, in its percent-encoded text too."""
    return _ENCODED_TEXT.sub(_anycase_encoded, path).casefold()


def _anycase_encoded(found: re.Match[str]) -> str:
    text = unquote_to_bytes(found[0]).decode("utf-8", "surrogateescape")
    return quote(text.casefold().encode("utf-8", "surrogateescape"), safe="")
