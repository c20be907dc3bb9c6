"""The pool that a manager has for a host, found again without working out the key that it is kept under."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from reqsnap.interceptors.looks import AsWritten

_MANAGERS = "urllib3.poolmanager"
_as_written = AsWritten(
    "_merge_pool_kwargs", "connection_from_context", "connection_from_host", "connection_from_pool_key"
)


class _Way(NamedTuple):
    """The key of a pool, and what it was worked out with."""

    key: Any
    keywords: dict[str, Any]
    key_functions: dict[str, Any]


_ways: WeakKeyDictionary[Any, dict[Hashable, _Way]] = WeakKeyDictionary()


def pool_of(manager: Any, asked: Hashable, look_up: Callable[[], Any]) -> Any:
    """What `look_up` gives, which has the manager's own code work out the key of what is `asked`.

    None where a manager is not as urllib3 wrote it.
    """
    library: Any = sys.modules[_MANAGERS]
    if type(manager) is not library.PoolManager or _as_written.file(manager) != library.__file__:
        return None
    ways = _ways.get(manager)
    if ways is None:
        ways = _ways[manager] = {}
    way = ways.get(asked)
    if way is not None and way.keywords == manager.connection_pool_kw:
        pool = manager.pools.get(way.key) if way.key_functions == manager.key_fn_by_scheme else None
        if pool:
            return pool
    pool = look_up()
    key = _latest_key(manager.pools, pool)
    if key is not None and not _CHANGING.intersection(map(type, manager.connection_pool_kw.values())):
        ways[asked] = _Way(key, manager.connection_pool_kw.copy(), manager.key_fn_by_scheme.copy())
    return pool


_CHANGING = frozenset({dict, list, set})
"""Kinds of keywords that may change unseen."""


def _latest_key(pools: Any, pool: Any) -> Any:
    """The key of a pool that was just asked for; None where that cannot be seen."""
    with pools.lock:
        kept = vars(pools).get("_container", {})
        key = next(reversed(kept), None)
        return key if key is not None and kept[key] is pool else None
