"""What a cassette knows of one request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reqsnap.model import Request, Response
from reqsnap.sequences.entries import Entry


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """What a cassette knows of one request: how many answers, and how many were played."""

    request: Request
    responses: tuple[Response, ...]
    play_count: int
    recorded_at: datetime


def told_of(entries: Sequence[Entry]) -> RecordedRequest | None:
    """What the recordings of one request tell of it; None where there is none."""
    if not entries:
        return None
    return RecordedRequest(
        entries[0].interaction.request,
        tuple([entry.interaction.response for entry in entries]),
        sum(entry.plays for entry in entries),
        entries[-1].interaction.recorded_at,
    )
