"""Starting an imitated API and running a program against it."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

from tests.sdks.imitations.server import Call, Imitation
from tests.sdks.programs.program import Program
from tests.support.certificates import Certificates

VOLATILE = frozenset(
    {
        "amz-sdk-invocation-id",
        "authorization",
        "cookie",
        "idempotency-key",
        "x-amz-date",
        "x-stripe-client-telemetry",
    }
)
"""Header fields whose values differ between two runs of a program.

A cookie does where the answer that set it was replayed, and so was redacted.
"""

BOUNDARY = re.compile(rb'boundary="?([^";\r\n]+)')

Run = Callable[[], Any]


@contextmanager
def standing(program: Program, certificates: Certificates) -> Iterator[Imitation]:
    """The program's API, reachable until the end of the block or until it is closed."""
    # A unix socket's path must be shorter than pytest's directories often are.
    directory = Path(tempfile.mkdtemp())
    try:
        socket_path = directory / "api.sock" if program.transport == "unix" else None
        tls = certificates.server if program.transport == "tls" else None
        with program.api(socket_path, tls) as api:
            yield api
    finally:
        shutil.rmtree(directory)


@contextmanager
def connected(program: Program, url: str, arrived: Callable[[], None] = lambda: None) -> Iterator[Run]:
    """A client that lives as long as the block, and what runs the program through it once."""
    more = (arrived,) if program.streams else ()
    manager = program.client(url)
    if isinstance(manager, AbstractContextManager):
        with manager as client:
            yield lambda: program.use(client, *more)
    else:
        with _in_a_loop(manager) as (client, runner):
            yield lambda: runner.run(program.use(client, *more), context=copy_context())


def run_once(program: Program, api: Imitation) -> Any:
    """The program's result with a client of its own."""
    with connected(program, api.url, api.arrived.set) as run:
        return run()


def wire(calls: list[Call]) -> list[tuple[object, ...]]:
    """What reached the server, in a form that is the same from run to run."""
    return [_steady(call) for call in calls]


@contextmanager
def _in_a_loop(manager: AbstractAsyncContextManager[Any]) -> Iterator[tuple[Any, asyncio.Runner]]:
    async def enter() -> Any:
        return await manager.__aenter__()

    async def leave() -> None:
        await manager.__aexit__(None, None, None)

    with asyncio.Runner() as runner:
        client = runner.run(enter())
        try:
            yield client, runner
        finally:
            runner.run(leave())


def _steady(call: Call) -> tuple[object, ...]:
    boundary = BOUNDARY.search(call.header("Content-Type").encode())
    changing = [call.header("Host").encode(), *(boundary.groups() if boundary else ())]

    def steady(text: bytes) -> bytes:
        for number, word in enumerate(changing):
            text = text.replace(word, b"<%d>" % number)
        return text

    head = [
        (name, None if name.lower() in VOLATILE else steady(value.encode())) for name, value in call.headers
    ]
    return call.method, call.target, head, steady(call.body)
