"""The cases: programs, and how the runs of each are compared."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from tests.conformance.vocabulary import Client
from tests.conformance.world import World

Program = Callable[[Client, World], Coroutine[Any, Any, object]]

REPLAYED = ("bare", "record", "playback")
LIVE = ("bare", "record")
FAILING = ("bare", "record", "update")
PREPARED = ("bare", "playback")
UPDATED = ("bare", "update")
BOTH = ("http", "https")


@dataclass(frozen=True)
class Case:
    """A program and how it is compared.

    `runs`: whose results and bytes must be equal. Requests that say "replayed" in their
    URL never reach the server where there is a recording of them.
    `schemes`: plain, TLS or both. `families`: the libraries that it is made for; none
    means all that do not lack it. `own_block`: the program opens the block itself.
    `preparation`: what records the cassette, where the program does not.
    `recorded`: how many interactions the recording must hold, where no replay shows it.
    `ordered`: whether connections come in the same order each time. `redact`: False where
    the answers hold secrets, which a replay would not show. `lost`: why the one exchange
    is lost of which the recording warns.
    """

    name: str
    program: Program
    runs: tuple[str, ...] = REPLAYED
    schemes: tuple[str, ...] = BOTH
    families: frozenset[str] = frozenset()
    own_block: bool = False
    preparation: Program | None = None
    recorded: int | None = None
    ordered: bool = True
    redact: bool = True
    lost: str = ""

    def fits(self, client: Client, scheme: str) -> bool:
        """Whether a client takes part."""
        if self.families:
            return client.family in self.families
        return self.name not in client.lacks and f"{self.name}-{scheme}" not in client.lacks


class Cases(list[Case]):
    """Cases in the order in which they were written."""

    def add(
        self,
        *,
        runs: tuple[str, ...] = REPLAYED,
        schemes: tuple[str, ...] = BOTH,
        families: Iterable[str] = (),
        own_block: bool = False,
        preparation: Program | None = None,
        recorded: int | None = None,
        ordered: bool = True,
        redact: bool = True,
        lost: str = "",
    ) -> Callable[[Program], Program]:
        """Make the decorated program a case under its own name."""

        def register(program: Program) -> Program:
            self.append(
                Case(
                    program.__name__,
                    program,
                    runs,
                    schemes,
                    frozenset(families),
                    own_block,
                    preparation,
                    recorded,
                    ordered,
                    redact,
                    lost,
                )
            )
            return program

        return register
