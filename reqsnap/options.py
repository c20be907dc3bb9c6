"""Every option of a block: its type, its default, what is allowed, checked when it is given."""

from __future__ import annotations

import dataclasses
import difflib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from reqsnap.errors import ConfigurationError
from reqsnap.matching import DEFAULT_MATCH_ON, Matching
from reqsnap.matching.matchers import Comparison
from reqsnap.modes import VARIABLE, Mode
from reqsnap.policy import Policy
from reqsnap.redaction import DEFAULT_RULES, NO_RULES
from reqsnap.sequences import Exhaustion


class OptionValues(TypedDict, total=False):
    """The options of `use_cassette` as they are written; see `Options` for what they mean."""

    mode: str | Mode
    match_on: Iterable[str | Comparison]
    match_headers: Iterable[str]
    ignore_headers: Iterable[str]
    on_exhausted: str
    exclusive: bool
    record_on_exception: bool
    redact: bool
    redact_headers: Iterable[str]
    redact_query: Iterable[str]
    redact_fields: Iterable[str]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one block, every value checked.

    mode: what may be replayed and sent (default `once`); REQSNAP_MODE overrides it.
    match_on: what two requests must have in common: names of matchers, or functions.
    match_headers: names of the request headers that must be equal too.
    ignore_headers: names left out where all headers are matched.
    on_exhausted: after the last recording of a request `repeat` it, raise an `error`, or `cycle`.
    exclusive: True keeps outer cassettes from answering what this one does not hold.
    record_on_exception: False drops what a block recorded that ends with an exception.
    redact: False stores secrets as they are.
    redact_headers, redact_query, redact_fields: more names that hold secrets, in headers,
    in the query, and in JSON, form and multipart bodies.
    """

    mode: Mode = Mode.ONCE
    match_on: tuple[str | Comparison, ...] = DEFAULT_MATCH_ON
    match_headers: tuple[str, ...] = ()
    ignore_headers: tuple[str, ...] = ()
    on_exhausted: Exhaustion = Exhaustion.REPEAT
    exclusive: bool = False
    record_on_exception: bool = True
    redact: bool = True
    redact_headers: tuple[str, ...] = ()
    redact_query: tuple[str, ...] = ()
    redact_fields: tuple[str, ...] = ()

    @classmethod
    def read(cls, given: Mapping[str, Any], base: Options | None = None) -> Options:
        """Check options as a user gave them, over those of a library.

        Raises ConfigurationError that names the option, the value and what is allowed.
        """
        values = {name: _checked(name, value) for name, value in given.items()}
        options = dataclasses.replace(base or cls(), **values)
        if not options.redact and any(n in values for n in _EXTRA_NAMES):
            raise ConfigurationError("redact", False, "redact=False leaves no use for more names to redact")
        options.matching()
        return options

    def matching(self) -> Matching:
        """What is compared."""
        return Matching(self.match_on, self.match_headers, self.ignore_headers)

    def policy(self) -> Policy:
        """What the blocks of one path must agree in, with the mode that is in force now."""
        rules = DEFAULT_RULES if self.redact else NO_RULES
        if self.redact_headers or self.redact_query or self.redact_fields:
            rules = rules.extended(
                headers=self.redact_headers, query=self.redact_query, fields=self.redact_fields
            )
        return Policy(self.effective_mode(), self.matching(), rules, self.on_exhausted)

    def effective_mode(self) -> Mode:
        """The mode, or what REQSNAP_MODE says instead."""
        override = os.environ.get(VARIABLE)
        return Mode.parse(override, VARIABLE) if override else self.mode


_EXTRA_NAMES = ("redact_headers", "redact_query", "redact_fields")


def _checked(name: str, value: Any) -> Any:
    check = _CHECKS.get(name)
    if check is None:
        close = difflib.get_close_matches(name, _CHECKS, n=1)
        hint = f"Did you mean {close[0]}?" if close else ""
        raise ConfigurationError(name, value, f"the options are {', '.join(_CHECKS)}", hint)
    return check(name, value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(name, value, "it is True or False")
    return value


def _names(name: str, value: Any) -> tuple[str, ...]:
    items = _items(name, value)
    if not all(isinstance(item, str) and item for item in items):
        raise ConfigurationError(name, value, "it is a list of names, each a non-empty string")
    return items


def _items(name: str, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str | bytes):
        raise ConfigurationError(name, value, "it is a list of names, not one string", f"Write [{value!r}].")
    if not isinstance(value, Iterable) or isinstance(value, Mapping):
        raise ConfigurationError(name, value, "it is a list")
    return tuple(value)


def _matchers(name: str, value: Any) -> tuple[Any, ...]:
    items = _items(name, value)
    if not items:
        raise ConfigurationError(name, value, "at least one matcher is needed")
    return items


def _exhaustion(name: str, value: Any) -> Exhaustion:
    try:
        return Exhaustion(value)
    except ValueError:
        names = ", ".join(each.value for each in Exhaustion)
        raise ConfigurationError(name, value, f"it is one of {names}") from None


_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "mode": lambda name, value: Mode.parse(value, name),
    "match_on": _matchers,
    "match_headers": _names,
    "ignore_headers": _names,
    "on_exhausted": _exhaustion,
    "exclusive": _flag,
    "record_on_exception": _flag,
    "redact": _flag,
    "redact_headers": _names,
    "redact_query": _names,
    "redact_fields": _names,
}
