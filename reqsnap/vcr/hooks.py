"""VCR.py's options that change or drop what is recorded, each as a value: equal where they do the same."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from reqsnap.model import Interaction
from reqsnap.model import Request as Sent
from reqsnap.vcr.messages import from_request, from_response, to_request, to_response

Hook = Callable[[Any], Any]
"""A function of a request, or of an answer: what is compared and stored of it, or None for nothing."""

LOCAL = ("localhost", "0.0.0.0", "127.0.0.1", "::1")
"""The hosts that `ignore_localhost` ignores."""


@dataclass(frozen=True, slots=True)
class Replacing:
    """One of the filters of requests, with what it replaces."""

    filter: Callable[..., Any]
    replacements: tuple[tuple[str, Any], ...]
    recursive: bool | None = None

    def __call__(self, request: Any) -> Any:
        """The request, changed."""
        more = {} if self.recursive is None else {"recursive": self.recursive}
        return self.filter(request, self.replacements, **more)


@dataclass(frozen=True, slots=True)
class IgnoringHosts:
    """Drops requests to hosts, each the name of one or a pattern of whole names."""

    names: frozenset[str]
    patterns: frozenset[re.Pattern[str]] = frozenset()

    def ignores(self, host: str | None) -> bool:
        """Whether a host is one of them."""
        return host in self.names or any(each.fullmatch(host or "") for each in self.patterns)

    def __call__(self, request: Any) -> Any:
        """The request, or None where it goes to one of them."""
        return None if self.ignores(getattr(request, "host", None)) else request


@dataclass(frozen=True, slots=True)
class Chain:
    """Hooks one after the other, until one of them drops what they are given. What is given is not changed.

    >>> Chain((str.upper, list))("ab")
    ['A', 'B']
    """

    hooks: tuple[Hook, ...] = ()

    def __call__(self, given: Any) -> Any:
        """What they make of it, or None."""
        return self.made_of(copy.deepcopy(given)) if self.hooks else given

    def made_of(self, own: Any) -> Any:
        """As a call, for what may be changed."""
        for hook in self.hooks:
            if own is None:
                break
            own = hook(own)
        return own


def as_hook(given: Any) -> Hook | None:
    """What is applied: None where it would change nothing."""
    return None if given is None or (isinstance(given, Chain) and not given.hooks) else given


def _made_of(hook: Hook, own: Any) -> Any:
    return hook.made_of(own) if isinstance(hook, Chain) else hook(own)


@dataclass(frozen=True, slots=True)
class SeenAs:
    """What a cassette takes a request for, as a function of our requests."""

    hook: Hook

    def __call__(self, sent: Sent) -> Sent | None:
        """The request as it is compared and stored; None for one that is left alone."""
        found = _made_of(self.hook, to_request(sent))
        return from_request(found, sent) if found else None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a cassette stores of an exchange, as a function of our interactions."""

    request: Hook | None
    response: Hook | None

    def __call__(self, interaction: Interaction) -> Interaction | None:
        """The interaction as it is stored; None for one that is not."""
        request, response = interaction.request, interaction.response
        if self.request is not None:
            seen = SeenAs(self.request)(request)
            if seen is None:
                return None
            request = seen
        if self.response is not None:
            found = _made_of(self.response, to_response(response))
            if found is None:
                return None
            response = from_response(found, response)
        if request is interaction.request and response is interaction.response:
            return interaction
        return replace(interaction, request=request, response=response)


def several(given: Any) -> tuple[Any, ...]:
    """The hooks of an option: none, one, or a list of them."""
    if given is None:
        return ()
    return tuple(given) if isinstance(given, Iterable) else (given,)
