"""What a recorder answers: replay, forward, or refuse. A closed set; an interceptor handles each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reqsnap.errors import UnmatchedRequestError
from reqsnap.model import Interaction, NetworkError, Response
from reqsnap.sequences.entries import Entry


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer is known. Where `error` is given, it is raised once `response` is used up.

    `kept` belongs to the recording: an interceptor may keep there what it has made of
    the answer, under a name of its own, and find it at the next replay.
    """

    response: Response
    kept: dict[str, Any] = field(default_factory=dict)
    error: NetworkError | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """The client's own code sends the request; what comes back goes to `after` or `failed`.

    `order` is the request's place among all, `started` a reading of the monotonic clock
    in seconds, `recorded_at` the time of day in UTC, `target` the method and the URL as
    they are. `replaces` is the recording whose
    place the new one takes.
    """

    order: int
    started: float
    recorded_at: datetime
    target: tuple[str, str]
    replaces: Entry | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """The request may neither be replayed nor sent: raise `error`."""

    error: UnmatchedRequestError


@dataclass(frozen=True, slots=True)
class Lost:
    """A forwarded exchange that could not be recorded, and why, in words."""

    target: str
    why: str


def replay_of(entry: Entry) -> Replay:
    """The replay of a recording: made once, so that what interceptors keep stays with it."""
    found: Replay | None = entry.kept.get(_REPLAY)
    if found is None:
        found = entry.kept[_REPLAY] = changed_replay(entry.interaction, entry.kept)
    return found


def changed_replay(interaction: Interaction, kept: dict[str, Any]) -> Replay:
    """The replay of an interaction as it is now."""
    return Replay(interaction.response, kept, interaction.error)


_REPLAY = "replay"
