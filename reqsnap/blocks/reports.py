"""What the end of a block tells: nothing that was refused, lost, drifted or stale passes unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reqsnap.differences import Drift
from reqsnap.errors import (
    DriftWarning,
    LostExchangeWarning,
    ReqsnapWarning,
    StaleRecordingWarning,
    SwallowedRefusalWarning,
    UnmatchedRequestError,
)
from reqsnap.model import Interaction
from reqsnap.recorder.decisions import Lost
from reqsnap.shortening import shortened

MOST = 3
"""How many drifted requests are shown whole; the rest are counted."""


def about_refusals(
    refusals: Sequence[UnmatchedRequestError], error: BaseException | None
) -> list[ReqsnapWarning]:
    """Attach what the error that ends a block hides, or say what the program swallowed.

    SDKs wrap or retry any exception; the user must still see which request was refused.
    """
    if not refusals:
        return []
    if error is None:
        return [SwallowedRefusalWarning(_swallowed(refusals))]
    if not isinstance(error, UnmatchedRequestError):
        hidden = next((e for e in _chain(error) if isinstance(e, UnmatchedRequestError)), refusals[-1])
        error.add_note(f"reqsnap refused a request in this block:\n{hidden}")
    return []


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The errors underneath one, through causes, contexts and groups; each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is not None and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [current.__context__, current.__cause__]
            if isinstance(current, BaseExceptionGroup):
                waiting += current.exceptions


def _swallowed(refusals: Sequence[UnmatchedRequestError]) -> str:
    count = f"{len(refusals)} requests were" if len(refusals) > 1 else "a request was"
    return f"{count} refused and the program went on without an error. The first:\n{refusals[0]}"


def about_lost(name: str, late: Sequence[str], lost: Sequence[Lost]) -> list[ReqsnapWarning]:
    """Exchanges that took place and are not recorded: still under way (their targets), or unrecordable."""
    found: list[ReqsnapWarning] = []
    if late:
        found.append(
            LostExchangeWarning(
                f"{name}: {len(late)} exchange(s) were still under way when the block ended and are not "
                f"recorded, the first to start: {shortened(late[0])}. "
                "Read or close every answer inside the block."
            )
        )
    if lost:
        targets = "".join(f"\n  {shortened(each.target)}: {each.why}" for each in lost[:MOST])
        more = f"\n  and {len(lost) - MOST} more" if len(lost) > MOST else ""
        found.append(LostExchangeWarning(f"{name}: {len(lost)} exchange(s) are not recorded:{targets}{more}"))
    return found


def about_stale(name: str, stale: Sequence[Interaction]) -> list[ReqsnapWarning]:
    """Answers that were replayed though they are older than `max_age`."""
    if not stale:
        return []
    oldest = min(stale, key=lambda each: each.recorded_at)
    return [
        StaleRecordingWarning(
            f"{name}: {len(stale)} replayed answer(s) are older than max_age, the oldest of "
            f"{oldest.recorded_at:%Y-%m-%d}: {oldest.request.method} {shortened(oldest.request.url)}. "
            "Record them anew with REQSNAP_MODE=record, or use on_stale='rerecord' in mode update."
        )
    ]


def about_drift(name: str, drifted: Sequence[Drift]) -> list[ReqsnapWarning]:
    """Requests that were answered though their bodies differ from the recorded ones."""
    if not drifted:
        return []
    shown = "".join(f"\n{each}" for each in drifted[:MOST])
    more = f"\nand {len(drifted) - MOST} more, see cassette.drift" if len(drifted) > MOST else ""
    return [DriftWarning(f"{name}: {len(drifted)} request(s) differ from their recordings:{shown}{more}")]
