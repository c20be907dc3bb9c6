"""The programs of the conformance suite in a forked child, which is served the gates of its server."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import NoReturn

from tests.conformance.registry import Program
from tests.conformance.runs import Trial
from tests.conformance.world import World
from tests.support.gates import Gates


class ChildsTrial(Trial):
    """Runs the program in a child wherever there is a cassette."""

    def _result(self, name: str, program: Program, world: World) -> object:
        def here() -> object:
            return super(ChildsTrial, self)._result(name, program, world)

        return here() if name == "bare" else in_child(here, world)


def in_child(work: Callable[[], object], world: World) -> object:
    """What a function returns in a forked process."""
    mine, theirs = get_context("fork").Pipe()
    with warnings.catch_warnings():
        # The servers are threads of this process.
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
        child = os.fork()
    if not child:
        be_child(theirs, work, world)
    theirs.close()
    try:
        return said(mine, world.server.gates)
    finally:
        mine.close()
        os.waitpid(child, 0)


def be_child(pipe: Connection, work: Callable[[], object], world: World) -> NoReturn:
    """Tell of what comes of the work, and end."""
    try:
        world.server.state.gates = RemoteGates(pipe)
        try:
            pipe.send(("returned", work()))
        except BaseException as error:
            pipe.send(("raised", repr(error)))
    finally:
        os._exit(0)


def said(pipe: Connection, gates: Gates) -> object:
    """What a child says at its end, its gates being served until then."""
    while True:
        what, *rest = pipe.recv()
        if what == "returned":
            return rest[0]
        if what == "raised":
            raise AssertionError(f"the child met with {rest[0]}")
        getattr(gates, what)(*rest)
        pipe.send(None)


class RemoteGates(Gates):
    """The gates of a server in the process that this one was forked from."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self._pipe, self._lock = pipe, threading.Lock()

    def open(self, name: str) -> None:
        self._ask("open", name)

    def wait(self, name: str) -> None:
        self._ask("wait", name)

    def release(self) -> None:
        self._ask("release")

    def _ask(self, *what: str) -> None:
        with self._lock:
            self._pipe.send(what)
            self._pipe.recv()
