"""What a child process must know to ask the owner of its block, and how it is handed on.

An interpreter that is started finds it in the environment: one variable holds it, and
`PYTHONPATH` begins with a folder whose `sitecustomize` reads it, restores both, and lets
the program's own `sitecustomize` run.
"""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

VARIABLE = "REQSNAP_OWNER"
"""The environment variable that a child finds its ticket in."""

FOLDER = str(Path(__file__).parent / "startup")
"""The folder that `PYTHONPATH` begins with."""

PROTOCOL = 1
"""Owners and children of different versions of reqsnap do not talk to each other."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where the owner listens, what proves that it may be asked, and which block is meant.

    `number` is that of the block; 0 asks for whichever is the only one. The rest is what
    a child must know without asking: whether the block replays, whether it sends and whether
    it records errors, and what its errors name. `refuses` says that whatever it does not
    replay is refused, whichever URL it is for.
    """

    address: str
    key: str
    owner: int
    number: int
    replays: bool
    sends: bool
    records_errors: bool
    mode: str
    cassette: str | None
    refuses: bool = False
    protocol: int = PROTOCOL

    def __repr__(self) -> str:
        return f"<Ticket {self.number} of process {self.owner}>"

    def of(self, number: int) -> Ticket:
        """The same for another block."""
        return replace(self, number=number)

    def to_text(self) -> str:
        """As text, to be handed on."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Ticket:
        """Read what `to_text` wrote. Raises ValueError for what another version wrote."""
        values = json.loads(text)
        if values.get("protocol") != PROTOCOL:
            raise ValueError("it was handed on by another version of reqsnap")
        return cls(**values)


def variables(ticket: Ticket, path: str | None) -> dict[str, str]:
    """The variables that hand a ticket on; `path` is what `PYTHONPATH` is so far."""
    parts = [FOLDER, *(part for part in (path or "").split(os.pathsep) if part and part != FOLDER)]
    return {VARIABLE: ticket.to_text(), "PYTHONPATH": os.pathsep.join(parts)}


def environment(ticket: Ticket, env: Mapping[Any, Any] | None) -> dict[Any, Any]:
    """An environment with a ticket: that which a program gives a child, or its own."""
    found = dict(os.environ if env is None else env)
    path = found.pop("PYTHONPATH", None)
    encoded = found.pop(b"PYTHONPATH", None)
    if path is None and encoded is not None:
        path = encoded
    found.update(variables(ticket, None if path is None else os.fsdecode(path)))
    return found


class Pickled:
    """A ticket in something that is pickled for a child: it takes effect when it is unpickled.

    No module of ours need be importable there.
    """

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket

    def __reduce__(self) -> tuple[Any, ...]:
        start = str(Path(FOLDER) / "sitecustomize.py")
        return runpy.run_path, (start, {"TICKET": self.ticket.to_text()}, "reqsnap_startup")
