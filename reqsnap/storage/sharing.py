"""How independent processes share one cassette's file: one at a time writes, and each knows of the others.

Beside NAME stands a folder `.NAME.lock` while it is needed. Who reads and writes holds the file `turn` in it
for that long. Who records a set for the first time, or anew, holds a file of its own while its block is
open: a claim. One that nobody holds is of a process that died or raised. They need the turn.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from reqsnap.errors import CassetteError, CassetteInUseError
from reqsnap.storage.files import CassetteFile
from reqsnap.storage.locks import HeldFile, forget_all, hold
from reqsnap.storage.opening import File
from reqsnap.storage.stored import StoredFile
from reqsnap.storage.turns import Turn, forget_turns, turn_at

WAIT = 60.0
"""How many seconds a process waits for its turn. A turn takes as long as writing the file."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.01
_TURN = "turn"
_ALONE, _TOGETHER = ".record", ".first"


@dataclass(frozen=True, slots=True)
class Others:
    """Who else records the set: `alive` are the claims of those that do, `failed` of those that did.

    Who failed died, or left its block with an error: what it was to record is not all there.
    """

    alive: tuple[Path, ...]
    failed: tuple[Path, ...]


def forget_parent() -> None:
    """In a forked process nothing is held, and nobody waits."""
    forget_turns()
    forget_all()


class Sharing:
    """One open cassette's part in what processes share. Making one touches nothing.

    Only `turn`, `wait_for_writer`, `give_up` and `abandon` may be called by who has not the turn.
    """

    def __init__(self, file: CassetteFile) -> None:
        self._path, self._key, self._file = file.path, file.key, file
        self._made: list[Path] = []
        self._claim: HeldFile | None = None
        self._found_turn: Turn | None = None

    @property
    def has_claim(self) -> bool:
        """Whether others wait for the end of this one."""
        return self._claim is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the only process that reads and writes. Raises CassetteInUseError and CassetteError."""
        turn = self._turn
        with turn.lock:
            if not turn.depth:
                turn.held = self._wait()
            turn.depth += 1
            try:
                yield
            finally:
                turn.depth -= 1
                if not turn.depth and turn.held is not None:
                    turn.held.release(remove=True)
                    turn.held = None
                    self._tidy()

    def wait_for_writer(self) -> None:
        """Wait until no other process has the turn. Touches nothing, and waits no longer than for a turn."""
        until, pause = time.monotonic() + WAIT, _FIRST_PAUSE
        with suppress(OSError):
            while time.monotonic() < until:
                held = hold(self._folder / _TURN, make=False)
                if held is not None:
                    held.release(remove=False)
                    return
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def claim(self, *, alone: bool) -> None:
        """Say that a set is recorded from now on, the first time, or anew and `alone`.

        Raises CassetteInUseError where another process is in the way, and CassetteError.
        """
        others = self.others()
        for other in others.alive:
            if alone or other.suffix == _ALONE:
                raise CassetteInUseError(self._path, _process(other), _in_the_way(alone, other))
        if not others.alive:
            _remove(others.failed)
        name = f"{os.getpid()}-{secrets.token_hex(4)}{_ALONE if alone else _TOGETHER}"
        with self._reporting():
            self._claim = hold(self._folder / name)
        if self._claim is not None:
            self._claim.say(f"{os.getpid()}\n")

    def others(self) -> Others:
        """Who else records the set, or failed to while this one did."""
        alive: list[Path] = []
        failed: list[Path] = []
        own = None if self._claim is None else self._claim.path
        with self._reporting():
            for path in sorted(self._folder.iterdir()):
                if path.suffix in (_ALONE, _TOGETHER) and path != own:
                    (alive if _is_held(path) else failed).append(path)
        return Others(tuple(alive), tuple(failed))

    def leave(self, *, well: bool) -> None:
        """Record no more. Where that did not end `well`, the others will know."""
        claim, self._claim = self._claim, None
        if claim is None:
            return
        claim.release(remove=well)
        others = self.others()
        if not others.alive:
            _remove(others.failed)

    def give_up(self) -> None:
        """Record nothing after all. Needs no turn, and touches nothing where nothing was claimed."""
        if self._claim is None:
            return
        try:
            with self.turn():
                self.leave(well=True)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Record no more, as if this process had died. Needs no turn."""
        claim, self._claim = self._claim, None
        if claim is not None:
            claim.release(remove=False)

    # Within

    @property
    def _turn(self) -> Turn:
        # Found when it is needed, because most cassettes are only read.
        if self._found_turn is None:
            self._found_turn = turn_at(self._key)
        return self._found_turn

    @property
    def _folder(self) -> Path:
        return self._file.lock_folder

    def _wait(self) -> HeldFile:
        until, pause = time.monotonic() + WAIT, _FIRST_PAUSE
        while True:
            held = self._try()
            if held is not None:
                held.say(f"{os.getpid()}\n")
                return held
            if time.monotonic() >= until:
                process = _process(self._folder / _TURN)
                raise CassetteInUseError(
                    self._path, process, f"it has been reading or writing the cassette for {WAIT:g} seconds"
                )
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _try(self) -> HeldFile | None:
        with self._reporting():
            while True:
                with suppress(FileNotFoundError):
                    return hold(self._folder / _TURN)
                self._make_folder()

    def _make_folder(self) -> None:
        self._made = self._made or [folder for folder in self._folder.parents if not folder.exists()]
        # Another process may remove it between any two steps of this one, which tries again.
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError, FileNotFoundError):
            self._folder.mkdir()

    def _tidy(self) -> None:
        """Remove the folder if no claim is in it, and those around it that were made for it alone."""
        with suppress(OSError):
            for folder in (self._folder, *self._made):
                folder.rmdir()

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CassetteError(_not_locked(self._folder, error), self._path) from error


class StoredSharing(Sharing):
    """The part in what a storage holds: no locks, since it is written only where it is as it was read."""

    def __init__(self, file: StoredFile) -> None:
        self._key, self._claim, self._found_turn = file.key, None, None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Be the only one of this process that reads and writes."""
        with self._turn.lock:
            yield

    def wait_for_writer(self) -> None:
        """Nobody is seen in the middle of writing."""

    def claim(self, *, alone: bool) -> None:
        """Nobody else asks."""

    def others(self) -> Others:
        """Nobody is known."""
        return Others((), ())


def sharing_of(file: File) -> Sharing:
    """The part that this process has in what others may share with it."""
    return Sharing(file) if isinstance(file, CassetteFile) else StoredSharing(file)


@dataclass(frozen=True, slots=True)
class Began:
    """What a file, or where there is none its partial file, held when a block was opened."""

    sharing: Sharing
    data: bytes | None
    partial: bytes | None = None


def begin(file: File, *, replaces: bool, records: bool) -> Began:
    """Read a cassette's file, and take part in recording it where that is done the first time or anew.

    `replaces` records it anew, whatever there is; without `records` nothing is written, nor waited for.
    Raises CassetteInUseError and CassetteError.
    """
    sharing = sharing_of(file)
    data = None if replaces else file.read()
    if data is not None:
        return Began(sharing, data)
    if not records:
        partial = file.partial.read()
        # Another process may just have let it take the name.
        return Began(sharing, file.read() if partial is None else None, partial)
    with sharing.turn():
        # Another process may have finished it in the meantime.
        data = None if replaces else file.read()
        if data is not None:
            return Began(sharing, data)
        sharing.claim(alone=replaces)
        return Began(sharing, None, None if replaces else file.partial.read())


def _not_locked(folder: Path, error: OSError) -> str:
    return (
        f"it could not be locked against other processes: {folder} failed ({error.strerror or error}). "
        "To do: see that this process may make that folder and write in it, or replay in mode playback, "
        "which locks nothing"
    )


def _in_the_way(alone: bool, other: Path) -> str:
    if other.suffix == _ALONE:
        return "it records the cassette in mode record, which is for one process at a time"
    return "it records the cassette for the first time, and mode record is for one process at a time"


def _is_held(path: Path) -> bool:
    found = hold(path, make=False)
    if found is None:
        return True
    found.release(remove=False)
    return False


def _remove(paths: tuple[Path, ...]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _process(path: Path) -> int | None:
    """Who says that it holds a file."""
    with suppress(OSError, ValueError):
        return int(path.read_text("utf-8"))
    return None
