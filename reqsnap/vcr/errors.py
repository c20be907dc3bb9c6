"""VCR.py's errors, which are reqsnap's too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reqsnap.differences import Difference, NearMiss
from reqsnap.errors import ReqsnapError, UnmatchedRequestError
from reqsnap.shortening import shortened
from reqsnap.vcr.util import read_body

if TYPE_CHECKING:
    from reqsnap.vcr.request import Request
    from reqsnap.vcr.sensitive import Hidden

Similar = tuple["Request", list[str], list[tuple[str, str]]]
"""A recorded request, the matchers that agree, and those that do not, each with what differs."""

_SHOWN, _LONGEST = 3, 300
"""How many recordings a message shows, and how many characters of a body."""
_BODIES = frozenset(("body", "raw_body"))


class CannotOverwriteExistingCassetteException(UnmatchedRequestError):
    """A request that the cassette does not hold and the record mode does not let out.

    `cassette` and `failed_request` are those it is about. `similar_requests` are the closest
    recordings: each a request, the names of the matchers that agree, and pairs of the name of
    one that does not and what differs. `reason` is `cassette_not_found`, `already_played`,
    `no_match` or `nothing_similar`. Nothing here shows a value that `filter_sensitive_data` hides.
    """

    cassette: Any
    _text: str

    def __init__(self, *, cassette: Any, failed_request: Any, nearest: Iterable[NearMiss] = ()) -> None:
        found: list[Similar] = cassette.find_requests_with_most_matches(failed_request)
        hidden = cassette._hidden(failed_request)
        self._be_about(cassette, hidden.request(failed_request))
        self.reason = _reason(cassette, found)
        self.nearest = tuple(_near_miss(each, hidden) for each in nearest)
        self.similar_requests = [_similar(each, hidden) for each in found]
        self._text = hidden.text(_text(cassette, failed_request, self.similar_requests, self.reason))

    def _be_about(self, cassette: Any, request: Any) -> None:
        method, url = str(getattr(request, "method", "")), str(getattr(request, "uri", ""))
        super().__init__(method, url, mode=_mode(cassette), cassette=None, reason="", advice="")
        self.cassette, self.failed_request = cassette, request

    def __str__(self) -> str:
        return self._text

    def _state(self) -> dict[str, object]:
        # A cassette holds locks and an open block; where the error arrives its path is enough.
        return {**super()._state(), "cassette": getattr(self.cassette, "path", self.cassette)}

    @staticmethod
    def _get_message(cassette: Any, failed_request: Any) -> str:
        return str(CannotOverwriteExistingCassetteException(cassette=cassette, failed_request=failed_request))


class MissingMetadataError(CannotOverwriteExistingCassetteException):
    """Metadata that the cassette does not hold, where the record mode does not let it be added.

    `cassette` and `key` say of what; `reason` is `missing_metadata`.
    """

    def __init__(self, *, cassette: Any, key: str) -> None:
        self._be_about(cassette, None)
        self.key, self.similar_requests, self.reason = key, [], "missing_metadata"
        self._text = (
            f"The cassette {cassette.path} has no metadata {key!r}, and record_mode {self.mode!r} does not "
            "let it be added.\nTo do: run once with record_mode='new_episodes', or record the cassette anew."
        )


class UnhandledHTTPRequestError(ReqsnapError, KeyError):
    """A request of which a cassette holds no recording that is left."""


def _similar(similar: Similar, hidden: Hidden) -> Similar:
    request, agree, differ = similar
    return hidden.request(request), agree, [(name, what and hidden.text(what)) for name, what in differ]


def _near_miss(miss: NearMiss, hidden: Hidden) -> NearMiss:
    differences = [_difference(each, hidden) for each in miss.differences]
    return replace(miss, url=hidden.text(miss.url), differences=tuple(differences))


def _difference(difference: Difference, hidden: Hidden) -> Difference:
    recorded, live = difference.recorded, difference.live
    return replace(difference, recorded=recorded and hidden.text(recorded), live=live and hidden.text(live))


def _mode(cassette: Any) -> str:
    return str(getattr(cassette.record_mode, "value", cassette.record_mode))


def _reason(cassette: Any, similar: Sequence[Similar]) -> str:
    if not cassette.rewound and not len(cassette):
        return "cassette_not_found"
    if not similar:
        return "nothing_similar"
    return "no_match" if similar[0][2] else "already_played"


def _text(cassette: Any, request: Any, similar: Sequence[Similar], reason: str) -> str:
    mode, names = _mode(cassette), [getattr(each, "__name__", repr(each)) for each in cassette._match_on]
    lines = [
        *_described(cassette.filter_request(request) or request, with_body=bool(_BODIES.intersection(names))),
        f"It was not sent: {_said(similar, reason)}, and record_mode {mode!r} sends nothing new.",
        f"Cassette: {cassette.path}",
        f"  record_mode: {mode}",
        f"  match_on: {', '.join(names)}",
        f"  recorded: {len(cassette)}, played: {len(cassette.play_counts)}",
    ]
    if reason == "no_match":
        lines += ["Nearest recordings:", *_nearest(similar)]
    return "\n".join([*lines, f"To do: {_TO_DO[reason]}."])


def _said(similar: Sequence[Similar], reason: str) -> str:
    if reason == "already_played":
        count = sum(not differing for _, _, differing in similar)
        recordings = "recording was" if count == 1 else f"{count} recordings were"
        return f"it was recorded, but its {recordings} played already"
    if reason == "no_match":
        names = ", ".join(name for name, _ in similar[0][2])
        return f"no recording matches it, and the nearest differ in {names}"
    return _SAID[reason]


_SAID = {
    "cassette_not_found": "there is no such cassette",
    "nothing_similar": "the cassette holds nothing like it",
}
_RECORD = "run once with record_mode='new_episodes' to add it, or delete the cassette and record it anew"
_TO_DO = {
    "cassette_not_found": "record it with record_mode='once' or 'new_episodes'; if it should be there, check "
    "its path and cassette_library_dir",
    "already_played": "use allow_playback_repeats=True if the same answer will do; else " + _RECORD,
    "no_match": _RECORD + "; if the difference is meant to be ignored, leave it out of match_on, or make the "
    "requests alike in before_record_request",
    "nothing_similar": _RECORD + "; a request that is never to be recorded is named in ignore_hosts",
}


def _nearest(similar: Sequence[Similar]) -> list[str]:
    lines = []
    for number, (request, _, differing) in enumerate(similar[:_SHOWN], start=1):
        lines.append(f"  {number}. {request.method} {shortened(request.uri)}")
        for name, what in differing:
            first, *more = (what or "").strip().splitlines() or [""]
            if more:
                lines += [f"     {name} differs:", *[f"       {shortened(each)}" for each in (first, *more)]]
            else:
                lines.append(f"     {name} differs: {shortened(first)}".rstrip(": "))
    if len(similar) > _SHOWN:
        lines.append(f"  and {len(similar) - _SHOWN} more")
    return lines


def _described(request: Any, *, with_body: bool) -> list[str]:
    method, url = getattr(request, "method", None), getattr(request, "uri", None)
    if method is None or url is None:
        return [repr(request)]
    body = read_body(request) if with_body else None
    return [f"{method} {shortened(url)}", *([f"  body: {_shown(body)}"] if body else [])]


def _shown(body: Any) -> str:
    try:
        text = body.decode() if isinstance(body, bytes) else str(body)
    except UnicodeDecodeError:
        return f"{len(body)} bytes that are no text"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"
