"""What a recorder answers: replay, forward, or refuse. A closed set; an interceptor handles each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reqsnap.errors import CutRecordingError, ReqsnapError, UnmatchedRequestError
from reqsnap.model import ErrorKind, Interaction, NetworkError, Request, Response
from reqsnap.redaction import Rules, redact_request
from reqsnap.sequences.entries import Entry

if TYPE_CHECKING:
    from reqsnap.cassette import Cassette


@dataclass(frozen=True, slots=True)
class Unread(NetworkError):
    """Stands for the rest of an answer that the recorded program closed: whoever reads on is told.

    `method` and `url` are the recorded request's, `cassette` is a path.
    """

    method: str = ""
    url: str = ""
    cassette: str | None = None

    def told(self) -> CutRecordingError:
        """What a program is told: a new error each time."""
        return CutRecordingError(self.method, self.url, self.cassette)


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
    place the new one takes. With `reads_ahead` an answer is read to its end before the program gets it,
    but for a stream of events, which may have none.
    """

    order: int
    started: float
    recorded_at: datetime
    target: tuple[str, str]
    replaces: Entry | None = None
    reads_ahead: bool = False

    def shown(self, rules: Rules) -> str:
        """Its method and its URL, without secrets."""
        method, url = self.target
        return f"{method} {redact_request(Request(method, url), rules)[0].url}"


@dataclass(frozen=True, slots=True)
class Refuse:
    """The request may neither be replayed nor sent: raise `error`."""

    error: UnmatchedRequestError


def let_out(decision: Forward) -> Forward:
    """The decision itself, which lets a request out. Raises ReqsnapError for anything else.

    It may be a decision that an interceptor does not know, because reqsnap was loaded twice: what is
    to be replayed or refused must not be sent for that.
    """
    if isinstance(decision, Forward):
        return decision
    raise ReqsnapError(
        f"the decision {type(decision).__name__} is of another copy of reqsnap, and nothing was sent: "
        "something has removed modules of reqsnap from sys.modules, and they were loaded again. "
        "Load reqsnap before that."
    )


@dataclass(frozen=True, slots=True)
class Lost:
    """A forwarded exchange that could not be recorded, and why, in words."""

    target: str
    why: str


def replay_of(entry: Entry, cassette: Cassette, changed: Interaction | None = None) -> Replay:
    """The replay of a recording: made once, so that what interceptors keep stays with it.

    One that was `changed` is made afresh. `cassette` is the one to name where a program
    reads beyond the recording.
    """
    if changed is not None and changed is not entry.interaction:
        return Replay(changed.response, {}, _error(changed, cassette))
    found: Replay | None = entry.replay
    if found is None:
        interaction = entry.interaction
        error = None if interaction.error is None else _error(interaction, cassette)
        found = entry.replay = Replay(interaction.response, entry.kept, error)
    return found


def _error(interaction: Interaction, cassette: Cassette) -> NetworkError | None:
    error, request = interaction.error, interaction.request
    if error is None or error.kind is not ErrorKind.ABANDONED:
        return error
    return Unread(error.kind, error.message, error.errno, request.method, request.url, cassette.path)
