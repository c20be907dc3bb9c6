"""What each kind of option accepts: a check takes the option's name and value, and returns the value.

Every check raises ConfigurationError that names the option, the value and what is allowed.
"""

from __future__ import annotations

import enum
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from reqsnap.errors import ConfigurationError
from reqsnap.filters import ShouldRecord
from reqsnap.model import Request, Response

Check = Callable[[str, Any], Any]
Named = TypeVar("Named", bound=enum.Enum)


def flag(name: str, value: Any) -> bool:
    """True or False, and nothing that is only taken for it."""
    if not isinstance(value, bool):
        raise ConfigurationError(name, value, "it is True or False")
    return value


def items(name: str, value: Any) -> tuple[Any, ...]:
    """A list, and no string in its place."""
    if isinstance(value, str | bytes):
        raise ConfigurationError(name, value, "it is a list of names, not one string", f"Write [{value!r}].")
    if not isinstance(value, Iterable) or isinstance(value, Mapping):
        raise ConfigurationError(name, value, "it is a list")
    return tuple(value)


def names(name: str, value: Any) -> tuple[str, ...]:
    """A list of non-empty strings."""
    listed = items(name, value)
    if not all(isinstance(item, str) and item for item in listed):
        raise ConfigurationError(name, value, "it is a list of names, each a non-empty string")
    return listed


def matchers(name: str, value: Any) -> tuple[Any, ...]:
    """A list of at least one matcher; which ones there are is known elsewhere."""
    listed = items(name, value)
    if not listed:
        raise ConfigurationError(name, value, "at least one matcher is needed")
    return listed


def urls(name: str, value: Any) -> tuple[Any, ...]:
    """A list of parts of URLs, patterns and functions."""
    listed = items(name, value)
    for item in listed:
        if not item or not (isinstance(item, str | re.Pattern) or callable(item)):
            allowed = "it is a list of parts of URLs, compiled patterns, and functions of a URL"
            raise ConfigurationError(name, item, allowed)
    return listed


def one_of(kind: type[Named]) -> Check:
    """A member of an enumeration, or its value."""

    def check(name: str, value: Any) -> Named:
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(each.value for each in kind)
            raise ConfigurationError(name, value, f"it is one of {known}") from None

    return check


def drift(name: str, value: Any) -> str:
    """What becomes of a request whose body alone differs."""
    if value not in ("error", "report"):
        raise ConfigurationError(name, value, "it is one of error, report")
    return str(value)


def function(name: str, value: Any) -> Any:
    """A function, or None for none."""
    if value is not None and not callable(value):
        raise ConfigurationError(name, value, "it is a function, or None")
    return value


def should_record(name: str, value: Any) -> ShouldRecord | None:
    """A function of a request, or of a request and its response; made one of both."""
    if function(name, value) is None:
        return None
    count = _positional(value)
    if count == 2:
        two: ShouldRecord = value
        return two
    if count == 1:
        return _OfRequest(value)
    raise ConfigurationError(name, value, "it takes a request, or a request and its response")


class _OfRequest:
    """A function of a request alone, asked as one of both. Equal where its function is."""

    def __init__(self, function: Callable[[Request], bool]) -> None:
        self._function = function

    def __call__(self, request: Request, response: Response) -> bool:
        return self._function(request)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _OfRequest) and self._function == other._function

    def __hash__(self) -> int:
        return hash(self._function)

    def __repr__(self) -> str:
        return repr(self._function)


def _positional(value: Callable[..., Any]) -> int:
    """How many positional arguments a function must or, up to two, can be given."""
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return 1
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return 2
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [each for each in positional if each.default is each.empty]
    return len(required) if required else min(len(positional), 1)


def count(name: str, value: Any) -> int | None:
    """A whole number from 1, or None for any."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ConfigurationError(name, value, "it is a whole number from 1, or None for no limit")
    return value


def age(name: str, value: Any) -> timedelta | None:
    """A timedelta or a number of seconds, above zero; None for any."""
    if value is None:
        return None
    if isinstance(value, timedelta):
        if value > timedelta(0):
            return value
    elif _is_number(value) and value > 0:
        try:
            return timedelta(seconds=value)
        except OverflowError:
            pass
    raise ConfigurationError(name, value, "it is a timedelta or a number of seconds, above zero, or None")


def seconds(name: str, value: Any) -> float:
    """A number of seconds above zero."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if not _is_number(value) or value <= 0:
        raise ConfigurationError(name, value, "it is a number of seconds above zero")
    return float(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
