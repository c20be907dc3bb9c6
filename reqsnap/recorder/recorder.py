"""Decides, for one request, Replay, Forward or Refuse, and takes in what came back.

No I/O and no patches: an interceptor asks, and does what the answer says. What is asked,
in this order: the stubs, the excluded URLs, `should_playback`, the recordings, the
cassettes around this one, and whether the mode lets the request out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from reqsnap.cassette import Cassette
from reqsnap.differences import Drift
from reqsnap.errors import UnmatchedRequestError
from reqsnap.model import Interaction, NetworkError, Request, Response
from reqsnap.modes import Permits
from reqsnap.recorder import misses
from reqsnap.recorder.decisions import Forward, Lost, Refuse, Replay, replay_of
from reqsnap.recorder.late import Late
from reqsnap.recorder.noting import noted
from reqsnap.recorder.preparing import preparing
from reqsnap.recorder.under_way import UnderWay
from reqsnap.rules.retention import OnStale
from reqsnap.sequences.entries import Entry, Prepared


class Recorder:
    """Decides for one block. Called from any thread.

    `is_remote` says that another process decides. All lists but `recorded` are for the end of the
    block to tell.
    """

    is_remote = False

    def __init__(
        self,
        cassette: Cassette,
        permits: Permits,
        *,
        outer: Recorder | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.cassette, self.permits, self.outer = cassette, permits, outer
        self._late = Late()
        self.refusals: list[UnmatchedRequestError] = []
        self.problems: list[Exception] = []
        self.lost: list[Lost] = []
        self.stale: list[Interaction] = []
        self.drift: list[Drift] = []
        self.recorded: list[Entry] = []
        self._under_way = UnderWay()
        self._clock, self._now = clock, now
        policy = cassette.policy
        self._prepare = preparing(policy.rules, policy.matching)
        self._filters, self._retention, self._rules = policy.filters, policy.retention, policy.rules
        self._excludes, self._sees = policy.filters.exclude_any, policy.filters.seen_as is not None
        self._is_plain, self._again = policy.is_plain, policy.habits.repeats or not permits.send

    @property
    def may_replay(self) -> bool:
        """Whether anything in force may answer in the server's place; else no request need be gathered."""
        if self.permits.replay or self.cassette.stubs.all:
            return True
        return self.outer is not None and self.outer.may_replay

    @property
    def closed(self) -> bool:
        """Whether its block has ended, so that it answers and records nothing more."""
        return self._under_way.closed

    @property
    def may_send(self) -> bool:
        """Whether the mode lets a request out."""
        return self.permits.send

    # Before the request is sent

    def head(self, method: str, url: str) -> Forward | Refuse | None:
        """Decide where the body cannot change the answer.

        Takes the method and the absolute URL. None asks for `before` with the whole request.
        """
        if self.cassette.stubs.all and self.cassette.stubs.could_match(method, url):
            return None
        if self._excludes and self._filters.excludes(url):
            return self._unrecorded(method, url)
        if self.may_replay and self.could_match(method, url):
            return None
        if self.permits.send:
            return self._forward(method, url)
        return self._unmatched(Request(method, url))

    def before(self, request: Request) -> Replay | Forward | Refuse:
        """Decide for a whole request; a replay takes its place in the sequence.

        Raises what a function of the user's raises.
        """
        decision = self.answer(request, innermost=True)
        if decision is not None:
            return decision
        if self.permits.send:
            return self._forward(request.method, request.url)
        return self._unmatched(self._filters.seen(request) or request)

    # After it was forwarded

    def after(self, forward: Forward, request: Request, response: Response) -> None:
        """Take in a forwarded exchange that completed. Raises nothing into the program."""
        self.cassette.traffic.took(forward, self._clock(), self._rules)
        if self._under_way.end(forward):
            self._note(forward, request, response, None)

    def failed(
        self,
        forward: Forward,
        error: BaseException | None = None,
        *,
        request: Request | None = None,
        response: Response | None = None,
        cause: NetworkError | None = None,
        why: str = "",
    ) -> None:
        """A forwarded exchange that did not complete.

        `error` is what the program sees; `cause` what it means, or that the program closed the
        answer, with the request and what had come of the response, where known. `why` says
        in words why it cannot be recorded. Raises nothing into the program.
        """
        self.cassette.traffic.took(forward, self._clock(), self._rules)
        if not self._under_way.end(forward):
            return
        if cause is not None and request is not None and self.cassette.policy.records(cause):
            self._note(forward, request, response or Response(0), cause)
            return
        if forward.replaces is not None:
            self.cassette.give_back(forward.replaces)
        if why := why or self.cassette.policy.habits.why_lost(cause):
            self.lost.append(Lost(forward.shown(self._rules), why))

    def close(self) -> tuple[str, ...]:
        """Record nothing more; returns the requests that are still under way, to be shown."""
        return tuple([forward.shown(self._rules) for forward in self._under_way.close()])

    def forked(self) -> None:
        """Be of no more use, in a forked process: what is under way is the other's to record."""
        self._under_way.forked()
        self.cassette.abandon()

    # For a block within this one

    def could_match(self, method: str, url: str) -> bool:
        """Whether this cassette, or one around it, may answer this method and URL."""
        cassette = self.cassette
        if self.permits.replay and not self.closed and (self._sees or cassette.could_match(method, url)):
            return True
        if cassette.stubs.all and cassette.stubs.could_match(method, url):
            return True
        return self.outer is not None and self.outer.could_match(method, url)

    def answer(self, request: Request, *, innermost: bool) -> Replay | Forward | Refuse | None:
        """What this cassette, or one around it, has to say of a request; None for nothing."""
        if not self._is_plain or self.cassette.stubs.all:
            decision = self._answer_by_rules(request, innermost=innermost)
            if decision is not None:
                return decision
        elif self.permits.replay and not self._under_way.closed:
            # What is used up is recorded anew where the mode may, and repeated where not.
            entry = self.cassette.take(self._prepare(request), again=self._again)
            if entry is not None:
                return entry.replay or replay_of(entry, self.cassette)
        return None if self.outer is None else self.outer.answer(request, innermost=False)

    # Within

    def _note(
        self, forward: Forward, request: Request, response: Response, error: NetworkError | None
    ) -> None:
        elapsed = round(self._clock() - forward.started, 6)
        new = Interaction(request, response, forward.recorded_at, elapsed, error)
        entry = None
        try:
            entry = noted(self.cassette, forward, new)
        except Exception as problem:
            self.problems.append(problem)
        if entry is not None:
            self.recorded.append(entry)
        elif forward.replaces is not None:
            self.cassette.give_back(forward.replaces)

    def _answer_by_rules(self, request: Request, *, innermost: bool) -> Replay | Forward | Refuse | None:
        if self.closed:
            return None
        stub = self.cassette.stubs.take(request)
        if stub is not None:
            return Replay(stub.answer(request))
        if self._excludes and self._filters.excludes(request.url):
            return self._unrecorded(request.method, request.url) if innermost else None
        seen = self._filters.seen(request)
        if seen is None:
            return self._unrecorded(request.method, request.url) if innermost else None
        if not self.permits.replay:
            return None
        request = seen
        if not self._filters.may_play(request):
            return self._unplayable(request, "should_playback") if innermost else None
        live = self._prepare(request)
        entry = self.cassette.take(live, again=self._again)
        if entry is None and self.cassette.policy.reports_drift and not self.permits.send:
            entry = self._drifted(live)
        return None if entry is None else self._played(entry, live, request, innermost=innermost)

    def _drifted(self, live: Prepared) -> Entry | None:
        found = self.cassette.take_drifted(live)
        if found is None:
            return None
        entry, drift = found
        self.drift.append(drift)
        return entry

    def _played(
        self, entry: Entry, live: Prepared, request: Request, *, innermost: bool
    ) -> Replay | Forward | Refuse | None:
        """What comes of a recording that was found."""
        interaction = entry.interaction
        is_stale = self._retention.is_stale(interaction.recorded_at, self._now())
        renews = is_stale and self._retention.on_stale is OnStale.RERECORD and self.permits.send
        if renews and innermost:
            # Its place is taken until it is known whether there is anything to replace it with.
            return self._forward(request.method, request.url, entry)
        replay = None
        try:
            if is_stale and self._retention.on_stale is OnStale.ERROR:
                return self._refused(misses.stale(self.cassette, live, interaction))
            changed = None if renews else self._filters.to_playback(interaction)
            if changed is not None:
                replay = replay_of(entry, self.cassette, changed)
        finally:
            if replay is None:
                self.cassette.give_back(entry)
        if replay is None and innermost and (self.permits.send or self.outer is None):
            return self._unplayable(request, "before_playback")
        if replay is not None and is_stale:
            self.stale.append(interaction)
        return replay

    def _unplayable(self, request: Request, hook: str) -> Forward | Refuse:
        """A request that a hook keeps from its recording, which it does not double."""
        if not self.permits.send:
            return self._refused(misses.unplayable(self.cassette, self._prepare(request), hook))
        if self.cassette.holds(self._prepare(request)):
            return self._unrecorded(request.method, request.url)
        return self._forward(request.method, request.url)

    def _forward(self, method: str, url: str, replaces: Entry | None = None) -> Forward:
        self.cassette.traffic.sent()
        order, ahead = self.cassette.next_order(), self.cassette.policy.habits.only_whole
        forward = Forward(order, self._clock(), self._now(), (method, url), replaces, ahead)
        if not self._under_way.begin(forward):
            self._late.sent(self.cassette.path, forward.shown(self._rules))
        return forward

    def _unrecorded(self, method: str, url: str) -> Forward:
        """Let a request out of which nothing is kept, and which takes no place."""
        self.cassette.traffic.sent()
        return Forward(0, self._clock(), self._now(), (method, url))

    def _unmatched(self, request: Request) -> Refuse:
        return self._refused(misses.unmatched(self.cassette, self._prepare(request), closed=self.closed))

    def _refused(self, error: UnmatchedRequestError) -> Refuse:
        error = self.cassette.policy.habits.refused(error, self.cassette)
        self.refusals.append(error)
        self.cassette.traffic.refusals.append(error)
        return Refuse(error)
