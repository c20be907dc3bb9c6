"""The transports of httpx and httpx2: a whole answer is given here, and all else is left to the pool beneath.

Below its transport httpx makes each request and answer a second time, in httpcore's terms. A request
whose body is at hand and that goes to a pool of httpcore's is decided here. Where that comes
to anything but a whole answer, the decision is handed on to what is wrapped of the pool.
"""

from __future__ import annotations

from logging import DEBUG
from typing import Any

from reqsnap import scope
from reqsnap.interceptors.httpcore.checkpoints import checkpoint
from reqsnap.interceptors.httpcore.replay import answer_of
from reqsnap.interceptors.httpx.library import Library, Side, library
from reqsnap.interceptors.httpx.whole import Whole
from reqsnap.interceptors.making_way import may_go_on
from reqsnap.model import Request
from reqsnap.patching import Patch, Wrapper
from reqsnap.recorder import Forward, Refuse, Replay


def patches(client: str) -> tuple[Patch, ...]:
    """The patches for httpx, or for a library of another name that is made like it."""
    return (
        Patch(client, "HTTPTransport.handle_request", _sync_handler(client)),
        Patch(client, "AsyncHTTPTransport.handle_async_request", _async_handler(client)),
    )


def _sync_handler(client: str) -> Wrapper:
    def handle_request(wrapped: Any, transport: object, args: Any, kwargs: Any) -> Any:
        recorder = scope.answering()
        if recorder is None:
            return wrapped(*args, **kwargs)
        parts = library(client)
        request = args[0] if args else kwargs["request"]
        asked = parts.asked(request) if parts.sync.is_direct(wrapped, transport) else None
        if asked is None:
            return wrapped(*args, **kwargs)
        decision = recorder.before(asked)
        answer = _whole(parts, parts.sync, decision)
        if answer is None:
            return wrapped(_decided(parts, request, asked, decision))
        return answer.response(request.method)

    return handle_request


def _async_handler(client: str) -> Wrapper:
    async def handle_async_request(wrapped: Any, transport: object, args: Any, kwargs: Any) -> Any:
        recorder = scope.answering()
        if recorder is None:
            return await wrapped(*args, **kwargs)
        parts = library(client)
        request = args[0] if args else kwargs["request"]
        asked = parts.asked(request) if parts.async_.is_direct(wrapped, transport) else None
        if asked is None:
            return await wrapped(*args, **kwargs)
        decision = recorder.before(asked)
        answer = _whole(parts, parts.async_, decision)
        if answer is None:
            return await wrapped(_decided(parts, request, asked, decision))
        if not may_go_on():
            await checkpoint()
        return answer.response(request.method)

    return handle_async_request


def _whole(parts: Library, side: Side, decision: Replay | Forward | Refuse) -> Whole | None:
    """The answer, where that is all that comes of a decision and no log tells how it comes."""
    if type(decision) is not Replay:
        return None
    whole: Whole | None = decision.kept.get(side.name)
    if whole is None:
        if decision.error is not None:
            return None
        whole = decision.kept[side.name] = Whole(parts, side, answer_of(parts.core, decision))
    return None if whole.logger.isEnabledFor(DEBUG) else whole


def _decided(parts: Library, request: Any, asked: Request, decision: Replay | Forward | Refuse) -> Any:
    """The request to hand to the pool, with what was decided about it. The client's own is left as it is."""
    # Not by copy(): as it is pickled, a request loses its extensions, in which the timeouts are.
    outgoing = object.__new__(type(request))
    outgoing.__dict__.update(request.__dict__)
    outgoing.stream = parts.decided(request.stream, asked, decision)
    return outgoing


PATCHES = patches("httpx")
