"""Running one program bare, recording, replaying and updating."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from reqsnap import Cassette, Headers, Interaction, LostExchangeWarning, Request, Response, use_cassette
from tests.conformance.laboratory import Laboratory
from tests.conformance.registry import Case, Program
from tests.conformance.vocabulary import Client
from tests.conformance.world import Block, World
from tests.support.network import no_network
from tests.support.server import Raw


@dataclass(frozen=True)
class Run:
    """What a program returned, what the server received, and how long the cassette then was."""

    result: object
    received: list[Raw]
    interactions: int


class Trial:
    """One client, one case, one scheme, and the cassette that its runs share."""

    def __init__(
        self, laboratory: Laboratory, client: Client, case: Case, scheme: str, cassette: Path
    ) -> None:
        self.laboratory, self.client, self.case, self.scheme = laboratory, client, case, scheme
        self.path = cassette

    def bare(self) -> Run:
        """Without reqsnap."""
        return self._perform("bare", self.case.program, nullcontext)

    def record(self) -> Run:
        """In mode record."""
        return self._perform("record", self.case.program, partial(self._cassette, "record"))

    def prepare(self) -> None:
        """Record what the case names for it, with the block around the whole."""
        if self.case.preparation is not None:
            self._perform("record", self.case.preparation, partial(self._cassette, "record"), own_block=False)

    def update(self) -> Run:
        """In mode update."""
        return self._perform("update", self.case.program, partial(self._cassette, "update"))

    def playback(self) -> Run:
        """In mode playback, with nobody to answer and the network forbidden."""
        before = self.path.read_bytes()
        run = self._perform("playback", self.case.program, self._offline)
        assert self.path.read_bytes() == before, "playback has written"
        return run

    def _perform(self, name: str, program: Program, block: Block, own_block: bool | None = None) -> Run:
        self.laboratory.reset()
        inside = nullcontext() if own_block is None and self.case.own_block else block()
        world = World(self.laboratory, self.scheme, name, block, self._hold)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # httpx and httpcore leave generators to the garbage collector when an answer breaks off.
            warnings.filterwarnings("ignore", "Async generator .* garbage collected", ResourceWarning)
            with self._lost(name), inside:
                result = self._result(name, program, world)
        return Run(result, self.laboratory.received(), 0 if name == "bare" else self._length())

    def _result(self, name: str, program: Program, world: World) -> object:
        """Run the program."""
        return self.client.runner.run(lambda: program(self.client, world))

    @contextmanager
    def _lost(self, name: str) -> Iterator[None]:
        """Expect the one warning of a recording that cannot be whole."""
        if name != "record" or not self.case.lost:
            yield
            return
        with pytest.warns(LostExchangeWarning, match=self.case.lost) as warned:
            yield
        # trio warns of generators as well, from wherever they are collected.
        assert [each.category for each in warned].count(LostExchangeWarning) == 1

    def _hold(self, url: str) -> None:
        cassette = Cassette()
        answer = Response(200, "OK", Headers([("Content-Length", "5")]), b"never")
        cassette.append(
            Interaction(Request("POST", url, Headers(), b"another body"), answer, datetime.now(UTC))
        )
        cassette.save(self.path)

    def _length(self) -> int:
        cassette = Cassette()
        cassette.load(self.path)
        return len(cassette)

    def _cassette(self, mode: str) -> AbstractContextManager[Cassette]:
        return use_cassette(self.path, mode=mode, redact=self.case.redact)

    @contextmanager
    def _offline(self) -> Iterator[None]:
        self.laboratory.stop()
        try:
            with no_network(), self._cassette("playback") as cassette:
                yield
            assert cassette.all_played, f"never asked for: {cassette.unplayed}"
        finally:
            self.laboratory.start()
