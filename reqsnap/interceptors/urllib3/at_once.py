"""A pool's request answered at once: where a plain replay comes of it, no attempt need be made.

Whatever else comes of it, and whatever is not as urllib3 2.x wrote it, is left to urllib3's own code.
"""

from __future__ import annotations

import logging
import queue
import sys
from functools import lru_cache
from typing import Any, NamedTuple, cast

from reqsnap import scope
from reqsnap.interceptors.http_client.build import known, mark_of_call
from reqsnap.interceptors.http_client.state import has_open_response
from reqsnap.interceptors.looks import AsWritten, Known, function_of
from reqsnap.interceptors.urllib3 import ahead
from reqsnap.interceptors.urllib3.ahead import Ahead
from reqsnap.interceptors.urllib3.replay import answer, would_be_verified
from reqsnap.memo import MOST_ENTRIES
from reqsnap.recorder import Recorder, Refuse, Replay

_POOLS = "urllib3.connectionpool"
_STEPS = ("_get_conn", "_get_timeout", "_make_request", "_put_conn", "_validate_conn", "is_same_host")
_attempts, _requests = AsWritten(*_STEPS), AsWritten("urlopen", *_STEPS)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NOT_GIVEN = object()


class Asked(NamedTuple):
    """A request that a pool is asked for.

    `redirect` says whether the pool follows one, `released` whether its connection does not wait
    for the answer to be read; `options` are passed on to the attempt.
    """

    method: str
    target: str
    body: Any
    headers: Any
    retries: Any
    redirect: bool
    read_timeout: Any
    pool_timeout: Any
    released: bool
    options: tuple[tuple[str, bool], ...]


def urlopen(wrapped: Any, pool: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`HTTPConnectionPool.urlopen`: one request, with its retries."""
    recorder = scope.answering()
    if recorder is None or ahead.is_known(pool) or not _is_own(wrapped):
        return wrapped(*args, **kwargs)
    try:
        asked = asked_of(pool, *args, **kwargs) if _is_plain(pool, _attempts) else None
    except TypeError:
        # Not as it is to be called; its own code says what is wrong.
        asked = None
    if asked is None:
        return wrapped(*args, **kwargs)
    found = answered(recorder, pool, asked)
    if type(found) is not Ahead:
        return found
    with ahead.handed_on(found):
        return wrapped(*args, **kwargs)


def asks_its_own(pool: Any) -> bool:
    """Whether a pool's `urlopen` is known too, for those who do without it."""
    return _is_plain(pool, _requests)


def answered(recorder: Recorder, pool: Any, asked: Asked) -> Any:
    """The response to a request, or what was found out on the way to none."""
    method, target, body, headers, retries, redirect, read_timeout, pool_timeout, released, options = asked
    conn = _taken(pool) or pool._get_conn(timeout=pool_timeout)
    mark = mark_of_call(conn, type(pool), method, target, body, headers, options)
    built = known(conn, mark)
    decision = None
    is_secure = hasattr(conn, "cert_reqs")
    # What urllib3 warns of is left to it.
    if built is not None and not (is_secure and not would_be_verified(conn)):
        try:
            decision = recorder.before(built.request)
        except Exception as error:
            # Comes from where it would have come from.
            decision = Refuse(cast(Any, error))
        if type(decision) is Replay and _ends_here(decision, method, retries, redirect):
            if is_secure:
                conn.is_verified = True
            conn.timeout = read_timeout
            try:
                response = answer(conn, decision, built.leaves)
            except Exception:
                conn.close()
            else:
                pool.num_requests += 1
                response.retries, response._pool = retries, pool
                response._connection = None if released else conn
                if released:
                    pool._put_conn(conn)
                return response
    _give_back(pool, conn)
    return Ahead(recorder, pool, conn, mark, built, decision)


def _ends_here(replay: Replay, method: str, retries: Any, redirect: bool) -> bool:
    """Whether a pool gives out an answer, and neither asks again nor asks elsewhere."""
    if replay.error is not None:
        return False
    response = replay.response
    if (redirect and response.status in _REDIRECTS) or "retry-after" in response.headers:
        return False
    return not retries.is_retry(method, response.status, False)


def _taken(pool: Any) -> Any:
    """An idle connection of a pool that has no socket, which need not be closed to be like a new one."""
    try:
        conn = pool.pool.get(block=False)
    except (AttributeError, queue.Empty):
        return None
    if conn is None or conn.sock is not None or has_open_response(conn):
        _give_back(pool, conn)
        return None
    return conn


def _give_back(pool: Any, conn: Any) -> None:
    """Let the pool's own code take a connection as if nobody had."""
    try:
        pool.pool.put(conn, block=False)
        # One that is put back was put there before.
        pool.pool.task_done()
    except (AttributeError, queue.Full):
        # Another thread has closed or filled the pool.
        if conn is not None:
            conn.close()


def asked_of(
    pool: Any,
    method: Any,
    url: Any,
    body: Any = None,
    headers: Any = None,
    retries: Any = None,
    redirect: bool = True,
    assert_same_host: bool = True,
    timeout: Any = _NOT_GIVEN,
    pool_timeout: Any = None,
    release_conn: bool | None = None,
    chunked: bool = False,
    body_pos: Any = None,
    preload_content: bool = True,
    decode_content: bool = True,
    **others: Any,
) -> Asked | None:
    """What `urlopen` is asked for, by its own arguments; None where more comes of them than a request."""
    options = (
        ("chunked", chunked),
        ("preload_content", preload_content),
        ("decode_content", decode_content),
        *others.items(),
    )
    if headers is None:
        headers = pool.headers
    if retries is None:
        retries = pool.retries
    is_default = timeout is _NOT_GIVEN or timeout is sys.modules[_POOLS].__dict__["_DEFAULT_TIMEOUT"]
    wait = read_timeout(pool.timeout if is_default else timeout)
    if wait == 0 or body_pos is not None or not is_simple(url, headers, retries):
        return None
    released = preload_content if release_conn is None else release_conn
    return Asked(method, url, body, headers, retries, redirect, wait, pool_timeout, released, options)


def is_simple(target: Any, headers: Any, retries: Any) -> bool:
    """Whether urllib3 takes these as they are, of its own kinds and those of requests."""
    if not (type(target) is str and _is_encoded(target)):
        return False
    return type(retries).__module__ == "urllib3.util.retry" and type(headers).__module__ in _OF_HEADERS


_OF_HEADERS = frozenset({"builtins", "urllib3._collections", "requests.structures"})


@lru_cache(maxsize=MOST_ENTRIES)
def _is_encoded(target: str) -> bool:
    """Whether urllib3 would send a target as it is."""
    library: Any = sys.modules[_POOLS]
    if target[:1] != "/" or target[:2] == "//":
        return False
    encoded: str = library._encode_target(target)
    return encoded == target


def read_timeout(timeout: Any) -> Any:
    """How long to wait for an answer; 0 where that has to be found out, or may be refused."""
    kind = type(timeout)
    if timeout is None or (kind in (int, float) and timeout > 0):
        return timeout
    if kind is not sys.modules[_POOLS].__dict__["Timeout"] or timeout.total is not None:
        return 0
    return timeout.read_timeout


def _is_plain(pool: Any, as_written: AsWritten) -> bool:
    """Whether a pool does what urllib3 wrote, by itself and without telling."""
    library: Any = sys.modules[_POOLS]
    if type(pool).__module__ != _POOLS or as_written.file(pool) != library.__file__:
        return False
    if not _is_of_2(library):
        return False
    if pool.ConnectionCls.__module__ != "urllib3.connection" or library.log.isEnabledFor(logging.DEBUG):
        return False
    return pool.proxy is None and not pool.block and not pool.proxy_headers


@lru_cache(maxsize=4)
def _is_of_2(library: Any) -> bool:
    """Whether attempts make the response, as they do since 2.0, by arguments that are known here."""
    make_request = function_of(vars(library.HTTPConnectionPool)["_make_request"])
    return _attempt.is_function(make_request) and vars(library).keys() >= _NEEDED


_NEEDED = {"Timeout", "_DEFAULT_TIMEOUT", "_encode_target", "log"}
_attempt = Known(
    _POOLS,
    *("self", "conn", "method", "url", "body", "headers", "retries", "timeout", "chunked", "response_conn"),
    *("preload_content", "decode_content", "enforce_content_length"),
)
_is_own = Known(
    _POOLS,
    *("self", "method", "url", "body", "headers", "retries", "redirect", "assert_same_host", "timeout"),
    *("pool_timeout", "release_conn", "chunked", "body_pos", "preload_content", "decode_content"),
    "response_kw",
)
