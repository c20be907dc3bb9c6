"""How many recordings a cassette keeps, and for how long."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta


class OnStale(enum.Enum):
    """What happens to a recording that is older than it may be."""

    WARN = "warn"
    """It is replayed, and the end of the block warns of it."""
    RERECORD = "rerecord"
    """The request goes to the server where the mode may send, and its answer takes the place."""
    ERROR = "error"
    """The request is refused."""


@dataclass(frozen=True, slots=True)
class Retention:
    """`max_interactions` is how many are kept, the least recently used leaving first; None for all.

    `max_age` is how old a recording may be, `on_stale` what becomes of an older one.
    """

    max_interactions: int | None = None
    max_age: timedelta | None = None
    on_stale: OnStale = OnStale.WARN

    def is_stale(self, recorded_at: datetime, now: datetime) -> bool:
        """Whether a recording is older than it may be; both times are aware."""
        return self.max_age is not None and now - recorded_at > self.max_age
