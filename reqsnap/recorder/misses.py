"""What is said of a request that nothing answers: the error, its reason and what to do."""

from __future__ import annotations

from typing import TypeVar

from reqsnap.cassette import Cassette
from reqsnap.errors import OutOfOrderError, SequenceExhaustedError, StaleRecordingError, UnmatchedRequestError
from reqsnap.model import Interaction
from reqsnap.modes import Mode
from reqsnap.recorder.near_misses import nearest
from reqsnap.sequences.entries import Prepared

Kind = TypeVar("Kind", bound=UnmatchedRequestError)


def unmatched(cassette: Cassette, live: Prepared, *, closed: bool) -> UnmatchedRequestError:
    """The error for a request without a recording that is free to answer it."""
    recorded = [interaction.request for interaction in cassette.interactions]
    used_up = not closed and cassette.holds(live)
    following = None if closed else cassette.next_in_order
    if following is not None:
        position, entry = following
        expected = f"{entry.interaction.request.method} {entry.interaction.request.url}"
        out_of_order = _error(
            OutOfOrderError,
            cassette,
            live,
            f"the order is strict, and recording {position} of {len(recorded)} is next: {expected}",
            "make the requests in the order in which they were recorded, or leave out order='strict'.",
        )
        out_of_order.position, out_of_order.expected = position, expected
        return out_of_order
    error = _error(
        SequenceExhaustedError if used_up else UnmatchedRequestError,
        cassette,
        live,
        _reason(cassette, len(recorded), used_up=used_up, closed=closed),
        _advice(cassette.mode),
    )
    error.nearest = nearest(cassette.policy.matching, live.request, recorded)
    return error


def unplayable(cassette: Cassette, live: Prepared) -> UnmatchedRequestError:
    """The error for a request that `should_playback` keeps from being replayed."""
    reason = f"should_playback says no, and mode {cassette.mode.value} sends nothing"
    return _error(UnmatchedRequestError, cassette, live, reason, "change should_playback, or the mode.")


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
    )


def _reason(cassette: Cassette, recorded: int, *, used_up: bool, closed: bool) -> str:
    mode = cassette.mode.value
    if closed:
        return "its block has ended, and what remains of it may not use the network"
    if used_up:
        return "it was recorded, but every recording of it has been played or stands for another value"
    if not recorded:
        return f"the cassette is empty and mode {mode} sends nothing"
    return f"it is not among the {recorded} recorded requests and mode {mode} sends nothing new"


def _advice(mode: Mode) -> str:
    if mode is Mode.ONCE:
        return (
            "run once with REQSNAP_MODE=update to add it, or with REQSNAP_MODE=record to record "
            "everything anew; if the difference is meant to be ignored, change match_on."
        )
    return (
        "run once with REQSNAP_MODE=update to add it; if the difference is meant to be ignored, "
        "change match_on."
    )
