"""What a connection would send for a plain request, known without having it built.

Only for the connection classes of http.client and urllib3 themselves and for simple
arguments; whatever else there is, and every error, is left to their own code. What
their code built is remembered by its arguments; what http.client builds for the
simplest of them is known beforehand, and a property test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from itertools import chain
from typing import Any, NamedTuple

from reqsnap.interceptors.http_client.state import IDLE, SENT, url_of
from reqsnap.interceptors.http_client.written import is_as_written, is_urllib3_s, standard
from reqsnap.memo import Memo
from reqsnap.model import Headers, Request

_STATE = "_HTTPConnection__state"
_METHOD = re.compile(r"[A-Z]+").fullmatch
_TARGET = re.compile(r"/[\x21-\x7e]*").fullmatch
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_VALUE = re.compile(r"(?:[\x21-\x7e\xa0-\xff](?:[\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa0-\xff])?)?").fullmatch
_HOST = re.compile(r"[0-9A-Za-z.\-]+").fullmatch
_WITH_BODY = frozenset({"PATCH", "POST", "PUT"})
_LEFT_TO_ITS_OWN_CODE = frozenset({"host", "accept-encoding", "content-length", "transfer-encoding"})


class Built(NamedTuple):
    """A request, and the attributes that building it leaves on its connection."""

    request: Request
    leaves: dict[str, Any]


class Mark(NamedTuple):
    """Everything that decides what a connection builds: equal marks, equal requests.

    `asked` is what was called: the connection itself, or a pool of this class.
    """

    asked: type | None
    kind: type
    host: str
    port: int
    tunnel: tuple[str | None, int | None]
    target: tuple[str, str]
    body: bytes | None
    fields: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, Hashable], ...]


def mark_of(conn: Any, wrapped: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Mark | None:
    """The mark of `conn.request(*args, **kwargs)`; None where only its own code can tell.

    `wrapped` is the method underneath; `args` begins with the method and the target.
    """
    if not 2 <= len(args) <= 4 or wrapped.__name__ != "request":
        return None
    return _mark(conn, None, args, kwargs, _GIVEN)


def mark_of_attempt(pool: Any, wrapped: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Mark | None:
    """The mark of what `pool._make_request(*args, **kwargs)` has its connection build.

    `wrapped` is the method underneath; `args` begins with the connection, the method and the
    target. None as for `mark_of`.
    """
    kind: Any = type(pool)
    if len(args) > 3 or not is_urllib3_s(getattr(wrapped, "__func__", None), kind):
        return None
    return _mark(args[0], kind, args[1:], kwargs, _NOT_BUILT)


def _mark(
    conn: Any, asked: type | None, args: tuple[Any, ...], kwargs: dict[str, Any], known: frozenset[str]
) -> Mark | None:
    """The mark of a call; `known` are names of arguments that are looked at apart, or decide nothing."""
    body = args[2] if len(args) > 2 else kwargs.get("body")
    headers = args[3] if len(args) > 3 else kwargs.get("headers")
    options = tuple([item for item in kwargs.items() if item[0] not in known]) if kwargs else ()
    return mark_of_call(conn, asked, args[0], args[1], body, headers, options)


def mark_of_call(
    conn: Any,
    asked: type | None,
    method: str,
    target: str,
    body: Any,
    headers: Any,
    options: tuple[tuple[str, Any], ...],
) -> Mark | None:
    """The same of a call of a method that is known to be the client's own, by its arguments."""
    own, kind = conn.__dict__, type(conn)
    if own[_STATE] != IDLE or conn.debuglevel or not is_as_written(conn):
        return None
    if (body is not None and type(body) is not bytes) or (headers and not hasattr(headers, "items")):
        return None
    fields = _fields(headers) if headers else ()
    if fields and not _TEXT.issuperset(map(type, chain.from_iterable(fields))):
        return None
    if options and not _FLAG.issuperset([type(value) for _, value in options]):
        return None
    tunnel = conn._tunnel_host, conn._tunnel_port
    # Not by its own constructor, which takes three times as long.
    return _tuple(Mark, (asked, kind, conn.host, conn.port, tunnel, (method, target), body, fields, options))


def _fields(headers: Any) -> tuple[tuple[str, str], ...]:
    kind = type(headers)
    if kind.__name__ == "CaseInsensitiveDict" and kind.__module__ == "requests.structures":
        # The same, without four calls for each field (requests 1.0 and later).
        return tuple(headers._store.values())
    return tuple(headers.items())


_GIVEN = frozenset({"body", "headers"})
_NOT_BUILT = _GIVEN | {"timeout", "retries", "response_conn"}
_TEXT, _FLAG = frozenset({str}), frozenset({bool})
_tuple = tuple.__new__


_known: Memo[Built] = Memo()
"""What is built under marks, from block to block: tests ask for the same again and again."""


def known(conn: Any, mark: Mark | None) -> Built | None:
    """What is built under a mark, if that is known."""
    if mark is None:
        return None
    found = _known.get(mark)
    if found is None:
        found = _derived(conn, mark)
        if found is not None:
            _known.keep(_sharing(mark), found, len(found.request.body))
    return found


def _sharing(mark: Mark) -> Mark:
    """A mark made of parts that others have too: those of thousands would not fit a processor's cache."""
    asked, kind, host, port, tunnel, target, body, fields, options = mark
    parts = _shared(tunnel), target, body, _shared(fields), _shared(options)
    return _tuple(Mark, (asked, kind, host, port, *parts))


_parts: Memo[Any] = Memo()


def _shared(part: Any) -> Any:
    found = _parts.get(part)
    if found is None:
        _parts.keep(part, part)
    return part if found is None else found


def remember(conn: Any, mark: Mark, request: Request) -> None:
    """Keep what a connection has just built under a mark."""
    own = conn.__dict__
    leaves = {name: own[name] for name in _LEFT if name in own}
    built = Built(request, leaves)
    _known.keep(_sharing(mark), built, len(request.body))
    target = mark.target[1]
    if _TARGET(target) and request.url == url_of(conn, target) and _asked_for(leaves) in (None, target):
        _patterns.keep(_whatever_the_target(mark), built, len(request.body))


_patterns: Memo[Built] = Memo()
"""What was built under a mark, whatever the target: a plain path changes nothing else in a request."""


def _derived(conn: Any, mark: Mark) -> Built | None:
    """What is built under a mark, told by what was built for another target."""
    target = mark.target[1]
    if not _TARGET(target):
        return None
    key = _whatever_the_target(mark)
    pattern = _patterns.get(key)
    if pattern is None:
        if mark.asked is not None or mark.kind not in standard:
            return None
        request = described(conn, mark)
        if request is None:
            return None
        pattern = Built(request, {"_method": request.method, _STATE: SENT})
        _patterns.keep(key, pattern, len(request.body))
    request, leaves = pattern
    if _asked_for(leaves) is not None:
        leaves = leaves | {_OPTIONS: leaves[_OPTIONS]._replace(request_url=target)}
    url = url_of(conn, target)
    return Built(Request(request.method, url, request.headers, request.body, request.complete), leaves)


def _whatever_the_target(mark: Mark) -> Mark:
    asked, kind, host, port, tunnel, target, *others = mark
    return _tuple(Mark, (asked, kind, host, port, tunnel, target[:1], *others))


def _asked_for(leaves: dict[str, Any]) -> str | None:
    """The target that urllib3 has kept with a request."""
    options = leaves.get(_OPTIONS)
    target: str | None = None if options is None else options.request_url
    return target


_OPTIONS = "_response_options"
_LEFT = ("_method", _STATE, _OPTIONS)


def described(conn: Any, mark: Mark) -> Request | None:
    """The request that http.client would build under a mark; None where its code must tell."""
    method, target = mark.target
    if mark.options or not (_METHOD(method) and _TARGET(target)):
        return None
    host = _host(conn)
    if not host:
        return None
    pairs = [("Host", host), ("Accept-Encoding", "identity")]
    if mark.body is not None:
        pairs.append(("Content-Length", str(len(mark.body))))
    elif method in _WITH_BODY:
        pairs.append(("Content-Length", "0"))
    for name, value in mark.fields:
        if not (_NAME(name) and _VALUE(value)) or name.lower() in _LEFT_TO_ITS_OWN_CODE:
            return None
    return Request(method, url_of(conn, target), Headers((*pairs, *mark.fields)), mark.body or b"")


def _host(conn: Any) -> str:
    """What http.client writes into Host; empty where that takes more than a plain name."""
    host, port = conn.host, conn.port
    if conn._tunnel_host:
        host, port = conn._tunnel_host, conn._tunnel_port
    if not _HOST(host):
        return ""
    return host if port == conn.default_port else f"{host}:{port}"
