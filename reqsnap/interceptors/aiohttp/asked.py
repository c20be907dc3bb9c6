"""Requests as a recorder is asked for them; remembered, since programs repeat themselves."""

from __future__ import annotations

from functools import lru_cache, partial

from aiohttp import ClientRequest

from reqsnap.interceptors.aiohttp.prompt import Plain, written_of
from reqsnap.memo import Memo
from reqsnap.model import Headers, Request

_REMEMBERED = 256
"""Requests, and sets of header fields, that are remembered where a request is not plain."""

Fields = tuple[tuple[str, str], ...]


@lru_cache(maxsize=_REMEMBERED)
def headers_of(fields: Fields) -> Headers:
    """Header fields as they will be on the wire."""
    pairs = [(str(name), value.strip(" \t")) for name, value in fields]
    if not "".join([name + value for name, value in pairs]).isascii():
        # aiohttp writes UTF-8; a header is held with one character for each byte.
        pairs = [(_octets(name), _octets(value)) for name, value in pairs]
    return Headers(pairs)


@lru_cache(maxsize=_REMEMBERED)
def without_body(method: str, url: str, fields: Fields) -> Request:
    """A request that has no body."""
    return Request(method, url, headers_of(fields))


def _octets(text: str) -> str:
    return text.encode("utf-8").decode("latin-1")


class _Alike:
    """Header fields that many requests have: found again by what it is, not by all that it holds."""

    __slots__ = ("fields", "headers")

    def __init__(self, fields: Fields) -> None:
        self.fields, self.headers = fields, headers_of(fields)


# From block to block, since tests ask for the same again and again.
_alike: Memo[_Alike] = Memo()
_plain: Memo[Plain] = Memo()
_latest = _Alike(())


def asked_plainly(request: ClientRequest) -> Plain | None:
    """A request that is written as it stands; None where aiohttp adds to it or refuses to write it."""
    global _latest
    fields, alike = tuple(request.headers.items()), _latest
    if fields != alike.fields:
        _latest = alike = _alike.of(fields, partial(_Alike, fields))
    known = request.method, request.url, alike
    plain = _plain.get(known)
    if plain is None:
        written = written_of(request)
        if written is None:
            return None
        plain = Plain(Request(request.method, str(request.url), alike.headers), written)
        _plain.keep(known, plain)
    return plain
