"""What a cassette knows of one request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reqsnap.model import Request, Response


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """What a cassette knows of one request: how many answers, and how many were played."""

    request: Request
    responses: tuple[Response, ...]
    play_count: int
    recorded_at: datetime
