"""The options of `use_cassette` as they are written, for type checkers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypedDict

from reqsnap.matching.registry import Comparison
from reqsnap.model import Request, Response
from reqsnap.modes import Mode
from reqsnap.rules.filters import Hook, ShouldPlayback
from reqsnap.storage import Storage

NormalizeQuery = Callable[[list[tuple[str, str]]], list[tuple[str, str]] | str]
NormalizeBody = Callable[[bytes], bytes | str]


class OptionValues(TypedDict, total=False):
    """The options of `use_cassette` as they are written; `options.Options` says what they mean."""

    mode: str | Mode
    match_on: Iterable[str | Comparison]
    match_headers: Iterable[str]
    ignore_headers: Iterable[str]
    exclude_headers: Iterable[str]
    case_sensitive: bool
    match_query: bool
    normalize_query: NormalizeQuery | None
    match_body: bool
    normalize_body: NormalizeBody | None
    volatile: Iterable[str]
    ignore_json: Iterable[str]
    drift: str
    on_exhausted: str
    order: str
    exclude_urls: Iterable[str | re.Pattern[str] | Callable[[str], bool]]
    ignore_hosts: Iterable[str]
    ignore_localhost: bool
    should_record: Callable[[Request], bool] | Callable[[Request, Response], bool] | None
    should_playback: ShouldPlayback | None
    before_record: Hook | None
    before_playback: Hook | None
    max_interactions: int | None
    max_age: timedelta | float | None
    on_stale: str
    format: str | None
    max_inline_size: int | None
    auto_flush: bool
    flush_interval: float
    record_errors: bool
    exclusive: bool
    subprocesses: bool
    record_on_exception: bool
    storage: Storage | str | None
    redact: bool
    redact_headers: Iterable[str]
    redact_query: Iterable[str]
    redact_fields: Iterable[str]
