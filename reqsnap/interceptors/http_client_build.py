"""What http.client would send for a plain request, known without having it built.

Only for its own connection classes and the simplest arguments; whatever else there is,
and every error, is left to http.client's own code. A property test compares the two.
"""

from __future__ import annotations

import re
from http import client as stdlib
from types import FunctionType
from typing import Any

from reqsnap.interceptors.http_client_state import IDLE, SENT
from reqsnap.model import Headers, Request

_OWN_CLASSES = frozenset({stdlib.HTTPConnection, stdlib.HTTPSConnection})
_METHOD = re.compile(r"[A-Z]+").fullmatch
_TARGET = re.compile(r"[\x21-\x7e]+").fullmatch
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]*").fullmatch
_HOST = re.compile(r"[0-9A-Za-z.\-]+").fullmatch
_WITH_BODY = frozenset({"PATCH", "POST", "PUT"})
_LEFT_TO_ITS_OWN_CODE = frozenset({"host", "accept-encoding", "content-length", "transfer-encoding"})


def described(conn: Any, url: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request | None:
    """The request that `conn.request(*args, **kwargs)` would send; None where its code must tell.

    `args` begins with the method and the target, `url` is the whole URL of the exchange.
    """
    if type(conn) not in _OWN_CLASSES or conn._HTTPConnection__state != IDLE:
        return None
    if not _builds_as_the_standard_library_does():
        return None
    own = conn.__dict__
    if "putheader" in own or "debuglevel" in own or len(args) > 4 or not kwargs.keys() <= _KNOWN:
        return None
    method, target = args[0], args[1]
    body = args[2] if len(args) > 2 else kwargs.get("body")
    headers = args[3] if len(args) > 3 else kwargs.get("headers")
    if not (_METHOD(method) and target[:1] == "/" and _TARGET(target)):
        return None
    if (body is not None and type(body) is not bytes) or (headers and type(headers) is not dict):
        return None
    pairs = [("Host", _host(conn)), ("Accept-Encoding", "identity")]
    if body is not None:
        pairs.append(("Content-Length", str(len(body))))
    elif method in _WITH_BODY:
        pairs.append(("Content-Length", "0"))
    for name, value in headers.items() if headers else ():
        if type(name) is not str or type(value) is not str or not _NAME(name) or not _VALUE(value):
            return None
        if name.lower() in _LEFT_TO_ITS_OWN_CODE or value != value.strip(" "):
            return None
        pairs.append((name, value))
    return Request(method, url, Headers(pairs), body or b"") if pairs[0][1] else None


_KNOWN = {"body", "headers"}
_BUILDERS = ("putrequest", "putheader", "endheaders", "_send_output", "_send_request")
_asked: dict[tuple[int, ...], bool] = {}


def _builds_as_the_standard_library_does() -> bool:
    """Whether nobody but us has wrapped the methods that build: tracing libraries do, to add headers."""
    methods = vars(stdlib.HTTPConnection)
    found = [methods[name] for name in _BUILDERS]
    asked = tuple(map(id, found))
    known = _asked.get(asked)
    if known is None:
        plain = [getattr(method, "__wrapped__", method) for method in found]
        known = _asked[asked] = all(
            type(method) is FunctionType and method.__code__.co_filename == _SOURCE for method in plain
        )
    return known


_SOURCE = stdlib.HTTPResponse.begin.__code__.co_filename


def _host(conn: Any) -> str:
    """What http.client writes into Host; empty where that takes more than a plain name."""
    host, port = conn.host, conn.port
    if conn._tunnel_host:
        host, port = conn._tunnel_host, conn._tunnel_port
    if not _HOST(host):
        return ""
    return host if port == conn.default_port else f"{host}:{port}"


def pretend_sent(conn: Any, method: str) -> None:
    """Leave a connection as building and sending a request leaves it."""
    conn._method = method
    conn._HTTPConnection__state = SENT
