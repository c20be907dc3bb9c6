"""The matchers by name, the registry of the user's own, and the key that makes matching one look-up."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from reqsnap.errors import ConfigurationError
from reqsnap.matching.parts import Url, read_body, split_url
from reqsnap.model import Request

Comparison = Callable[[Request, Request], bool]
"""A matcher of the user's: (live request, recorded request) -> are they the same."""

DEFAULT_MATCH_ON = ("method", "uri", "body")

_TARGET: dict[str, Callable[[str, Url], Hashable]] = {
    "method": lambda method, url: method.upper(),
    "scheme": lambda method, url: url.scheme,
    "host": lambda method, url: url.host,
    "port": lambda method, url: url.port,
    "path": lambda method, url: url.path,
    "query": lambda method, url: url.query,
    "uri": lambda method, url: url,
}
"""Matchers that need the method and the URL alone: decided before there is a body."""

_CONTENT = ("headers", "body")
_registered: dict[str, Comparison] = {}


def register_matcher(name: str, comparison: Comparison) -> None:
    """Make a matcher known by name, for use in `match_on`.

    Takes a name that no built-in matcher has and a function of two requests, the live
    one and a recorded one, both redacted. Raises ConfigurationError for another.

    >>> register_matcher("same tenant", lambda live, recorded:
    ...     live.headers.get("x-tenant") == recorded.headers.get("x-tenant"))
    """
    if not isinstance(name, str) or not name or name in _TARGET or name in _CONTENT:
        raise ConfigurationError("name", name, "a matcher's name is a new, non-empty string")
    if not callable(comparison):
        raise ConfigurationError("comparison", comparison, "a matcher is a function of two requests")
    _registered[name] = comparison


def check_match_on(match_on: Sequence[str | Comparison]) -> None:
    """Raise ConfigurationError where a matcher is neither callable nor known by name."""
    for matcher in match_on:
        if isinstance(matcher, str):
            if matcher not in _TARGET and matcher not in _CONTENT and matcher not in _registered:
                known = ", ".join([*_TARGET, *_CONTENT, *_registered])
                raise ConfigurationError("match_on", matcher, f"matchers are functions or one of {known}")
        elif not callable(matcher):
            raise ConfigurationError("match_on", matcher, "a matcher is a name or a function of two requests")


@dataclass(frozen=True)
class Matching:
    """What is compared: matchers by name or as functions, and the headers that count.

    `target_key` is known with the method and the URL; `key` needs the whole request.
    Requests with equal keys match where `comparisons` agree too.
    """

    match_on: tuple[str | Comparison, ...] = DEFAULT_MATCH_ON
    match_headers: tuple[str, ...] = ()
    ignore_headers: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = field(init=False, repr=False)
    header_names: tuple[str, ...] = field(init=False, repr=False)
    all_headers: bool = field(init=False, repr=False)
    matches_body: bool = field(init=False, repr=False)
    _target: tuple[Callable[[str, Url], Hashable], ...] = field(init=False, repr=False)
    _ignored: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_match_on(self.match_on)
        names = [matcher for matcher in self.match_on if isinstance(matcher, str)]
        own = [
            _registered[matcher] if isinstance(matcher, str) else matcher
            for matcher in self.match_on
            if not isinstance(matcher, str) or matcher in _registered
        ]
        ignored = {name.lower() for name in self.ignore_headers}
        wanted = sorted({name.lower() for name in self.match_headers} - ignored)
        object.__setattr__(self, "comparisons", tuple(own))
        object.__setattr__(self, "header_names", tuple(wanted))
        object.__setattr__(self, "all_headers", "headers" in names and not self.match_headers)
        object.__setattr__(self, "matches_body", "body" in names)
        object.__setattr__(self, "_target", tuple(_TARGET[name] for name in names if name in _TARGET))
        object.__setattr__(self, "_ignored", frozenset(ignored))

    @property
    def matches_headers(self) -> bool:
        """Whether any header counts."""
        return self.all_headers or bool(self.header_names)

    def target_key(self, method: str, url: str) -> Hashable:
        """The part of the key that needs no body and no headers."""
        parts = split_url(url)
        return tuple([matcher(method, parts) for matcher in self._target])

    def key(self, request: Request) -> Hashable:
        """What two requests must have equal to match."""
        target = self.target_key(request.method, request.url)
        body = read_body(request) if self.matches_body else None
        if not self.matches_headers:
            return target, body
        return target, body, self._headers(request)

    def _headers(self, request: Request) -> Hashable:
        if self.all_headers:
            return tuple(
                sorted(
                    (name.lower(), value)
                    for name, value in request.headers
                    if name.lower() not in self._ignored
                )
            )
        return tuple((name, tuple(request.headers.get_all(name))) for name in self.header_names)
