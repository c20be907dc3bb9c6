"""What a connection would send for a plain request, known without having it built.

Only for the connection classes of http.client and urllib3 themselves and for simple
arguments; whatever else there is, and every error, is left to their own code. What
their code built is remembered by its arguments; what http.client builds for the
simplest of them is known beforehand, and a property test compares the two.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Hashable
from http import client as stdlib
from itertools import chain
from operator import is_, itemgetter
from types import FunctionType
from typing import Any, NamedTuple

from reqsnap.interceptors.http_client.state import IDLE, SENT, url_of
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
    """Everything that decides what a connection builds: equal marks, equal requests."""

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
    own, kind = conn.__dict__, type(conn)
    if own[_STATE] != IDLE or len(args) > 4 or wrapped.__name__ != "request":
        return None
    if not (own.keys().isdisjoint(_OWN) and _builds_as_written(kind)):
        return None
    body = args[2] if len(args) > 2 else kwargs.get("body")
    headers = args[3] if len(args) > 3 else kwargs.get("headers")
    if (body is not None and type(body) is not bytes) or (headers and not hasattr(headers, "items")):
        return None
    fields = tuple(headers.items()) if headers else ()
    if fields and not _TEXT.issuperset(map(type, chain.from_iterable(fields))):
        return None
    options = tuple([item for item in kwargs.items() if item[0] not in _GIVEN]) if kwargs else ()
    if options and not _FLAG.issuperset([type(value) for _, value in options]):
        return None
    tunnel = conn._tunnel_host, conn._tunnel_port
    # Not by its own constructor, which takes three times as long.
    return _tuple(Mark, (kind, conn.host, conn.port, tunnel, args[:2], body, fields, options))


_GIVEN = frozenset({"body", "headers"})
_TEXT, _FLAG = frozenset({str}), frozenset({bool})
_tuple = tuple.__new__


def known(conn: Any, mark: Mark | None, memo: Memo[Built]) -> Built | None:
    """What is built under a mark, if that is known."""
    if mark is None:
        return None
    found = memo.get(mark)
    if found is None and mark.kind in _STANDARD:
        request = described(conn, mark)
        if request is not None:
            found = Built(request, {"_method": request.method, _STATE: SENT})
            memo.keep(mark, found, len(request.body))
    return found


def remember(conn: Any, mark: Mark, request: Request, memo: Memo[Built]) -> None:
    """Keep what a connection has just built under a mark."""
    own = conn.__dict__
    leaves = {name: own[name] for name in _LEFT if name in own}
    memo.keep(mark, Built(request, leaves), len(request.body))


_STANDARD = frozenset({stdlib.HTTPConnection, stdlib.HTTPSConnection})
_LEFT = ("_method", _STATE, "_response_options")


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


_CONSULTED = (
    "request",
    "putrequest",
    "putheader",
    "endheaders",
    "_send_request",
    "_send_output",
    "send",
    "getresponse",
    "_http_vsn",
)
"""What building looks up on a connection, and what a replay does without."""

_OWN = frozenset((*_CONSULTED, "debuglevel", "default_port"))
"""What makes a connection unlike its class, where it has one of its own."""

_FAMILIES = ("http.client", "urllib3.connection")
_judged: dict[type, tuple[list[_Look], bool]] = {}


class _Look(NamedTuple):
    """What a class itself, without its bases, had of what is consulted when it was looked at."""

    members: Any
    read: Callable[[Any], tuple[object, ...]]
    found: tuple[object, ...]
    lacks: Callable[[tuple[str, ...]], bool]
    missing: tuple[str, ...]

    @classmethod
    def at(cls, owner: type) -> _Look:
        """Look at a class."""
        members = vars(owner)
        # With two that every class has, since a getter of a single item gives no tuple.
        read: Any = itemgetter("__doc__", "__module__", *filter(members.__contains__, _CONSULTED))
        missing = tuple([name for name in _CONSULTED if name not in members])
        return cls(members, read, read(members), members.keys().isdisjoint, missing)


def _still_hold(looks: list[_Look]) -> bool:
    """Whether all that was seen is there, and no more. By identity: a wrapper equals what it wraps."""
    try:
        for members, read, found, lacks, missing in looks:
            if not (lacks(missing) and all(map(is_, read(members), found))):
                return False
    except KeyError:
        return False
    return True


def _builds_as_written(kind: type) -> bool:
    """Whether a class is a client's own, and nobody but us has wrapped what it builds with.

    Tracing libraries do, to add header fields.
    """
    judged = _judged.get(kind)
    if judged is None or not _still_hold(judged[0]):
        looks = [_Look.at(owner) for owner in kind.__mro__[:-1]]
        judged = _judged[kind] = looks, _is_a_client_s_own(kind) and _is_as_written(kind, looks)
    return judged[1]


def _is_as_written(kind: Any, looks: list[_Look]) -> bool:
    files = {vars(owner)["__init__"].__code__.co_filename for owner in kind.__mro__[:-1]}
    found = [look.members[name] for look in looks for name in _CONSULTED if name in look.members]
    return kind._http_vsn == 11 and all(
        type(method) is FunctionType and method.__code__.co_filename in files
        for method in map(_underneath, filter(callable, found))
    )


def _is_a_client_s_own(kind: type) -> bool:
    return kind.__module__ in _FAMILIES and getattr(sys.modules[kind.__module__], kind.__name__, None) is kind


def _underneath(method: Any) -> Any:
    """A method without a wrapper of ours."""
    wrapper = getattr(method, "_self_wrapper", None)
    return method.__wrapped__ if getattr(wrapper, "__module__", "").startswith(_OURS) else method


_OURS = f"{__name__.partition('.')[0]}."
