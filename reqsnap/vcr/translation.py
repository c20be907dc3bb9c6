"""A cassette in the words of VCR.py -> options in ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reqsnap.matching.registry import Comparison
from reqsnap.model import Request as Sent
from reqsnap.modes import Mode
from reqsnap.options.habitual import HabitualOptions
from reqsnap.rules.habits import Habits
from reqsnap.sequences.choices import Exhaustion
from reqsnap.vcr import matchers
from reqsnap.vcr.cassette_like import CassetteLike
from reqsnap.vcr.files import Formats, storage_of
from reqsnap.vcr.hooks import Chain, IgnoringHosts, Recorded, SeenAs, as_hook
from reqsnap.vcr.messages import to_request
from reqsnap.vcr.record_mode import RecordMode
from reqsnap.vcr.refusals import refusal

_MODES = {
    RecordMode.ONCE: Mode.ONCE,
    RecordMode.NONE: Mode.PLAYBACK,
    RecordMode.NEW_EPISODES: Mode.UPDATE,
    RecordMode.ANY: Mode.UPDATE,
    RecordMode.ALL: Mode.UPDATE,
}

_OURS = ("method", "scheme", "host", "port", "path", "query", "uri")
"""VCR.py's matchers that are ours, or that no two requests pass which ours tells apart."""

_ADDED_BELOW = frozenset(
    (
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "transfer-encoding",
        "user-agent",
    )
)
"""Fields that clients add below the place where VCR.py looks, so that its cassettes lack them."""


def options_of(cassette: CassetteLike) -> HabitualOptions:
    """The options of the block of a cassette. Those of two cassettes that do the same are equal."""
    mode = cassette.record_mode
    request, response = as_hook(cassette._before_record_request), as_hook(cassette._before_record_response)
    repeats = bool(cassette.allow_playback_repeats)
    habits = Habits(
        always_live=mode is RecordMode.ALL,
        replays_new=True,
        repeats=repeats and mode is not RecordMode.ALL,
        blank_is_missing=True,
        keeps_failed=True,
        only_whole=True,
        tells_swallowed=False,
        format_of=Formats.of(cassette),
        refusal=refusal,
    )
    return HabitualOptions(
        mode=_MODES[mode],
        match_on=_match_on(tuple(cassette._match_on)),
        normalize_query=as_query,
        on_exhausted=Exhaustion.ERROR,
        exclude_urls=() if request is None else _ignored(request),
        before_record=Recorded(request, response) if request or response else None,
        max_inline_size=None,
        exclusive=True,
        subprocesses=False,
        record_on_exception=cassette.record_on_exception,
        storage=storage_of(cassette),
        redact=False,
        habits=habits,
        seen_as=None if request is None else SeenAs(request),
    )


def as_query(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What VCR.py compares of a query: the fields that have a value, sorted."""
    return sorted([pair for pair in pairs if pair[1]])


def _match_on(chosen: Sequence[matchers.Matcher]) -> tuple[str | Comparison, ...]:
    by_identity = {id(getattr(matchers, name)): name for name in _OURS}
    names = [by_identity[id(each)] for each in chosen if id(each) in by_identity]
    # A URL that VCR.py tells from another, ours may not: both are asked.
    chosen = [each for each in chosen if id(each) not in by_identity or each is matchers.uri]
    asked = [Asked(_same_fields if each is matchers.headers else each) for each in chosen]
    # Without any, every recording is the one.
    return (*dict.fromkeys(names), *asked) or (_always,)


def _same_fields(live: Any, recorded: Any) -> bool:
    now, then = dict(live.headers.lower_items()), dict(recorded.headers.lower_items())
    unseen = [name for name in now if name in _ADDED_BELOW and name not in then]
    return {name: value for name, value in now.items() if name not in unseen} == then


def _always(live: Sent, recorded: Sent) -> bool:
    return True


class Asked:
    """A matcher of VCR.py's kind, asked as one of ours. Two of the same matcher are equal."""

    def __init__(self, matcher: matchers.Matcher) -> None:
        self.matcher = matcher
        self.__name__ = matchers.name_of(matcher)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and other.matcher is self.matcher

    def __hash__(self) -> int:
        return id(self.matcher)

    def __call__(self, live: Sent, recorded: Sent) -> bool:
        """Whether it finds them the same."""
        return matchers.requests_match(to_request(live), to_request(recorded), (self.matcher,))


def _ignored(request: Any) -> tuple[Any, ...]:
    """The hosts that are left alone, told before the request is whole: nothing before that changes hosts."""
    hooks = request.hooks if isinstance(request, Chain) else ()
    return tuple([IgnoredUrl(each) for each in hooks if isinstance(each, IgnoringHosts)])


@dataclass(frozen=True, slots=True)
class IgnoredUrl:
    """Whether a URL is that of an ignored host."""

    hosts: IgnoringHosts

    def __call__(self, url: str) -> bool:
        """Whether it is."""
        return self.hosts.ignores(to_request(Sent("GET", url)).host)
