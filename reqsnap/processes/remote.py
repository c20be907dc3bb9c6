"""The recorder of a child process: it asks the owner, and decides nothing itself."""

from __future__ import annotations

import os
import threading
import warnings
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing import AuthenticationError
from typing import TYPE_CHECKING

from reqsnap.cassette import Cassette
from reqsnap.errors import AmbiguousCassetteError, LostExchangeWarning, OwnerGoneError, ReqsnapError
from reqsnap.model import NetworkError, Request, Response
from reqsnap.modes import Mode, Permits
from reqsnap.processes import messages
from reqsnap.processes.messages import Bodies, Plain
from reqsnap.processes.tickets import Ticket
from reqsnap.recorder import Recorder
from reqsnap.recorder.decisions import Forward, Refuse, Replay
from reqsnap.redaction import DEFAULT_RULES, redact_request
from reqsnap.rules.policy import Policy

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

PATIENCE = 1.0
"""In seconds: how long an answer may take before the owner is looked for."""


_LOST = "process {}, which opened the cassette, can no longer be asked"
_ENDED = "the block that process {} opened the cassette for has ended"


class GoneError(Exception):
    """The owner does not answer any more."""


class RemoteRecorder(Recorder):
    """Asks the owner of a block, as the ticket says. Called from any thread.

    Each thread that waits for an answer has a connection of its own. `cassette` is the copy
    that a forked process has.
    """

    is_remote = True

    def __init__(self, ticket: Ticket, cassette: Cassette | None = None) -> None:
        policy = Policy(Mode.parse(ticket.mode), records_errors=ticket.records_errors)
        super().__init__(
            cassette or Cassette(policy=policy), Permits(ticket.replays, ticket.sends, replaces=False)
        )
        self.ticket = ticket
        self._idle: list[Connection] = []
        # Re-entrant, because a garbage collection may end an exchange anywhere.
        self._lock = threading.RLock()
        self._gone = ""
        self._has_warned = False

    def forked(self) -> None:
        """Share no connection with the process that this one was forked from."""
        idle, self._idle = self._idle, []
        self._lock = threading.RLock()
        for connection in idle:
            connection.close()

    def ticket_on(self, key: str) -> str | None:
        """The ticket, as text, of a block that its owner has open on a cassette, if there is one."""
        try:
            found: str | None = self._ask({"do": "ticket", "path": key})[0]
        except GoneError:
            return None
        return found

    @property
    def may_replay(self) -> bool:
        """Whether anything in force may answer in the server's place."""
        if self.ticket.replays:
            return True
        try:
            return bool(self._ask({"do": "may_replay"})[0])
        except GoneError:
            return False

    def head(self, method: str, url: str) -> Forward | Refuse | None:
        """Decide where the body cannot change the answer."""
        if self.ticket.refuses:
            # With the whole request the owner says the same, and is asked but once.
            return None
        decision = self._decide({"do": "head", "method": method, "url": url}, method, url)
        if isinstance(decision, Replay):
            raise ReqsnapError("the owner of the cassette replayed a request that it has not seen")
        return decision

    def before(self, request: Request) -> Replay | Forward | Refuse:
        """Decide for a whole request."""
        bodies: Bodies = []
        asked = {"do": "before", "request": messages.from_request(request, bodies)}
        decision = self._decide(asked, request.method, request.url, bodies)
        if decision is None:
            raise ReqsnapError("the owner of the cassette did not decide")
        return decision

    def could_match(self, method: str, url: str) -> bool:
        """Whether the owner may answer this method and URL, asked for a block of this process."""
        try:
            return bool(self._ask({"do": "could_match", "method": method, "url": url})[0])
        except GoneError:
            return False

    def answer(self, request: Request, *, innermost: bool) -> Replay | Forward | Refuse | None:
        """What the owner has to say of a request that a block of this process does not hold."""
        bodies: Bodies = []
        asked = {"do": "outer", "request": messages.from_request(request, bodies)}
        try:
            said, given = self._ask(asked, bodies)
        except GoneError:
            return None
        return messages.to_decision(said, (request.method, request.url), given)

    def after(self, forward: Forward, request: Request, response: Response) -> None:
        """Give the owner what came back; it has it when this returns."""
        bodies: Bodies = []
        self._tell(
            forward,
            {
                "do": "after",
                "request": messages.from_request(request, bodies),
                "response": messages.from_response(response, bodies),
            },
            bodies,
        )

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
        """Tell the owner that a forwarded exchange did not complete."""
        bodies: Bodies = []
        self._tell(
            forward,
            {
                "do": "failed",
                "request": None if request is None else messages.from_request(request, bodies),
                "response": None if response is None else messages.from_response(response, bodies),
                "cause": messages.from_network_error(cause),
                "why": why,
            },
            bodies,
        )

    # Within

    def _decide(
        self, asked: dict[str, Plain], method: str, url: str, bodies: Bodies | None = None
    ) -> Replay | Forward | Refuse | None:
        try:
            said, given = self._ask(asked, bodies or [])
        except GoneError:
            return self._without_owner(method, url)
        decision = messages.to_decision(said, (method, url), given)
        if isinstance(decision, Refuse):
            self.refusals.append(decision.error)
        return decision

    def _without_owner(self, method: str, url: str) -> Forward | Refuse:
        if self.permits.send:
            self._warn()
            return Forward(0, 0.0, datetime.now(UTC), (method, url))
        shown = redact_request(Request(method, url), DEFAULT_RULES)[0].url
        error = OwnerGoneError(
            method,
            # No more of it, because the rules of the block are not known here.
            shown.partition("?")[0],
            mode=self.ticket.mode,
            cassette=self.ticket.cassette,
            reason=self._gone.format(self.ticket.owner),
            advice="keep that process, and its block, until its children have ended",
        )
        self.refusals.append(error)
        return Refuse(error)

    def _tell(self, forward: Forward, asked: dict[str, Plain], bodies: Bodies) -> None:
        if not forward.order:
            return
        try:
            self._ask({**asked, "forward": forward.order}, bodies)
        except GoneError:
            # Raises nothing into the program, even where warnings are errors.
            with suppress(Warning):
                self._warn()
        except ReqsnapError as problem:
            self.problems.append(problem)

    def _warn(self) -> None:
        if not self._has_warned:
            where = self.ticket.cassette or "a cassette in memory"
            text = (
                f"{where}: {self._gone.format(self.ticket.owner)}; the requests of process "
                f"{os.getpid()} are sent and not recorded from here on."
            )
            warnings.warn(LostExchangeWarning(text), stacklevel=2)
            # Not where it was raised, which may have been where nothing may be raised.
            self._has_warned = True

    def _ask(self, asked: dict[str, Plain], bodies: Bodies | None = None) -> tuple[Plain, Bodies]:
        """What the owner says. Raises GoneError, and what the owner met with."""
        data = messages.pack({**asked, "block": self.ticket.number}, bodies or [])
        said, given = messages.unpack(self._exchange(data))
        if "gone" in said:
            self._gone = _ENDED
            raise GoneError
        if "ambiguous" in said:
            raise AmbiguousCassetteError(said["ambiguous"])
        if "raised" in said:
            raise ReqsnapError(
                f"process {self.ticket.owner}, which opened the cassette, met with {said['raised']}"
            )
        return said["said"], given

    def _exchange(self, data: bytes) -> bytes:
        from reqsnap.processes.sockets import has_come

        connection = self._take()
        try:
            connection.send_bytes(data)
            while not has_come(connection, PATIENCE):
                if not _is_alive(self.ticket.owner):
                    raise EOFError
            answer = connection.recv_bytes()
        except (OSError, EOFError) as problem:
            connection.close()
            self._gone = _LOST
            raise GoneError from problem
        except BaseException:
            # Interrupted: whoever takes it next would get this answer.
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)
        return answer

    def _take(self) -> Connection:
        if self._gone:
            raise GoneError
        with self._lock:
            if self._idle:
                return self._idle.pop()
        from reqsnap.processes.sockets import enter

        try:
            return enter(self.ticket.address, bytes.fromhex(self.ticket.key))
        except (OSError, EOFError, ValueError, AuthenticationError) as problem:
            self._gone = _LOST
            raise GoneError from problem


def _is_alive(process: int) -> bool:
    if os.name == "nt":
        return True  # A pipe ends with its process there.
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
