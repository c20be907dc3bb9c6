"""What to do about a refused request: record it, or leave out of the comparison what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reqsnap.differences import Difference, NearMiss
from reqsnap.errors import ConfigurationError
from reqsnap.matching.json_paths import parse_path
from reqsnap.modes import Mode
from reqsnap.patterns import regex

MOST = 2
"""How many ways are named, and of what one of them names how many."""


def to_do(mode: Mode, nearest: Iterable[NearMiss], *, is_json: bool) -> str:
    """The advice for a request that is not recorded; `nearest` are the recordings that come closest.

    `is_json` says whether its body is, so that places in it can be named.
    """
    record = "run once with REQSNAP_MODE=update to add it"
    if mode is Mode.ONCE:
        record += ", or with REQSNAP_MODE=record to record everything anew"
    closest = next(iter(nearest), None)
    ways = [] if closest is None else list(_ways(closest.differences, is_json))
    if not ways:
        return f"{record}."
    more = " and so on" if len(ways) > MOST else ""
    return f"{record}; if the difference is meant to be ignored, {', and '.join(ways[:MOST])}{more}."


def _ways(differences: Iterable[Difference], is_json: bool) -> Iterator[str]:
    """How what differs is left out of the comparison, each way once."""
    within: dict[str, list[str]] = {}
    for difference in differences:
        part = _PART.split(difference.field, maxsplit=1)[0]
        option, name = ("match_on", part) if part in _IN_MATCH_ON else (part, difference.field[len(part) :])
        within.setdefault(option, []).append(name.removeprefix("."))
    ways = [_way(option, names, is_json) for option, names in within.items()]
    return filter(None, ways)


def _way(option: str, names: list[str], is_json: bool) -> str | None:
    if option == "match_on":
        return f"leave {' and '.join([f'the {name}' for name in names])} out of match_on"
    if option == "header":
        return _header_way(names)
    if option == "body" and is_json and any(names):
        return _json_way(list(filter(None, names)))
    return _WAYS.get(option)


_PART = regex(r"[. \[]")

_IN_MATCH_ON = ("method", "scheme", "host", "port", "path")

_WAYS = {
    "query": "leave it out with normalize_query, the whole query with match_query=False, "
    "or what changes in each run with volatile",
    "body": "make the bodies alike with normalize_body, use match_body=False, "
    "or volatile for what changes in each run",
    "matcher": "change that matcher",
}


def _header_way(names: Sequence[str]) -> str:
    few = " and ".join(names[:MOST]) + " and so on" * (len(names) > MOST)
    return f"take {few} out of match_headers or name {'it' if len(names) == 1 else 'them'} in ignore_headers"


def _json_way(paths: Sequence[str]) -> str:
    usable = list(filter(_is_path, paths))
    if not usable:
        return "name its path in ignore_json, or what changes in each run in volatile"
    more = " and so on" if len(usable) > MOST else ""
    return f"use ignore_json={usable[:MOST]!r}{more}, or volatile for what changes in each run"


def _is_path(text: str) -> bool:
    """Whether `ignore_json` can be given it as it is."""
    try:
        parse_path(text)
    except ConfigurationError:
        return False
    return True
