"""The tools that are measured: how each opens a cassette, with its own default options."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.server import target


class Mode(enum.Enum):
    """What a block is for."""

    RECORD = enum.auto()
    REPLAY = enum.auto()
    ADD = enum.auto()
    """Replay what is there, record what is not."""


Opens = Callable[[str, Mode], AbstractContextManager[Any]]


def _reqsnap(path: str, mode: Mode) -> AbstractContextManager[Any]:
    import reqsnap

    modes = {Mode.RECORD: "record", Mode.REPLAY: "playback", Mode.ADD: "update"}
    return reqsnap.use_cassette(path, mode=modes[mode])


def _vcrpy(path: str, mode: Mode) -> AbstractContextManager[Any]:
    import vcr

    modes = {Mode.RECORD: "all", Mode.REPLAY: "none", Mode.ADD: "new_episodes"}
    # The others repeat the last recording by default.
    opened: AbstractContextManager[Any] = vcr.use_cassette(
        path, record_mode=vcr.record_mode.RecordMode(modes[mode]), allow_playback_repeats=True
    )
    return opened


def _cassetter(path: str, mode: Mode) -> AbstractContextManager[Any]:
    import cassetter

    modes = {Mode.RECORD: "all", Mode.REPLAY: "none", Mode.ADD: "new_episodes"}
    opened: AbstractContextManager[Any] = cassetter.use_cassette(path, record_mode=modes[mode])
    return opened


def _alone(path: str, mode: Mode) -> AbstractContextManager[Any]:
    from benchmarks.alone import alone

    return alone()


OURS, VCRPY, CASSETTER = "reqsnap", "VCR.py", "cassetter"

ALONE = "alone"
"""No tool: the client by itself over memory, which no tool that leaves the client its work goes below."""

BARE = "bare"
"""No tool: the client by itself, with the server."""

TOOLS: dict[str, Opens] = {
    OURS: _reqsnap,
    VCRPY: _vcrpy,
    CASSETTER: _cassetter,
    ALONE: _alone,
    BARE: lambda path, mode: nullcontext(),
}

MODULES = {OURS: "reqsnap", VCRPY: "vcr", CASSETTER: "cassetter"}
"""What a program imports."""

_DISTRIBUTIONS = {VCRPY: "vcrpy"}


def version(tool: str) -> str:
    """Which one is installed."""
    name = _DISTRIBUTIONS.get(tool, tool)
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def holds(path: str, interactions: int) -> bool:
    """Whether a cassette was written and names every item."""
    file = Path(path)
    return file.is_file() and _all_in(file.read_text("utf-8"), map(target, range(interactions)))


def _all_in(text: str, wanted: Iterable[str]) -> bool:
    return all(one in text for one in wanted)
