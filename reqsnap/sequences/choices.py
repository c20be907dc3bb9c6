"""What a user chooses of how recordings follow one another."""

from __future__ import annotations

import enum


class Exhaustion(enum.Enum):
    """What happens after the last recording of a sequence."""

    REPEAT = "repeat"
    ERROR = "error"
    CYCLE = "cycle"


class Order(enum.Enum):
    """Which recording is next."""

    PER_REQUEST = "per_request"
    """Each request has a sequence of its own."""
    STRICT = "strict"
    """The whole cassette is one sequence: requests must come as they were recorded."""
