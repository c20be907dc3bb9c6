"""How an owner answers one message of a child. No I/O: bytes in, bytes out."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from reqsnap import scope
from reqsnap.errors import AmbiguousCassetteError
from reqsnap.processes import messages
from reqsnap.processes.messages import Bodies, Plain
from reqsnap.recorder import Recorder
from reqsnap.recorder.decisions import Forward, Refuse, Replay

Find = Callable[[int], "scope.Block | None"]
OnPath = Callable[[str], "str | None"]


class _ClosedError(Exception):
    """The block was closed long ago, and no other is open in its place."""


class Server:
    """Answers for the blocks of this process, which `find` finds by their numbers. Called from any thread.

    `on_path` has the ticket, as text, of the block that is open on a path. Forwarded exchanges
    are kept by numbers until the child says how they ended.
    """

    def __init__(self, find: Find, on_path: OnPath) -> None:
        self._find = find
        self._on_path = on_path
        self._numbers = itertools.count(1)
        self._forwarded: dict[int, tuple[Recorder, Forward]] = {}

    def answer(self, data: bytes) -> bytes:
        """What is to be said to a message; what a function of the user's raises is told too."""
        given: Bodies = []
        try:
            asked, bodies = messages.unpack(data)
            said = _ANSWERS[asked["do"]](self, asked, bodies, given)
            return messages.pack({"said": said}, given)
        except _ClosedError:
            return messages.pack({"gone": True})
        except AmbiguousCassetteError as error:
            return messages.pack({"ambiguous": error.open_cassettes})
        except Exception as error:
            return messages.pack({"raised": f"{type(error).__name__}: {error}"})

    def _recorder(self, asked: Plain) -> Recorder | None:
        block = scope.inherited_from(self._find(asked["block"]))
        if block is None and asked["block"]:
            raise _ClosedError
        return None if block is None else block.recorder

    def _ticket(self, asked: Plain, bodies: Bodies, given: Bodies) -> Plain:
        return self._on_path(asked["path"])

    def _may_replay(self, asked: Plain, bodies: Bodies, given: Bodies) -> Plain:
        recorder = self._recorder(asked)
        return recorder is not None and recorder.may_replay

    def _head(self, asked: Plain, bodies: Bodies, given: Bodies) -> Plain:
        recorder = self._recorder(asked)
        if recorder is None:
            return _UNRECORDED
        return self._decided(recorder, recorder.head(asked["method"], asked["url"]), given)

    def _before(self, asked: Plain, bodies: Bodies, given: Bodies) -> Plain:
        recorder = self._recorder(asked)
        if recorder is None:
            return _UNRECORDED
        return self._decided(recorder, recorder.before(messages.to_request(asked["request"], bodies)), given)

    def _could_match(self, asked: Plain, bodies: Bodies, given: Bodies) -> Plain:
        recorder = self._recorder(asked)
        return recorder is not None and recorder.could_match(asked["method"], asked["url"])

    def _outer(self, asked: Plain, bodies: Bodies, given: Bodies) -> Plain:
        recorder = self._recorder(asked)
        if recorder is None:
            return None
        decision = recorder.answer(messages.to_request(asked["request"], bodies), innermost=False)
        return self._decided(recorder, decision, given)

    def _after(self, asked: Plain, bodies: Bodies, given: Bodies) -> Plain:
        recorder, forward = self._forwarded.pop(asked["forward"], (None, None))
        if recorder is not None and forward is not None:
            request = messages.to_request(asked["request"], bodies)
            recorder.after(forward, request, messages.to_response(asked["response"], bodies))
        return None

    def _failed(self, asked: Plain, bodies: Bodies, given: Bodies) -> Plain:
        recorder, forward = self._forwarded.pop(asked["forward"], (None, None))
        if recorder is not None and forward is not None:
            request, response = asked["request"], asked["response"]
            recorder.failed(
                forward,
                request=None if request is None else messages.to_request(request, bodies),
                response=None if response is None else messages.to_response(response, bodies),
                cause=messages.to_network_error(asked["cause"]),
                why=asked["why"],
            )
        return None

    def _decided(
        self, recorder: Recorder, decision: Replay | Forward | Refuse | None, given: Bodies
    ) -> Plain:
        number = 0
        # An order of 0 takes no place: nothing is kept of that exchange.
        if isinstance(decision, Forward) and decision.order:
            number = next(self._numbers)
            self._forwarded[number] = recorder, decision
        return messages.from_decision(decision, number, given)


_UNRECORDED = {"forward": 0}

_ANSWERS: dict[str, Callable[[Server, Plain, Bodies, Bodies], Plain]] = {
    "ticket": Server._ticket,
    "may_replay": Server._may_replay,
    "head": Server._head,
    "before": Server._before,
    "could_match": Server._could_match,
    "outer": Server._outer,
    "after": Server._after,
    "failed": Server._failed,
}
