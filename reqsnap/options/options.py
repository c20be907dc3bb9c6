"""Every option of a block: its type, its default, what is allowed, checked when it is given."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reqsnap.errors import ConfigurationError
from reqsnap.matching.registry import DEFAULT_MATCH_ON
from reqsnap.memo import Memo
from reqsnap.modes import VARIABLE, Mode
from reqsnap.options import checks as check
from reqsnap.options.needs import NEEDS, Need
from reqsnap.options.vcrpy_names import HINTS
from reqsnap.rules.habits import OURS, Habits
from reqsnap.rules.retention import OnStale
from reqsnap.sequences.choices import Exhaustion, Order

if TYPE_CHECKING:
    from datetime import timedelta

    from reqsnap.matching.registry import Comparison
    from reqsnap.options.values import NormalizeBody, NormalizeQuery
    from reqsnap.rules.filters import Hook, ShouldPlayback, ShouldRecord, UrlFilter
    from reqsnap.storage import Storage


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one block, every value checked.

    mode: what may be replayed and sent (default `once`); REQSNAP_MODE overrides it.
    match_on: what two requests must have in common: names of matchers, or functions.
    match_headers: names of the request headers that must be equal too; `"*"` for all.
    ignore_headers: names left out where all headers are matched; they are still stored.
    exclude_headers: names of headers that are neither matched nor stored.
    case_sensitive: False compares paths, queries and header values in any case.
    match_query, match_body: False leaves the query, or the body, out of the comparison.
    normalize_query, normalize_body: functions that make a query, or a body, comparable.
    volatile: names of values that differ from run to run and are not compared.
    ignore_json: paths in JSON bodies that are not compared.
    drift: `error` refuses a request whose body differs; `report` answers and reports it.
    on_exhausted: after the last recording of a request `repeat` it, raise an `error`, or `cycle`.
    order: `per_request`, or `strict`: requests must come in the order of the cassette.
    exclude_urls, ignore_hosts, ignore_localhost: requests that always go to the server.
    should_record: whether to record, asked with the request, or it and its response.
    should_playback: whether a request may be replayed.
    before_record, before_playback: change or drop an interaction before it is used so.
    max_interactions: how many are kept; the least recently used leave first.
    max_age: how old a recording may be, a timedelta or seconds.
    on_stale: what becomes of an older one: `warn`, `rerecord` or `error`.
    format: the format of a new file, by name; a file that is there keeps the one that it has.
    max_inline_size: the most bytes of a body in the cassette itself; a larger one has a file of
    its own in a folder beside it. 1 MiB where it is not given, None for any.
    auto_flush: save every `flush_interval` seconds what is new, not only at the end.
    flush_interval: that many seconds; 30 where it is not given.
    record_errors: record network errors too, and raise them on replay.
    exclusive: True keeps outer cassettes from answering what this one does not hold.
    subprocesses: False leaves child processes alone; they are neither recorded nor replayed.
    record_on_exception: False drops what a block recorded that ends with an exception.
    storage: where cassettes are kept instead of in files: a Storage, or the URL of one.
    redact: False stores secrets as they are.
    redact_headers, redact_query, redact_fields: more names that hold secrets, in headers,
    in the query, and in JSON, form and multipart bodies.
    """

    mode: Mode = Mode.ONCE
    match_on: tuple[str | Comparison, ...] = DEFAULT_MATCH_ON
    match_headers: tuple[str, ...] = ()
    ignore_headers: tuple[str, ...] = ()
    exclude_headers: tuple[str, ...] = ()
    case_sensitive: bool = True
    match_query: bool = True
    normalize_query: NormalizeQuery | None = None
    match_body: bool = True
    normalize_body: NormalizeBody | None = None
    volatile: tuple[str, ...] = ()
    ignore_json: tuple[str, ...] = ()
    drift: str = "error"
    on_exhausted: Exhaustion = Exhaustion.REPEAT
    order: Order = Order.PER_REQUEST
    exclude_urls: tuple[UrlFilter, ...] = ()
    ignore_hosts: tuple[str, ...] = ()
    ignore_localhost: bool = False
    should_record: ShouldRecord | None = None
    should_playback: ShouldPlayback | None = None
    before_record: Hook | None = None
    before_playback: Hook | None = None
    max_interactions: int | None = None
    max_age: timedelta | None = None
    on_stale: OnStale = OnStale.WARN
    format: str | None = None
    max_inline_size: int | None = 1 << 20
    auto_flush: bool = False
    flush_interval: float = 30.0
    record_errors: bool = False
    exclusive: bool = False
    subprocesses: bool = True
    record_on_exception: bool = True
    storage: Storage | None = None
    redact: bool = True
    redact_headers: tuple[str, ...] = ()
    redact_query: tuple[str, ...] = ()
    redact_fields: tuple[str, ...] = ()

    @property
    def habits(self) -> Habits:
        """What is done as VCR.py does it: nothing, for who uses these options."""
        return OURS

    @classmethod
    def read(cls, given: Mapping[str, Any], base: Options | None = None) -> Options:
        """Check options as a user gave them, over those of a library.

        Raises ConfigurationError that names the option, the value and what is allowed.
        """
        if base is not None and not given:
            return base
        if all(type(value) in _PLAIN for value in given.values()):
            # Types are part of the key, because 1 equals True; the base is, by being kept alive.
            key = id(base), *[(name, type(value), value) for name, value in given.items()]
            return _read.of(key, lambda: (base, cls._checked(given, base)))[1]
        return cls._checked(given, base)

    @classmethod
    def _checked(cls, given: Mapping[str, Any], base: Options | None) -> Options:
        values = {name: _checked(name, value) for name, value in given.items()}
        options = dataclasses.replace(base or cls(), **values)
        for need in NEEDS:
            # In a Library the switch may still be given where a cassette is used.
            if (base is not None or need.switches & values.keys()) and not need.is_met(options):
                _refuse_any(need, given, values)
        return options

    def effective_mode(self) -> Mode:
        """The mode, or what REQSNAP_MODE says instead."""
        override = os.environ.get(VARIABLE)
        return Mode.parse(override, VARIABLE) if override else self.mode


_PLAIN = frozenset({str, bool, int, float, Mode, type(None)})
_read: Memo[tuple[Options | None, Options]] = Memo()
"""What programs give again and again, with the options of the library that they were given over."""


DEFAULTS = Options()


def _refuse_any(need: Need, given: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    for name in need.of:
        if name in values and values[name] != getattr(DEFAULTS, name):
            raise ConfigurationError(name, given[name], need.words)


def _checked(name: str, value: Any) -> Any:
    found = _CHECKS.get(name)
    if found is None:
        import difflib

        close = difflib.get_close_matches(name, _CHECKS, n=1)
        hint = HINTS.get(name) or (f"Did you mean {close[0]}?" if close else "")
        known = "" if hint else f"; the options are {', '.join(_CHECKS)}"
        raise ConfigurationError(name, value, f"there is no such option{known}", hint)
    return found(name, value)


_CHECKS: dict[str, check.Check] = {
    "mode": lambda name, value: Mode.parse(value, name),
    "match_on": check.matchers,
    "match_headers": check.header_names,
    "ignore_headers": check.header_names,
    "exclude_headers": check.header_names,
    "case_sensitive": check.flag,
    "match_query": check.flag,
    "normalize_query": check.function,
    "match_body": check.flag,
    "normalize_body": check.function,
    "volatile": check.volatile,
    "ignore_json": check.json_paths,
    "drift": check.drift,
    "on_exhausted": check.one_of(Exhaustion),
    "order": check.one_of(Order),
    "exclude_urls": check.urls,
    "ignore_hosts": check.hosts,
    "ignore_localhost": check.flag,
    "should_record": check.should_record,
    "should_playback": check.function,
    "before_record": check.function,
    "before_playback": check.function,
    "max_interactions": check.count,
    "max_age": check.age,
    "on_stale": check.one_of(OnStale),
    "format": check.format_name,
    "max_inline_size": check.count,
    "auto_flush": check.flag,
    "flush_interval": check.seconds,
    "record_errors": check.flag,
    "exclusive": check.flag,
    "subprocesses": check.flag,
    "record_on_exception": check.flag,
    "storage": check.storage,
    "redact": check.flag,
    "redact_headers": check.header_names,
    "redact_query": check.names,
    "redact_fields": check.field_names,
}
