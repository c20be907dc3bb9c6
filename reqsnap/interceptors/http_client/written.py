"""Whether a connection is as its client wrote it: tracing libraries wrap what it builds requests with."""

from __future__ import annotations

import sys
from functools import lru_cache
from http import client as stdlib
from types import FunctionType
from typing import Any

from reqsnap.interceptors.looks import Look, file_of, still_hold

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
_judged: dict[type, tuple[list[Look], bool]] = {}


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
    if judged is None or not still_hold(judged[0]):
        looks = [Look.at(owner, _CONSULTED) for owner in kind.__mro__[:-1]]
        is_its_own = _is_a_client_s_own(kind) and kind._http_vsn == 11
        files = _files_of(kind, looks) if is_its_own else set()
        judged = _judged[kind] = looks, is_its_own and files <= _files_of_bases(kind)
        (standard.add if files == {stdlib.__file__} else standard.discard)(kind)
    return judged[1]


def _files_of(kind: Any, looks: list[Look]) -> set[str | None]:
    """Where the methods were written that a class builds with; None among them where that is not known."""
    found = [look.members[name] for look in looks for name in _CONSULTED if name in look.members]
    return {file_of(method) for method in found if callable(method)}


def _files_of_bases(kind: Any) -> set[str]:
    return {vars(owner)["__init__"].__code__.co_filename for owner in kind.__mro__[:-1]}


def _is_a_client_s_own(kind: type) -> bool:
    return kind.__module__ in _FAMILIES and getattr(sys.modules[kind.__module__], kind.__name__, None) is kind


@lru_cache(maxsize=64)
def is_urllib3_s(method: Any, kind: Any) -> bool:
    """Whether a pool's class and a method of it are as urllib3 wrote them."""
    if kind.__module__ != _POOLS or type(method) is not FunctionType:
        return False
    return bool(method.__code__.co_filename == sys.modules[_POOLS].__file__)


_POOLS = "urllib3.connectionpool"
