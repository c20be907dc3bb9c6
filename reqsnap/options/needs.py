"""Which options are of no use without others, or beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from reqsnap.matching.registry import BODIES

if TYPE_CHECKING:
    from reqsnap.options.options import Options


class Need(NamedTuple):
    """What some options are of no use without, and which others decide on it."""

    of: tuple[str, ...]
    switches: frozenset[str]
    is_met: Callable[[Options], bool]
    words: str


NEEDS = (
    Need(
        ("ignore_headers",),
        frozenset({"match_headers", "match_on"}),
        lambda options: bool(options.match_headers or "headers" in options.match_on),
        "it is of no use where no header is matched",
    ),
    Need(
        ("match_headers", "exclude_headers"),
        frozenset({"match_headers", "exclude_headers"}),
        lambda options: not _lowered(options.match_headers) & _lowered(options.exclude_headers),
        "a header that is in exclude_headers is not matched, so it cannot be in match_headers too",
    ),
    Need(
        ("redact_headers", "redact_query", "redact_fields"),
        frozenset({"redact"}),
        lambda options: options.redact,
        "redact=False leaves no use for it",
    ),
    Need(
        ("normalize_query",),
        frozenset({"match_query"}),
        lambda options: options.match_query,
        "match_query=False leaves no use for it",
    ),
    Need(
        ("normalize_body", "ignore_json", "drift"),
        frozenset({"match_body", "match_on"}),
        lambda options: options.match_body and not set(BODIES).isdisjoint(options.match_on),
        "it is of no use where the body is not matched",
    ),
    Need(
        ("flush_interval",),
        frozenset({"auto_flush"}),
        lambda options: options.auto_flush,
        "it is of no use without auto_flush=True",
    ),
    Need(
        ("on_stale",),
        frozenset({"max_age"}),
        lambda options: options.max_age is not None,
        "it is of no use without max_age",
    ),
)


def _lowered(names: tuple[str, ...]) -> set[str]:
    return {name.lower() for name in names}
