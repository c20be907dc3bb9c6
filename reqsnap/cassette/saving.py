"""Brings what a cassette holds to its file, one write at a time.

A set that is recorded for the first time, or anew, belongs in `NAME.partial` until its
block ends: what NAME holds stays as it is for as long. Nothing is written under the lock
that guards the contents, so that a replay or a recording never waits for a disk.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from reqsnap.cassette.contents import Contents, Snapshot
from reqsnap.errors import CassetteWriteError
from reqsnap.formats import native
from reqsnap.model import Interaction, Request
from reqsnap.sequences.entries import Entry
from reqsnap.storage import CassetteFile


class Saver:
    """Writes one cassette's contents, which `guard` guards, to its file.

    `unfinished` says that the set is recorded for the first time or anew; `from_partial`
    that it began with what a partial file held. `has_written` is True once it wrote anything.
    """

    def __init__(
        self,
        file: CassetteFile,
        contents: Contents,
        guard: threading.RLock,
        *,
        unfinished: bool = False,
        from_partial: bool = False,
    ) -> None:
        self._file, self._contents, self._guard = file, contents, guard
        self._unfinished, self._from_partial = unfinished, from_partial
        # Re-entrant, because a garbage collection may end a block inside a write.
        self._one_at_a_time = threading.RLock()
        self._partial_is_newest = False
        self._has_partial = from_partial
        self.has_written = False

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to write. Asked without the guard, so that nobody waits for it."""
        return self._contents.has_changed

    def flush(self) -> None:
        """Write what is new where it belongs for now. Raises CassetteWriteError."""
        with self._one_at_a_time, self._reporting():
            if self.has_changed:
                self._write(partial=self._unfinished, keep=True)

    def save(self) -> None:
        """Write everything to the file itself, whose set this is from now on. Raises CassetteWriteError."""
        with self._one_at_a_time, self._reporting():
            self._write(partial=False)
            self._unfinished = False

    def reload(self, read: Callable[[], Iterable[Interaction]]) -> None:
        """Hold what the file holds; what was to be written is not. Raises what `read` raises."""
        with self._one_at_a_time:
            interactions = read()
            with self._guard:
                self._contents.reload(interactions)
            self._partial_is_newest = False

    def end(self, *, raised: bool) -> None:
        """Write what is new when the last block ends; `raised` if one did. Raises CassetteWriteError."""
        with self._one_at_a_time, self._reporting():
            if self._unfinished and not self._file.exists() and not len(self._contents):
                self._drop_partial()
            elif raised and self._unfinished:
                if self.has_changed:
                    self._write(partial=True)
            else:
                self._complete()
                self._unfinished = False

    # Within

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Make every error the one that the end of a block rescues the recordings from."""
        try:
            yield
        except CassetteWriteError:
            raise
        except Exception as error:
            raise CassetteWriteError(f"it could not be written ({error!r})", self._file.path) from error

    def _complete(self) -> None:
        if self._partial_is_newest and not self.has_changed and self._promote():
            return
        if self.has_changed or self._partial_is_newest or (self._from_partial and self._unfinished):
            self._write(partial=False)
        self._drop_partial()

    def _promote(self) -> bool:
        """Let the partial file take the name; where it cannot, all is written anew instead."""
        try:
            self._file.promote()
        except CassetteWriteError:
            return False
        self._has_partial = self._partial_is_newest = False
        return True

    def _drop_partial(self) -> None:
        if self._has_partial or self.has_written:
            self._file.partial.remove()
            self._has_partial = self._partial_is_newest = False

    def _write(self, *, partial: bool, keep: bool = False) -> None:
        with self._guard:
            snapshot = self._contents.snapshot()
        data = _dumped(snapshot, keep=keep)
        if partial:
            self._has_partial = True
        (self._file.partial if partial else self._file).write(data)
        with self._guard:
            self._contents.saved(snapshot)
        self._partial_is_newest = partial
        self.has_written = True


def _dumped(snapshot: Snapshot, *, keep: bool) -> bytes:
    """The bytes of a cassette. `keep` remembers them, so that a later write costs what is new."""
    items = [_item(entry, keep=keep) for entry in snapshot.in_order()]
    return b"".join([native.START, *items, native.END])


def _item(entry: Entry, *, keep: bool) -> bytes:
    known: bytes | None = entry.kept.get(_TEXT)
    if known is None:
        known = _text(entry.interaction)
        if keep:
            entry.kept[_TEXT] = known
    return known


_TEXT = "text in the file"


def _text(interaction: Interaction) -> bytes:
    """One item of a file. Raises CassetteWriteError, for values of wrong types too."""
    try:
        return native.dump_item(interaction)
    except CassetteWriteError:
        raise
    except Exception as error:
        request: object = getattr(interaction, "request", None)
        name = f"{request.method} {request.url}" if isinstance(request, Request) else "an interaction"
        raise CassetteWriteError(f"{name} cannot be written: {error!r}", None) from error


def rescue(interactions: Iterable[Interaction], error: CassetteWriteError) -> None:
    """Put recordings that cannot be saved where they belong into the system's temporary folder.

    The error tells where they are, in a note and in `rescued`.
    """
    items, unwritable = [], 0
    for interaction in interactions:
        try:
            items.append(_text(interaction))
        except CassetteWriteError:
            unwritable += 1
    try:
        with tempfile.NamedTemporaryFile(prefix="reqsnap-", suffix=".yaml", delete=False) as copy:
            copy.write(b"".join([native.START, *items, native.END]))
    except OSError as problem:
        again = "`cassette.save(path)` still can write it."
        error.add_note(f"A copy could not be kept either: {problem}. {again}")
        return
    error.rescued = copy.name
    told = f"All but {unwritable} that no file can hold" if unwritable else "Nothing is lost: the recordings"
    error.add_note(f"{told} were written to {copy.name}")
