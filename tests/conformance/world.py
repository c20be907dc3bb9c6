"""What a case's program sees of the run that it is part of: URLs, gates, the block."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.conformance.laboratory import Laboratory
from tests.conformance.vocabulary import Settings, Trust

Block = Callable[[], AbstractContextManager[object]]


class World:
    """The surroundings of one run.

    `run` is "bare", "record", "update" or "playback". A program looks at it only where
    it must wait for the server. `block` opens the run's block, for programs that do so themselves.
    """

    def __init__(
        self,
        laboratory: Laboratory,
        scheme: str,
        run: str,
        block: Block,
        hold: Callable[[str], None] = lambda url: None,
    ) -> None:
        self.laboratory, self.scheme, self.run = laboratory, scheme, run
        self.server = laboratory.server
        self.block = block
        self._hold = hold

    @property
    def live(self) -> bool:
        """Whether there is a server that answers."""
        return self.run != "playback"

    def url(self, path: str, host: str = "localhost") -> str:
        """A URL at the server."""
        return self.server.origin(self.scheme, host) + path

    def hold(self, url: str) -> None:
        """Let the cassette of an update run hold a POST to a URL, with another body than will be sent."""
        if self.run == "update":
            self._hold(url)

    def settings(self, *, trusting: bool = True, **changes: Any) -> Settings:
        """How to set up a session."""
        certificates = self.laboratory.certificates
        trust = (
            Trust(certificates.path, certificates.client) if trusting else Trust(None, certificates.stranger)
        )
        return Settings(trust, **changes)

    def open(self, gate: str) -> None:
        """Let the server pass a gate."""
        self.server.gates.open(gate)

    def give_up(self) -> None:
        """Let the server pass every gate: nobody listens to it any more."""
        self.server.gates.release()

    def wait(self, gate: str) -> None:
        """Wait until the server has opened a gate; not where no server is."""
        if self.live:
            self.server.gates.wait(gate)
