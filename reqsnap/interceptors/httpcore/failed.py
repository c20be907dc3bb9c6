"""Exchanges that ended in an error of the network, replayed: what had come, and then the error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from reqsnap.interceptors.httpcore.checkpoints import checkpoint, is_under_trio
from reqsnap.interceptors.httpcore.failures import Failure, Runtime
from reqsnap.interceptors.httpcore.replay import (
    ends_with_head,
    replay_async,
    replay_sync,
    traces_of,
)
from reqsnap.interceptors.httpcore.replayed_body import Traces
from reqsnap.interceptors.httpcore.shapes import DEFAULT_PORTS, CoreRequest, CoreResponse, CoreURL
from reqsnap.model import NetworkError
from reqsnap.recorder import Replay


def replay_failed_sync(
    name: str, pool: object, request: CoreRequest, decision: Replay, error: NetworkError
) -> CoreResponse:
    """What had come of the answer, for a sync pool; the error where nothing had."""
    failure = _failure(name, pool, request, decision, error, Runtime.BLOCKING)
    if not decision.response.status:
        _fail_sync(failure, traces_of(name, request, decision))
    response = replay_sync(name, request, decision)
    if not ends_with_head(request.method, decision.response):
        response.stream.pieces = failure.pieces()
    return response


async def replay_failed_async(
    name: str, pool: object, request: CoreRequest, decision: Replay, error: NetworkError
) -> CoreResponse:
    """What had come of the answer, for an async pool; the error where nothing had."""
    runtime = Runtime.TRIO if is_under_trio() else Runtime.ASYNCIO
    failure = _failure(name, pool, request, decision, error, runtime)
    if not decision.response.status:
        await checkpoint()
        await _fail_async(failure, traces_of(name, request, decision))
    response = await replay_async(name, request, decision)
    if not ends_with_head(request.method, decision.response):
        response.stream.pieces = failure.pieces()
    return response


def _fail_sync(failure: Failure, traces: Traces | None) -> NoReturn:
    if traces is None or failure.step is None:
        failure.fail()
    try:
        for step in _before(failure.step, traces):
            with step:
                pass
        with traces.step(failure.step):
            failure.fail()
    except BaseException:
        with traces.closed():
            pass
        raise


async def _fail_async(failure: Failure, traces: Traces | None) -> NoReturn:
    if traces is None or failure.step is None:
        failure.fail()
    try:
        for step in _before(failure.step, traces):
            async with step:
                pass
        async with traces.step(failure.step):
            failure.fail()
    except BaseException:
        async with traces.closed():
            pass
        raise


def _before(failed: str, traces: Traces) -> Iterator[Any]:
    """The steps that had succeeded before one did not."""
    for name in ("send_request_headers", "send_request_body"):
        if name == failed:
            return
        yield traces.step(name)


def _failure(
    name: str, pool: object, request: CoreRequest, decision: Replay, error: NetworkError, runtime: Runtime
) -> Failure:
    secure = request.url.scheme in (b"https", b"wss")
    return Failure(name, error, decision.response, runtime, _address(pool, request.url), secure)


def _address(pool: object, url: CoreURL) -> str | None:
    """What a pool would connect to for a URL; None for a Unix socket."""
    if getattr(pool, "_uds", None) is not None:
        return None
    proxy: CoreURL | None = getattr(pool, "_proxy_url", None)
    target = url if proxy is None else proxy
    host = target.host.decode("latin-1").strip("[]")
    port = target.port or DEFAULT_PORTS.get(target.scheme, _SOCKS_PORT)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


_SOCKS_PORT = 1080
