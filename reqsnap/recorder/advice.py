"""What to do about a refused request: record it, or leave out of the comparison what differs."""

from __future__ import annotations

from collections.abc import Iterable

from reqsnap.differences import Difference, NearMiss
from reqsnap.errors import ConfigurationError
from reqsnap.matching.json_paths import parse_path
from reqsnap.modes import Mode
from reqsnap.patterns import regex

MOST = 2
"""How many options are named."""


def to_do(mode: Mode, nearest: Iterable[NearMiss], *, is_json: bool) -> str:
    """The advice for a request that is not recorded; `nearest` are the recordings that come closest.

    `is_json` says whether its body is, so that places in it can be named.
    """
    record = "run once with REQSNAP_MODE=update to add it"
    if mode is Mode.ONCE:
        record += ", or with REQSNAP_MODE=record to record everything anew"
    closest = next(iter(nearest), None)
    differing = () if closest is None else closest.differences
    options = list(dict.fromkeys(filter(None, [_option(each, is_json) for each in differing])))
    if not options:
        return f"{record}."
    more = " and so on" if len(options) > MOST else ""
    return f"{record}; if the difference is meant to be ignored, {', and '.join(options[:MOST])}{more}."


_PART = regex(r"[. \[]")


def _option(difference: Difference, is_json: bool) -> str | None:
    """How one difference is left out of the comparison."""
    part = _PART.split(difference.field, maxsplit=1)[0]
    within = difference.field[len(part) :].removeprefix(".")
    if part == "header":
        return f"take {within} out of match_headers or name it in ignore_headers"
    if part == "body":
        return _json_option(within) if is_json and within else _OPTIONS["body"]
    return _OPTIONS.get(part)


_OPTIONS = {
    **{part: f"leave the {part} out of match_on" for part in ("method", "scheme", "host", "port", "path")},
    "query": "leave it out with normalize_query, the whole query with match_query=False, "
    "or what changes in each run with volatile",
    "body": "make the bodies alike with normalize_body, use match_body=False, "
    "or volatile for what changes in each run",
    "matcher": "change that matcher",
}


def _json_option(path: str) -> str:
    try:
        parse_path(path)
    except ConfigurationError:
        return "name its path in ignore_json, or what changes in each run in volatile"
    return f"use ignore_json=[{path!r}], or volatile for what changes in each run"
