"""What a manager of pools does for a request, without working out again what is known.

That is the pool that it has for a host, and the request that it asks it for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from reqsnap import scope
from reqsnap.interceptors.looks import AsWritten, Known
from reqsnap.interceptors.urllib3 import ahead
from reqsnap.interceptors.urllib3.ahead import Ahead
from reqsnap.interceptors.urllib3.at_once import Asked, answered, asked_of, asks_its_own
from reqsnap.memo import MOST_ENTRIES, Memo
from reqsnap.patching import Patch

_MANAGERS = "urllib3.poolmanager"
_as_written = AsWritten(
    "_merge_pool_kwargs",
    "_proxy_requires_url_absolute_form",
    "connection_from_context",
    "connection_from_host",
    "connection_from_pool_key",
)


def urlopen(wrapped: Any, manager: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`PoolManager.urlopen`: one request, with its redirects."""
    recorder = scope.answering()
    if recorder is None or not _is_own(wrapped):
        return wrapped(*args, **kwargs)
    try:
        found = _asked(manager, *args, **kwargs)
    except TypeError:
        # Not as it is to be called; its own code says what is wrong.
        found = None
    if found is None:
        return wrapped(*args, **kwargs)
    response = answered(recorder, *found)
    if type(response) is not Ahead:
        return response
    with ahead.handed_on(response):
        return wrapped(*args, **kwargs)


def _asked(
    manager: Any, method: Any, url: Any, redirect: bool = True, **others: Any
) -> tuple[Any, Asked] | None:
    """The pool that is asked, and for what; None where more comes of it than a request."""
    place = _place(url) if type(url) is str else None
    if place is None or manager.proxy is not None:
        return None
    host, target = place
    pool = pool_of(manager, host, lambda: manager.connection_from_host(host[0], host[1], host[2]))
    if pool is None or not asks_its_own(pool):
        return None
    headers = others.pop("headers", manager.headers)
    asked = asked_of(pool, method, target, headers=headers, redirect=redirect, **others)
    return None if asked is None else (pool, asked)


class _Host(NamedTuple):
    name: str
    port: int | None
    scheme: str


@lru_cache(maxsize=MOST_ENTRIES)
def _place(url: str) -> tuple[_Host, str] | None:
    """The host and the target of a URL; None for one of which urllib3 warns or that it refuses."""
    try:
        parsed = sys.modules[_MANAGERS].__dict__["parse_url"](url)
    except Exception:
        return None
    if not (parsed.scheme and parsed.host):
        return None
    return _Host(parsed.host, parsed.port, parsed.scheme), parsed.request_uri


_is_own = Known(_MANAGERS, "self", "method", "url", "redirect", "kw")


class _Way(NamedTuple):
    """The key of a pool, and what it was worked out with."""

    key: Any
    keywords: dict[str, Any]
    key_functions: dict[str, Any]


_ways: WeakKeyDictionary[Any, Memo[_Way]] = WeakKeyDictionary()


def pool_of(manager: Any, asked: Hashable, look_up: Callable[[], Any]) -> Any:
    """What `look_up` gives, which has the manager's own code work out the key of what is `asked`.

    None where a manager is not as urllib3 wrote it, or has something to warn of.
    """
    library: Any = sys.modules[_MANAGERS]
    if type(manager) is not library.PoolManager or _as_written.file(manager) != library.__file__:
        return None
    if "strict" in manager.connection_pool_kw:
        return None
    ways = _ways.get(manager)
    if ways is None:
        ways = _ways[manager] = Memo()
    way = ways.get(asked)
    if way is not None and way[1:] == (manager.connection_pool_kw, manager.key_fn_by_scheme):
        key, pool = _latest(manager.pools)
        # Where it was asked for last, asking for it again changes nothing.
        found = pool if key is way.key else manager.pools.get(way.key)
        if found:
            return found
    found = look_up()
    key, pool = _latest(manager.pools)
    if pool is found and not _CHANGING.intersection(map(type, manager.connection_pool_kw.values())):
        ways.keep(asked, _Way(key, manager.connection_pool_kw.copy(), manager.key_fn_by_scheme.copy()))
    return found


_CHANGING = frozenset({dict, list, set})
"""Kinds of keywords that may change unseen."""


def _latest(pools: Any) -> tuple[Any, Any]:
    """The key and the pool that were asked for last; None for both where that cannot be seen."""
    with pools.lock:
        kept = vars(pools).get("_container", {})
        return next(reversed(kept.items()), (None, None))


PATCHES = (Patch(_MANAGERS, "PoolManager.urlopen", urlopen),)
