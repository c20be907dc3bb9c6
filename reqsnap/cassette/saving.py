"""Brings what a cassette holds to its file, one write at a time.

A set that is recorded for the first time, or anew, belongs in `NAME.partial` until its
block ends, and with it the block of every other process that records it: what NAME holds
stays as it is for as long. Nothing is written under the lock that guards the contents, so
that a replay or a recording never waits for a disk, nor for another process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from reqsnap.cassette.contents import Contents
from reqsnap.cassette.copies import text_of
from reqsnap.cassette.merging import Item as Kept
from reqsnap.cassette.merging import Merged, Piece, View
from reqsnap.cassette.reading import Found, found_in
from reqsnap.errors import (
    CassetteConflictError,
    CassetteInUseError,
    CassetteWriteError,
    ReqsnapError,
    TornCassetteWarning,
)
from reqsnap.formats import NATIVE, Beside, Format, Item
from reqsnap.sequences.entries import Entry
from reqsnap.storage import File, sharing_of
from reqsnap.storage.sharing import Began

_TRIES = 20
"""How often a store that others write too is read again before it is given up."""


class Saver:
    """Writes one cassette's contents, which `guard` guards, to its file, which other processes may share.

    `began` is how the file stood when it was opened; without it the file is there. Large bodies
    go to the files `beside` it. The set `replaces` that file where it is recorded anew.
    `has_written` is True once it wrote anything, `mended` are the torn files that it wrote anew.
    """

    def __init__(
        self,
        file: File,
        contents: Contents,
        guard: threading.RLock,
        began: Began | None = None,
        beside: Beside | None = None,
        *,
        format: Format = NATIVE,
        replaces: bool = False,
    ) -> None:
        self._file, self._contents, self._guard, self._format = file, contents, guard, format
        self._beside = beside
        self._unfinished = began is not None and began.data is None
        self._from_partial = began is not None and began.partial is not None
        self._replaces = replaces and self._unfinished
        self._before = file.read() if self._replaces else None
        self._sharing = sharing_of(file) if began is None else began.sharing
        path = str(file.path)
        self._view = View(
            lambda data: found_in(format, data, path, beside),
            lambda entry: text_of(format, entry.interaction, beside),
        )
        # Re-entrant, because a garbage collection may end a block inside a write.
        self._one_at_a_time = threading.RLock()
        self._partial_is_newest = False
        self._has_partial = self._from_partial
        self.has_written = False
        self.mended: list[TornCassetteWarning] = []

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to write. Asked without the guard, so that nobody waits for it."""
        return self._contents.has_changed

    def adopted(self, entries: list[Entry], items: Sequence[Item], found: Found | None) -> None:
        """The contents began with these entries, made of the items of its file, where that is known."""
        self._view.adopted(entries, items, found)

    def flush(self) -> None:
        """Write what is new where it belongs for now. Raises CassetteWriteError."""
        with self._one_at_a_time, self._reporting():
            if self.has_changed:
                with self._sharing.turn():
                    self._bring(partial=self._is_partial)

    def save(self) -> None:
        """Write everything to the file itself, whose set this is from now on. Raises CassetteWriteError."""
        with self._one_at_a_time, self._reporting(), self._sharing.turn():
            self._bring(partial=False, anew=True)
            if self._unfinished:
                self._drop_partial()
            self._unfinished = False

    def reload(self, read: Callable[[], Found | None]) -> None:
        """Hold what the file holds; what was to be written is not. Raises what `read` raises."""
        with self._one_at_a_time:
            found = read()
            items = () if found is None else found.items
            with self._guard:
                entries = self._contents.reload(items)
            if found is not None:
                self._view.forget()
                self._view.adopted(entries, items, found)
            self._before = None if found is None else found.data
            self._partial_is_newest = False

    def end(self, *, raised: bool) -> None:
        """Write what is new when the last block ends; `raised` if one did. Raises CassetteWriteError."""
        with self._one_at_a_time, self._reporting():
            if not (self._unfinished or self.has_changed or self.has_written or self._sharing.has_claim):
                return
            well = False
            try:
                with self._sharing.turn():
                    try:
                        self._end(raised=raised)
                        well = not raised
                    finally:
                        self._sharing.leave(well=well)
            finally:
                self._sharing.abandon()
                self._view.release()

    def give_up(self) -> None:
        """Be of no use: another state of the path was first."""
        self._sharing.give_up()

    # Within

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Make every error the one that the end of a block rescues the recordings from."""
        try:
            yield
        except CassetteWriteError:
            raise
        except ReqsnapError as error:
            raise CassetteWriteError(f"it could not be written. {error}", self._file.path) from error
        except Exception as error:
            raise CassetteWriteError(f"it could not be written ({error!r})", self._file.path) from error

    # With the turn

    @property
    def _is_partial(self) -> bool:
        """Whether what is new belongs in the partial file, which another process may have finished."""
        return self._unfinished and (self._replaces or not self._file.exists())

    def _end(self, *, raised: bool) -> None:
        others = self._sharing.others()
        is_alone = not others.alive
        if not self._is_partial:
            if self.has_changed or self._unfinished:
                self._bring(partial=False)
            self._unfinished = False
            if is_alone:
                self._drop_partial()
        elif not raised and (self._replaces or (is_alone and not others.failed)):
            self._complete()
        elif self.has_changed or not (len(self._contents) or self._file.exists()):
            # Others go on, or it is for the next run to go on.
            self._bring(partial=True, drops=True)

    def _complete(self) -> None:
        if self._partial_is_newest and self.has_changed and len(self._contents):
            self._bring(partial=True)
        can_be_promoted = self._partial_is_newest and not self.has_changed and len(self._contents)
        if not (can_be_promoted and self._promote()):
            if self.has_changed or self._partial_is_newest or self._has_begun:
                self._bring(partial=False, drops=True)
            self._drop_partial()
        self._unfinished = False

    @property
    def _has_begun(self) -> bool:
        """Whether a partial file holds what belongs to the set."""
        return self._from_partial or (not self._replaces and self._file.partial.exists())

    def _promote(self) -> bool:
        """Let the partial file take the name; where it cannot, all is written anew instead."""
        if self._file.read() != self._before:
            return False
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

    def _merged(self, *, partial: bool) -> Merged:
        """What the partial file, or the file itself, is to hold."""
        with self._guard:
            snapshot = self._contents.snapshot()
        if self._unfinished and self._replaces:
            # The partial file is this process's alone.
            if partial:
                left = self._file.partial.read(self._view.left) if self._partial_is_newest else None
                return self._view.own(snapshot, left)
            return self._view.replaced(snapshot, self._before, self._file.read())
        left = self._view.left
        own = None if partial else self._file.read(left)
        files = [own, self._file.partial.read(left) if self._unfinished else None]
        merged = self._view.added(snapshot, [data for data in files if data is not None])
        return merged if own is not None or partial else replace(merged, base=None)

    def _bring(self, *, partial: bool, anew: bool = False, drops: bool = False) -> None:
        """Write what is held to the file or the partial one; `drops` the partial one where that is nothing.

        `anew`: as it is written now, whatever stands in the file.
        """
        for _ in range(_TRIES):
            merged = self._merged(partial=partial)
            if drops and not merged.items and not self._file.exists():
                self._drop_partial()
                return
            with suppress(CassetteConflictError):
                self._write(replace(merged, base=None) if anew else merged, partial=partial, anew=anew)
                return
        raise CassetteInUseError(self._file.path, None, f"it wrote the cassette {_TRIES} times meanwhile")

    def _write(self, merged: Merged, *, partial: bool, anew: bool = False) -> None:
        """Write it. Raises CassetteConflictError where the file is another's again.

        Nothing is written to a file of which an item was found to be damaged.
        """
        if self._contents.reading.damage is not None:
            raise self._contents.reading.damage
        file = self._file.partial if partial else self._file
        for found in merged.torn:
            self._keep_torn(file, found)
        if partial:
            self._has_partial = True
        known = 0 if merged.base is None else merged.count
        texts = {item: self._view.text(item, anew=anew) for item in merged.items[known:]}
        pieces = self._added(file, merged, texts)
        if pieces is None:
            data = self._format.file([*map(self._view.text, merged.items[:known]), *texts.values()])
            file.write(data)
            pieces = (data,)
        self._view.wrote(merged, texts, pieces)
        with self._guard:
            self._contents.saved(merged.snapshot, merged.evicted)
        self._partial_is_newest = partial
        self.has_written = True

    def _added(self, file: File, merged: Merged, texts: Mapping[Kept, bytes]) -> Sequence[Piece] | None:
        """What the file holds, where all that is new was added at its end; None where it was not."""
        base = merged.base
        if base is None or not texts:
            return None if base is None else (base,)
        addition = self._format.added(base, list(texts.values()))
        if addition is None:
            return None
        pieces = (memoryview(base)[: addition.kept], addition.tail)
        if not file.append(len(base), *addition):
            file.write(b"".join(pieces))
        return pieces

    def _keep_torn(self, file: File, found: Found) -> None:
        if found.torn is not None:
            kept = file.keep_damaged(found.data)
            used = len(found.torn.items)
            self.mended.append(TornCassetteWarning(file.path, found.torn.line, used, kept))
