"""What each kind of option accepts: a check takes the option's name and value, and returns the value.

Every check raises ConfigurationError that names the option, the value and what is allowed.
"""

from __future__ import annotations

import enum
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from reqsnap.errors import ConfigurationError
from reqsnap.functions import is_asynchronous
from reqsnap.locations import is_url
from reqsnap.matching.checks import check_volatile, read_paths
from reqsnap.matching.registry import check_match_on
from reqsnap.patterns import regex

if TYPE_CHECKING:
    from reqsnap.model import Request, Response
    from reqsnap.rules.filters import ShouldRecord
    from reqsnap.storage import Storage

Check = Callable[[str, Any], Any]
Named = TypeVar("Named", bound=enum.Enum)


def flag(name: str, value: Any) -> bool:
    """True or False, and nothing that is only taken for it."""
    if not isinstance(value, bool):
        raise ConfigurationError(name, value, "it is True or False")
    return value


def format_name(name: str, value: Any) -> str | None:
    """The name of a registered format, or None for the one that goes with the file's name."""
    if value is None:
        return None
    # Here, because most programs name none and formats take a while to load.
    from reqsnap.formats import named

    return named(value).name


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


def header_names(name: str, value: Any) -> tuple[str, ...]:
    """A list of names that header fields can have (RFC 9110, section 5.1); to match all of them, `*`."""
    listed = names(name, value)
    for each in listed:
        if not _FIELD_NAME.fullmatch(each) and not (each == "*" and name == "match_headers"):
            allowed = "each is the name of a header field, without blanks, colon or value"
            hint = "Only match_headers takes '*', for all headers." if "*" in each else ""
            raise ConfigurationError(name, each, allowed, hint)
    return listed


# A token, but for `*`, which is meant as a pattern.
_FIELD_NAME = regex(r"[!#$%&'+.^_`|~0-9A-Za-z-]+")


def hosts(name: str, value: Any) -> tuple[str, ...]:
    """A list of hosts, `*` for any characters; an IPv6 address in brackets."""
    listed = names(name, value)
    for each in listed:
        if not _HOST.fullmatch(each):
            allowed = "each is a host, such as 'example.com', '*.example.com' or '[::1]', and nothing else"
            raise ConfigurationError(name, each, allowed, "For a scheme, a port or a path use exclude_urls.")
    return listed


_HOST = regex(r"[^\s/:@\[\]]+|\[[0-9A-Fa-f:.*%]+\]")


def field_names(name: str, value: Any) -> tuple[str, ...]:
    """A list of names of JSON, form and multipart fields. A dot or a bracket may be part of one."""
    listed = names(name, value)
    for each in listed:
        if "*" in each or each.startswith("$."):
            allowed = "each is the whole name of a field, which is found at any depth, and no path or pattern"
            raise ConfigurationError(name, each, allowed)
    return listed


def matchers(name: str, value: Any) -> tuple[Any, ...]:
    """A list of at least one matcher: functions, and names of those that there are."""
    listed = items(name, value)
    if not listed:
        raise ConfigurationError(name, value, "at least one matcher is needed")
    for item in listed:
        if is_asynchronous(item):
            raise ConfigurationError(name, item, "a matcher is a function, no coroutine function")
    check_match_on(listed)
    return listed


def volatile(name: str, value: Any) -> tuple[str, ...]:
    """A list of kinds of values that differ from run to run."""
    listed = names(name, value)
    if listed:
        check_volatile(listed)
    return listed


def json_paths(name: str, value: Any) -> tuple[str, ...]:
    """A list of paths in JSON documents."""
    listed = names(name, value)
    read_paths(listed)
    return listed


def urls(name: str, value: Any) -> tuple[Any, ...]:
    """A list of parts of URLs, patterns and functions."""
    listed = items(name, value)
    for item in listed:
        is_pattern = isinstance(item, re.Pattern) and isinstance(item.pattern, str)
        if not item or not (is_pattern or isinstance(item, str) or _takes(item, 1)):
            allowed = "it is a list of parts of URLs, compiled patterns of text, and functions of a URL"
            raise ConfigurationError(name, item, allowed)
        if isinstance(item, str) and _PATTERN.search(item):
            allowed = "a string is a part of a URL that is looked for as it stands, and no URL holds these"
            raise ConfigurationError(name, item, allowed, "For a pattern write re.compile(...).")
    return listed


# None of these may stand in a URL but `*`, which hardly ever does.
_PATTERN = regex(r"[*^\\\s]")


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
    """A function of one argument, or None for none."""
    if value is not None and not _takes(value, 1):
        raise ConfigurationError(
            name, value, "it is a function of one argument, no coroutine function, or None"
        )
    return value


def _takes(value: Any, arguments: int) -> bool:
    """Whether a value is a function that can be called with so many arguments, and answers at once."""
    if not callable(value) or is_asynchronous(value):
        return False
    try:
        inspect.signature(value).bind(*range(arguments))
    except TypeError:
        return False
    except ValueError:
        # What is written in C does not always tell.
        return True
    return True


@dataclass(frozen=True, slots=True)
class OfRequest:
    """A `should_record` of the request alone, asked as one of both."""

    function: Callable[[Request], bool]

    def __call__(self, request: Request, response: Response) -> bool:
        """Whether to record an exchange."""
        return bool(self.function(request))


def should_record(name: str, value: Any) -> ShouldRecord | None:
    """A function of a request, or of a request and its response; made one of both."""
    if value is None:
        return None
    if _takes(value, 1) and not _takes_two_rather(value):
        return OfRequest(value)
    if _takes(value, 2):
        two: ShouldRecord = value
        return two
    raise ConfigurationError(name, value, "it takes a request, or a request and its response")


def _takes_two_rather(value: Any) -> bool:
    """Whether a function that may be given one argument is meant to be given two: `*args` is."""
    try:
        parameters = inspect.signature(value).parameters.values()
    except ValueError:
        return False
    return any(each.kind is each.VAR_POSITIONAL for each in parameters)


def storage(name: str, value: Any) -> Storage | None:
    """A storage, the URL of one, or None for files."""
    if value is None:
        return None
    if isinstance(value, str) and is_url(value):
        return _at(value)
    # Here, because few need it, and importing reqsnap is not to load it.
    from reqsnap.storage import Storage

    if isinstance(value, Storage):
        return value
    allowed = "it is an object of a subclass of reqsnap.Storage, a URL such as 's3://bucket/tests', or None"
    raise ConfigurationError(name, value, allowed)


@lru_cache(maxsize=64)
def _at(url: str) -> Storage:
    """Kept, so that blocks which name one URL agree in their storage."""
    from reqsnap.storage import FsspecStorage

    return FsspecStorage(url)


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
