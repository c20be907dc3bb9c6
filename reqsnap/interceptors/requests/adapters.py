"""requests: what its adapter asks urllib3 for, answered at once where a plain replay comes of it.

Whatever else comes of it, and whatever is not as requests 2.32.3 or later wrote it, is left to its own code.
"""

from __future__ import annotations

import os.path
import sys
from typing import Any
from urllib.parse import urlsplit

from reqsnap import scope
from reqsnap.interceptors.looks import AsWritten, Known
from reqsnap.interceptors.requests.responses import response_of
from reqsnap.interceptors.urllib3 import ahead
from reqsnap.interceptors.urllib3.ahead import Ahead
from reqsnap.interceptors.urllib3.at_once import (
    Asked,
    answered,
    asks_its_own,
    is_simple,
    read_timeout,
)
from reqsnap.interceptors.urllib3.managers import pool_of
from reqsnap.patching import Patch

_ADAPTERS = "requests.adapters"
_as_written = AsWritten(
    "add_headers",
    "build_connection_pool_key_attributes",
    "cert_verify",
    "get_connection_with_tls_context",
    "request_url",
)
_OPTIONS = (("chunked", False), ("preload_content", False), ("decode_content", False))


def send(wrapped: Any, adapter: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPAdapter.send`: one request, below redirects, cookies and authentication."""
    recorder = scope.answering()
    if recorder is None or not _is_own(wrapped) or not _is_plain(adapter):
        return wrapped(*args, **kwargs)
    try:
        found = _asked(adapter, *args, **kwargs)
    except (TypeError, ValueError):
        # Its own code says what is wrong.
        found = None
    if found is None:
        return wrapped(*args, **kwargs)
    pool, request, asked = found
    raw = answered(recorder, pool, asked)
    if type(raw) is not Ahead:
        return response_of(adapter, request, raw)
    with ahead.handed_on(raw):
        return wrapped(*args, **kwargs)


def _asked(
    adapter: Any,
    request: Any,
    stream: bool = False,
    timeout: Any = None,
    verify: Any = True,
    cert: Any = None,
    proxies: Any = None,
) -> tuple[Any, Any, Asked] | None:
    """What urllib3 is asked for, by the arguments of `send`, and the pool; None where more comes of them."""
    library: Any = sys.modules[_ADAPTERS]
    url, headers, body = request.url, request.headers, request.body
    if type(request).__module__ != "requests.models" or type(url) is not str or cert is not None:
        return None
    if type(verify) not in (bool, str) or (proxies and library.select_proxy(url, proxies)):
        return None
    if not (body is None or (type(body) is bytes and "Content-Length" in headers)):
        return None
    wait = None if timeout is None else _wait(timeout)
    target, retries = request.path_url, adapter.max_retries
    if wait == 0 or not is_simple(target, headers, retries):
        return None
    pool = _pool(adapter, request, verify)
    if pool is None or not asks_its_own(pool):
        return None
    adapter.cert_verify(pool, url, verify, cert)
    asked = Asked(request.method, target, body, headers, retries, False, wait, None, False, _OPTIONS)
    return pool, request, asked


def _pool(adapter: Any, request: Any, verify: bool | str) -> Any:
    """The pool to which a request goes."""
    manager = adapter.poolmanager

    def look_up() -> Any:
        host, options = adapter.build_connection_pool_key_attributes(request, verify, None)
        return manager.connection_from_host(**host, pool_kwargs=options)

    parts = urlsplit(request.url)
    is_folder = type(verify) is str and os.path.isdir(verify)
    return pool_of(manager, (parts.scheme, parts.netloc, verify, is_folder), look_up)


def _wait(timeout: Any) -> Any:
    """How long to wait for an answer; 0 where that has to be found out, or may be refused."""
    if type(timeout) is tuple:
        connect, read = timeout
        return 0 if read_timeout(connect) == 0 else read_timeout(read)
    return read_timeout(timeout)


def _is_plain(adapter: Any) -> bool:
    """Whether an adapter does what requests wrote."""
    return _as_written.file(adapter) == sys.modules[_ADAPTERS].__file__


_is_own = Known(_ADAPTERS, "self", "request", "stream", "timeout", "verify", "cert", "proxies")

PATCHES = (Patch(_ADAPTERS, "HTTPAdapter.send", send),)
