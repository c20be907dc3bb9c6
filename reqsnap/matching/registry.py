"""The names of matchers: those that are built in, and the user's own.

Known before anything is matched, so that a wrong name is told where it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reqsnap.errors import ConfigurationError
from reqsnap.functions import is_asynchronous
from reqsnap.matching.checks import check_known

if TYPE_CHECKING:
    from reqsnap.model import Request

Comparison = Callable[["Request", "Request"], bool]
"""A matcher of the user's: (live request, recorded request) -> are they the same."""

DEFAULT_MATCH_ON = ("method", "uri", "body")

TARGET = ("method", "scheme", "host", "port", "path", "query", "uri")
"""Matchers that need the method and the URL alone: decided before there is a body."""

BODIES = ("body", "json_body", "form_body", "raw_body")
BUILT_IN = (*TARGET, "headers", *BODIES)

_registered: dict[str, Comparison] = {}


def register_matcher(name: str, comparison: Comparison) -> None:
    """Make a matcher known by name, for use in `match_on`.

    Takes a name that no built-in matcher has and a function of two requests, the live
    one and a recorded one, both redacted. Raises ConfigurationError for another.

    >>> register_matcher("same tenant", lambda live, recorded:
    ...     live.headers.get("x-tenant") == recorded.headers.get("x-tenant"))
    """
    if not isinstance(name, str) or not name or name in BUILT_IN:
        raise ConfigurationError("name", name, "a matcher's name is a new, non-empty string")
    if not callable(comparison) or is_asynchronous(comparison):
        raise ConfigurationError("comparison", comparison, "a matcher is a function of two requests")
    _registered[name] = comparison


def function_of(matcher: str | Comparison) -> Comparison:
    """The function that a matcher is, or that its name stands for at present."""
    return _registered[matcher] if isinstance(matcher, str) else matcher


def registered(match_on: Sequence[str | Comparison]) -> tuple[Comparison | None, ...]:
    """The functions that names stand for at present; None for what is built in; nothing if all are."""
    if not _registered:
        return ()
    return tuple([_registered.get(matcher) for matcher in match_on if isinstance(matcher, str)])


def check_match_on(match_on: Sequence[str | Comparison]) -> None:
    """Raise ConfigurationError where a matcher is neither callable nor known by name."""
    for matcher in match_on:
        if isinstance(matcher, str):
            check_known("match_on", matcher, (*BUILT_IN, *_registered), "matchers are functions or one of")
        elif not callable(matcher):
            raise ConfigurationError("match_on", matcher, "a matcher is a name or a function of two requests")
