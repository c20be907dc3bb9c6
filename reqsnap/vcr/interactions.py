"""VCR.py's hooks of whole interactions: what is changed where a cassette is stored and where it is loaded."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from reqsnap.errors import ConfigurationError

InteractionHook = Callable[..., Any]
"""Takes a request and an answer, and the cassette if there is room; returns both, or None for neither."""


class WrongReturnError(ConfigurationError, TypeError):
    """A hook of interactions returned something else than a request and an answer, or None."""


def run(hooks: Iterable[InteractionHook], request: Any, response: Any, cassette: Any) -> Any:
    """What hooks make of an interaction, one after the other; None where one of them drops it.

    Raises ConfigurationError, which is a TypeError too, for one that returns something else.

    >>> run([lambda request, response: (request, "changed")], "request", "response", None)
    ('request', 'changed')
    """
    for hook in hooks:
        more = (cassette,) if _takes_cassette(hook) else ()
        found = hook(request, response, *more)
        if found is None:
            return None
        if not isinstance(found, tuple | list) or len(found) != 2:
            name = getattr(hook, "__qualname__", repr(hook))
            told = f"{name} must return (request, response) or None, not {type(found).__name__}"
            raise WrongReturnError("interaction hook", type(found), told)
        request, response = found
    return request, response


def bound(hooks: list[InteractionHook], cassette: Any) -> Callable[[Any, Any], Any] | None:
    """Several hooks as one of a request and an answer; None where there are none."""
    if not hooks:
        return None
    return lambda request, response: run(hooks, request, response, cassette)


def _takes_cassette(hook: InteractionHook) -> bool:
    try:
        inspect.signature(hook).bind(None, None, None)
    except (TypeError, ValueError):
        return False
    return True
