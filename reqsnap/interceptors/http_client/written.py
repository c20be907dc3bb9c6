"""Whether a connection is as its client wrote it: tracing libraries wrap what it builds requests with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from http import client as stdlib
from operator import is_, itemgetter
from types import FunctionType
from typing import Any, NamedTuple

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

_OWN = frozenset((*_CONSULTED, "default_port"))
"""What makes a connection unlike its class, where it has one of its own."""

_FAMILIES = ("http.client", "urllib3.connection", "httplib2")
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


def is_as_written(conn: Any) -> bool:
    """Whether a connection builds requests and gets responses as its client wrote it."""
    return conn.__dict__.keys().isdisjoint(_OWN) and _builds_as_written(type(conn))


standard: set[type] = set()
"""Classes of those connections that do so as http.client's own."""


def _builds_as_written(kind: Any) -> bool:
    """Whether a class is a client's own, and nobody but us has wrapped what it builds with.

    Tracing libraries do, to add header fields.
    """
    judged = _judged.get(kind)
    if judged is None or not _still_hold(judged[0]):
        looks = [_Look.at(owner) for owner in kind.__mro__[:-1]]
        is_its_own = _is_a_client_s_own(kind) and kind._http_vsn == 11
        files = _files_of(kind, looks) if is_its_own else set()
        judged = _judged[kind] = looks, is_its_own and files <= _files_of_bases(kind)
        (standard.add if files == {stdlib.__file__} else standard.discard)(kind)
    return judged[1]


def _files_of(kind: Any, looks: list[_Look]) -> set[str | None]:
    """Where the methods were written that a class builds with; None among them where that is not known."""
    found = [look.members[name] for look in looks for name in _CONSULTED if name in look.members]
    methods = map(_underneath, filter(callable, found))
    return {each.__code__.co_filename if type(each) is FunctionType else None for each in methods}


def _files_of_bases(kind: Any) -> set[str]:
    return {vars(owner)["__init__"].__code__.co_filename for owner in kind.__mro__[:-1]}


def _is_a_client_s_own(kind: type) -> bool:
    return kind.__module__ in _FAMILIES and getattr(sys.modules[kind.__module__], kind.__name__, None) is kind


def _underneath(method: Any) -> Any:
    """A method without a wrapper of ours."""
    wrapper = getattr(method, "_self_wrapper", None)
    return method.__wrapped__ if getattr(wrapper, "__module__", "").startswith(_OURS) else method


_OURS = f"{__name__.partition('.')[0]}."


@lru_cache(maxsize=64)
def is_urllib3_s(method: Any, kind: Any) -> bool:
    """Whether a pool's class and a method of it are as urllib3 wrote them."""
    if kind.__module__ != _POOLS or type(method) is not FunctionType:
        return False
    return bool(method.__code__.co_filename == sys.modules[_POOLS].__file__)


_POOLS = "urllib3.connectionpool"
