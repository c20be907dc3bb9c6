"""The transports of httpx and httpx2: a whole answer is given here, and all else is left to the pool beneath.

Below its transport httpx makes each request and answer a second time, in httpcore's terms. A request
whose body is at hand and that goes to a pool of httpcore's is decided here. Where that comes
to anything but a whole answer, the decision is handed on to what is wrapped of the pool.
"""

from __future__ import annotations

from typing import Any

from reqsnap import scope
from reqsnap.interceptors.httpcore.checkpoints import checkpoint
from reqsnap.interceptors.httpcore.replay import Answer, answer_of
from reqsnap.interceptors.httpcore.shapes import DEFAULT_PORTS, remembered_head
from reqsnap.interceptors.httpx.library import Library, Side, library
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
        asked = _asked(parts, request) if parts.sync.is_direct(wrapped, transport) else None
        if asked is None:
            return wrapped(*args, **kwargs)
        decision = recorder.before(asked)
        answer = _answer(parts, decision)
        if answer is None:
            return wrapped(_decided(parts, request, asked, decision))
        return _given(parts, parts.sync, answer, request)

    return handle_request


def _async_handler(client: str) -> Wrapper:
    async def handle_async_request(wrapped: Any, transport: object, args: Any, kwargs: Any) -> Any:
        recorder = scope.answering()
        if recorder is None:
            return await wrapped(*args, **kwargs)
        parts = library(client)
        request = args[0] if args else kwargs["request"]
        asked = _asked(parts, request) if parts.async_.is_direct(wrapped, transport) else None
        if asked is None:
            return await wrapped(*args, **kwargs)
        decision = recorder.before(asked)
        answer = _answer(parts, decision)
        if answer is None:
            return await wrapped(_decided(parts, request, asked, decision))
        if not may_go_on():
            await checkpoint()
        return _given(parts, parts.async_, answer, request)

    return handle_async_request


def _asked(parts: Library, request: Any) -> Request | None:
    """The request as the pool beneath would ask for it; None for one that needs a pool.

    Its body is to be at hand, and it may ask for nothing that only a pool does.
    """
    stream, extensions, url = request.stream, request.extensions, request.url
    if type(stream) is not parts.byte_stream or (extensions and tuple(extensions) != ("timeout",)):
        return None
    scheme = url.raw_scheme
    if scheme not in DEFAULT_PORTS or not request.method.isascii():
        return None
    head = remembered_head(
        request.method.encode("ascii"),
        scheme,
        url.raw_host,
        url.port,
        url.raw_path,
        tuple(request.headers.raw),
    )
    return head.request(b"".join(stream), True)


_Answer = tuple[Answer, Any]
"""A recorded answer as a pool would give it, and its header fields as a transport does."""


def _answer(parts: Library, decision: Replay | Forward | Refuse) -> _Answer | None:
    """The answer, where that is all that comes of a decision and no log tells how it comes."""
    if type(decision) is not Replay or decision.error is not None:
        return None
    found: _Answer | None = decision.kept.get(parts.name)
    if found is None:
        answer = answer_of(parts.core, decision)
        found = decision.kept[parts.name] = answer, parts.headers(answer.headers)
    return None if found[0].is_logged else found


def _given(parts: Library, side: Side, found: _Answer, request: Any) -> Any:
    """The library's own response, as a transport makes it."""
    answer, headers = found
    return parts.response(
        status_code=answer.status,
        headers=headers,
        stream=side.stream(answer.body(side.body, request.method.encode("ascii"))),
        extensions=answer.extensions(side.body),
    )


def _decided(parts: Library, request: Any, asked: Request, decision: Replay | Forward | Refuse) -> Any:
    """The request to hand to the pool, with what was decided about it. The client's own is left as it is."""
    # Not by copy(): as it is pickled, a request loses its extensions, in which the timeouts are.
    outgoing = object.__new__(type(request))
    outgoing.__dict__.update(request.__dict__)
    outgoing.stream = parts.decided(request.stream, asked, decision)
    return outgoing


PATCHES = patches("httpx")
