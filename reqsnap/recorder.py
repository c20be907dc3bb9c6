"""Decides, for one request, Replay, Forward or Refuse, and takes in what came back.

No I/O and no patches: an interceptor asks, and does what the answer says.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reqsnap.cassette import Cassette
from reqsnap.errors import SequenceExhaustedError, UnmatchedRequestError
from reqsnap.memo import Memo
from reqsnap.model import Request, Response
from reqsnap.modes import Mode, Permits
from reqsnap.near_misses import nearest
from reqsnap.sequences import Entry, Prepared, prepare


@dataclass(frozen=True, slots=True)
class Replay:
    """The answer stands in the cassette.

    `kept` belongs to the recording: an interceptor may keep there what it has made of
    the answer, under a name of its own, and find it at the next replay.
    """

    response: Response
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """The client's own code sends the request; what comes back goes to `after` or `failed`.

    `order` is the request's place among all, `started` a reading of the monotonic clock
    in seconds, `recorded_at` the time of day in UTC.
    """

    order: int
    started: float
    recorded_at: datetime
    target: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """The request may neither be replayed nor sent: raise `error`."""

    error: UnmatchedRequestError


class Recorder:
    """Decides for one block. Called from any thread.

    `may_replay` says whether anything in force may answer from a cassette; where it is
    False no request need be gathered before it is sent. `built` is for interceptors:
    what they need not work out again as long as the block is open.
    """

    def __init__(
        self,
        cassette: Cassette,
        permits: Permits,
        *,
        outer: Recorder | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.cassette = cassette
        self.permits = permits
        self.outer = outer
        self.may_replay: bool = permits.replay or (outer is not None and outer.may_replay)
        self.closed = False
        self.refusals: list[UnmatchedRequestError] = []
        self.problems: list[Exception] = []
        self.recorded: list[Entry] = []
        self._under_way: dict[Forward, None] = {}
        self._lock = threading.RLock()
        self._clock, self._now = clock, now
        self.built: Memo[Any] = Memo()
        self._prepared: Memo[Prepared] = Memo()

    @property
    def may_send(self) -> bool:
        """Whether the mode lets a request out."""
        return self.permits.send

    # Before the request is sent

    def head(self, method: str, url: str) -> Forward | Refuse | None:
        """Decide where the body cannot change the answer.

        Takes the method and the absolute URL. None asks for `before` with the whole request.
        """
        if self.may_replay and self._could_match(method, url):
            return None
        if self.permits.send:
            return self._forward(method, url)
        return self._refuse(Request(method, url))

    def before(self, request: Request) -> Replay | Forward | Refuse:
        """Decide for a whole request; a replay takes its place in the sequence."""
        found = self._replay(request)
        if found is not None:
            replay: Replay | None = found.kept.get(_REPLAY)
            if replay is None:
                replay = found.kept[_REPLAY] = Replay(found.interaction.response, found.kept)
            return replay
        if self.permits.send:
            return self._forward(request.method, request.url)
        return self._refuse(request)

    # After it was forwarded

    def after(self, forward: Forward, request: Request, response: Response) -> None:
        """Take in a forwarded exchange that completed. Raises nothing into the program."""
        if not self._finish(forward):
            return
        elapsed = round(self._clock() - forward.started, 6)
        try:
            entry = self.cassette.note(forward.order, request, response, forward.recorded_at, elapsed)
            self.recorded.append(entry)
        except Exception as problem:
            self.problems.append(problem)

    def failed(self, forward: Forward, error: BaseException | None = None) -> None:
        """A forwarded exchange that broke off, was abandoned or switched protocols: not recorded."""
        self._finish(forward)

    def close(self) -> tuple[Forward, ...]:
        """Record nothing more; returns the exchanges that are still under way."""
        with self._lock:
            self.closed = True
            return tuple(self._under_way)

    # Within

    def _finish(self, forward: Forward) -> bool:
        """Whether a forwarded exchange ends in time to be recorded."""
        with self._lock:
            return self._under_way.pop(forward, _UNKNOWN) is None and not self.closed

    def _could_match(self, method: str, url: str) -> bool:
        if self.permits.replay and not self.closed and self.cassette.could_match(method, url):
            return True
        return self.outer is not None and self.outer._could_match(method, url)

    def _replay(self, request: Request) -> Entry | None:
        if self.permits.replay and not self.closed:
            # What is used up is recorded anew where the mode may, and repeated where not.
            again = not self.permits.send
            found = self.cassette.take(self._prepare(request), again=again)
            if found is not None:
                return found
        return self.outer._replay(request) if self.outer is not None else None

    def _prepare(self, request: Request) -> Prepared:
        """The request redacted and keyed; remembered, since programs repeat themselves."""
        known = request.method, request.url, request.headers.pairs, request.body
        found = self._prepared.get(known)
        if found is None:
            policy = self.cassette.policy
            found = prepare(request, policy.rules, policy.matching)
            self._prepared.keep(known, found, len(request.body))
        return found

    def _forward(self, method: str, url: str) -> Forward:
        forward = Forward(self.cassette.next_order(), self._clock(), self._now(), f"{method} {url}")
        with self._lock:
            if not self.closed:
                self._under_way[forward] = None
        return forward

    def _refuse(self, request: Request) -> Refuse:
        policy = self.cassette.policy
        live = prepare(request, policy.rules, policy.matching)
        recorded = [interaction.request for interaction in self.cassette.interactions]
        used_up = not self.closed and self.cassette.holds(live)
        kind = SequenceExhaustedError if used_up else UnmatchedRequestError
        error = kind(
            live.request.method,
            live.request.url,
            mode=policy.mode.value,
            cassette=self.cassette.path,
            reason=_reason(self, recorded, used_up),
            advice=_advice(self),
            nearest=nearest(policy.matching, live.request, recorded),
        )
        self.refusals.append(error)
        return Refuse(error)


_REPLAY = "replay"
_UNKNOWN = object()


def _reason(recorder: Recorder, recorded: list[Request], used_up: bool) -> str:
    mode = recorder.cassette.mode
    if recorder.closed:
        return "its block has ended, and what remains of it may not use the network"
    if used_up:
        return "it was recorded, but every recording of it has been played or stands for another value"
    if not recorded:
        return f"the cassette is empty and mode {mode.value} sends nothing"
    return f"it is not among the {len(recorded)} recorded requests and mode {mode.value} sends nothing new"


def _advice(recorder: Recorder) -> str:
    if recorder.cassette.mode is Mode.ONCE:
        return (
            "run once with REQSNAP_MODE=update to add it, or with REQSNAP_MODE=record to record "
            "everything anew; if the difference is meant to be ignored, change match_on."
        )
    return (
        "run once with REQSNAP_MODE=update to add it; if the difference is meant to be ignored, "
        "change match_on."
    )
