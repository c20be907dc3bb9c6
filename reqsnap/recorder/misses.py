"""What is said of a request that nothing answers: the error, its reason and what to do."""

from __future__ import annotations

from typing import TypeVar

from reqsnap.cassette import Cassette
from reqsnap.errors import (
    OutOfOrderError,
    SequenceExhaustedError,
    StaleRecordingError,
    UnmatchedRequestError,
)
from reqsnap.model import Interaction
from reqsnap.recorder.advice import to_do
from reqsnap.recorder.near_misses import nearest
from reqsnap.sequences.entries import Prepared
from reqsnap.shortening import shortened

Kind = TypeVar("Kind", bound=UnmatchedRequestError)


def unmatched(cassette: Cassette, live: Prepared, *, closed: bool) -> UnmatchedRequestError:
    """The error for a request without a recording that is free to answer it."""
    recorded = [interaction.request for interaction in cassette.interactions]
    used_up = not closed and _is_used_up(cassette, live)
    following = None if closed else cassette.next_in_order
    if following is not None:
        position, entry = following
        expected = f"{entry.interaction.request.method} {entry.interaction.request.url}"
        out_of_order = _error(
            OutOfOrderError,
            cassette,
            live,
            f"the order is strict, and recording {position} of {len(recorded)} is next: "
            f"{shortened(expected)}",
            "make the requests in the order in which they were recorded, or leave out order='strict'.",
        )
        out_of_order.position, out_of_order.expected = position, expected
        return out_of_order
    matching = cassette.policy.matching
    near = nearest(matching, live.request, recorded)
    is_json = any(meaning.body.kind == "json" for _, meaning in matching.meanings(live.request))
    error = _error(
        SequenceExhaustedError if used_up else UnmatchedRequestError,
        cassette,
        live,
        _reason(cassette, len(recorded), used_up=used_up, closed=closed),
        to_do(cassette.mode, () if used_up else near, is_json=is_json),
    )
    error.nearest = near
    return error


def _is_used_up(cassette: Cassette, live: Prepared) -> bool:
    """Whether it is recorded: as it is, or where drift is but reported, with another body."""
    return cassette.holds(live, whatever_the_body=cassette.policy.reports_drift)


def unplayable(cassette: Cassette, live: Prepared, hook: str) -> UnmatchedRequestError:
    """The error for a request that a function of the user's keeps from being replayed."""
    said = {"should_playback": "says no", "before_playback": "returned None for its recording"}[hook]
    reason = f"{hook} {said}, and mode {cassette.mode.value} sends nothing"
    return _error(UnmatchedRequestError, cassette, live, reason, f"change {hook}, or the mode.")


def stale(cassette: Cassette, live: Prepared, interaction: Interaction) -> StaleRecordingError:
    """The error for a request whose recording is too old."""
    reason = f"its recording of {interaction.recorded_at:%Y-%m-%d %H:%M} UTC is older than max_age allows"
    advice = "record it anew with REQSNAP_MODE=record, or raise max_age."
    error = _error(StaleRecordingError, cassette, live, reason, advice)
    error.recorded_at = interaction.recorded_at
    return error


def _error(kind: type[Kind], cassette: Cassette, live: Prepared, reason: str, advice: str) -> Kind:
    request = live.request
    return kind(
        request.method,
        request.url,
        mode=cassette.mode.value,
        cassette=cassette.path,
        reason=reason,
        advice=advice,
        request=request,
    )


def _reason(cassette: Cassette, recorded: int, *, used_up: bool, closed: bool) -> str:
    mode = cassette.mode.value
    if closed:
        return "its block has ended, and what remains of it may not use the network"
    if used_up:
        dropped = ", or before_playback drops it" if cassette.policy.filters.before_playback else ""
        return (
            f"it was recorded, but every recording of it has been played or stands for another value{dropped}"
        )
    if not recorded:
        held = "the cassette is empty" if cassette.has_file else "there is no such file"
        return f"{held} and mode {mode} sends nothing"
    of_what = (
        f" of {cassette.path}.partial, a first recording that did not end well,"
        if cassette.from_partial
        else ""
    )
    those = (
        "it is not the one recorded request"
        if recorded == 1
        else f"it is not among the {recorded} recorded requests"
    )
    return f"{those}{of_what} and mode {mode} sends nothing new"
