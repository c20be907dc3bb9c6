"""The cassette in memory: its interactions, what was played, what is new, and its file.

One `Cassette` is the state of one path in this process; every block that is open on
the path shares it. Its methods may be called from any thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from os import PathLike

from reqsnap.cassette.copies import rescue, write_copy
from reqsnap.cassette.ended import too_late_for_stubs, warn_of_change
from reqsnap.cassette.flushing import Flusher
from reqsnap.cassette.info import RecordedRequest, told_of
from reqsnap.cassette.reading import read_items
from reqsnap.cassette.recordings import Recordings
from reqsnap.cassette.saving import Saver
from reqsnap.cassette.stubs import Answer, Stub
from reqsnap.cassette.unread import readable
from reqsnap.cassette.value_checks import check_interaction
from reqsnap.errors import CassetteWriteError, ConfigurationError, TornCassetteWarning
from reqsnap.formats import NATIVE, Format
from reqsnap.message_checks import check_request
from reqsnap.model import Interaction, Request
from reqsnap.modes import Mode
from reqsnap.rules.policy import Policy
from reqsnap.storage import File, file_at
from reqsnap.storage.sharing import Began

FilePath = str | PathLike[str]


class Cassette(Recordings):
    """An ordered set of recorded interactions.

    Yielded by `use_cassette`; also made by itself, empty and in memory.

    >>> cassette = Cassette()
    >>> len(cassette), cassette.all_played
    (0, True)
    """

    def __init__(
        self,
        file: File | None = None,
        policy: Policy | None = None,
        *,
        evicts: bool = True,
        began: Began | None = None,
        format: Format = NATIVE,
        flush_interval: float | None = None,
    ) -> None:
        super().__init__(policy or Policy(), evicts=evicts)
        self._file = file
        self._saver: Saver | None = None
        self.has_file = began is None or self._policy.habits.is_there(began.data)
        self.from_partial = began is not None and began.partial is not None
        if file is not None and self._policy.mode not in (Mode.PLAYBACK, Mode.LIVE):
            anew = self._policy.mode is Mode.RECORD
            beside = file.beside(self._policy.max_inline_size)
            saver = Saver(file, self._contents, self._lock, began, beside, format=format, replaces=anew)
            self._saver, self._adopted = saver, saver.adopted
            if flush_interval is not None:
                self._flusher = Flusher(saver.flush, lambda: saver.has_changed, flush_interval)

    @property
    def path(self) -> str | None:
        """The path of the file, or None in memory."""
        return None if self._file is None else str(self._file.path)

    @property
    def key(self) -> str | None:
        """What tells its file from all others, or None in memory."""
        return None if self._file is None else self._file.key

    @property
    def mode(self) -> Mode:
        """The mode of the blocks that are open on it."""
        return self._policy.mode

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """Everything it holds, in the order in which the requests started, new ones included."""
        return tuple([entry.interaction for entry in self._all()])

    def __len__(self) -> int:
        return len(self._contents)

    def __iter__(self) -> Iterator[Interaction]:
        return iter(self.interactions)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Cassette {self.path or 'in memory'}: {len(self)} interactions, mode {self.mode.value}>"

    def info(self, request: Request) -> RecordedRequest | None:
        """What it knows of a request, or None; counts nothing as played."""
        check_request(request)
        return told_of(self._matching(request))

    # Changing it

    def reset(self) -> None:
        """Start every sequence again, as if nothing had been played."""
        with self._lock, self._starting_again():
            self._contents.reset()

    def clear(self) -> None:
        """Forget every interaction. The file changes when it is saved or the block ends, not before."""
        self.replace(())

    def append(self, interaction: Interaction) -> None:
        """Add an interaction at the end, redacted; it can be replayed at once.

        Raises ConfigurationError for one that no cassette can hold.
        """
        checked = check_interaction(interaction, self._policy.rules)
        with self._lock:
            self._contents.append(checked)
        self._changed_by_hand()

    def replace(self, interactions: Iterable[Interaction]) -> None:
        """Hold these interactions and no others. Raises ConfigurationError, and then nothing changes."""
        if not isinstance(interactions, Iterable):
            raise ConfigurationError(
                "interactions", type(interactions), "it is a list of Interaction objects"
            )
        new = [check_interaction(each, self._policy.rules) for each in interactions]
        with self._lock, self._starting_again():
            self._contents.replace(new)
        self._changed_by_hand()

    def delete(self, which: Request | Callable[[Interaction], object]) -> int:
        """Remove every recording of a request, or every interaction of which a function says so.

        Returns how many there were. What the function raises is raised, and then nothing changes.
        """
        if isinstance(which, Request):
            check_request(which)
            chosen = self._matching(which)
        elif callable(which):
            # Asked without the lock, because nobody knows what the function does.
            chosen = [entry for entry in self._all() if which(entry.interaction)]
        else:
            raise ConfigurationError("which", type(which), "it is a Request, or a function of an Interaction")
        with self._lock:
            count = self._contents.remove(chosen)
        self._changed_by_hand()
        return count

    def _changed_by_hand(self) -> None:
        self._is_edited = True
        self._changed()
        if self._ended and self._file is not None:
            warn_of_change(str(self._file.path))

    # Its file

    def load(self, path: FilePath | None = None) -> None:
        """Hold what a file holds: its own, or another cassette's.

        A file that does not exist reads as empty. Raises CassetteFormatError, and then
        nothing changes.
        """
        if path is not None and self._is_own(path):
            path = None
        if path is None and self._saver is not None:
            with self._starting_again():
                self._saver.reload(lambda: read_items(self._own_file(), self._policy.max_inline_size))
        else:
            file = self._own_file() if path is None else file_at(path)
            found = read_items(file, self._policy.max_inline_size)
            with self._lock, self._starting_again():
                self._contents.replace([] if found is None else [item.decode() for item in found.items])
        self._is_edited = True
        self._changed()

    def save(self, path: FilePath | None = None) -> None:
        """Write everything it holds to its own file or to another, replacing it atomically.

        Raises CassetteWriteError, and ConfigurationError for its own file in playback.
        """
        if path is not None and not self._is_own(path):
            write_copy(path, self.interactions, self._policy.max_inline_size)
        elif self._saver is not None:
            self._saver.save()
        else:
            self._own_file()
            who = "only the process that opened it" if self._is_copy else f"mode {self.mode.value} never"
            raise ConfigurationError("path", None, f"{who} writes its own file; name another")

    def flush(self) -> None:
        """Write what is new now; it is on the disk when this returns. Raises CassetteWriteError.

        Nothing is written where nothing is new, in playback and in memory. A set that is
        recorded for the first time or anew goes to `NAME.partial` until its block ends.
        """
        if self._saver is not None:
            self._saver.flush()

    def _is_own(self, path: FilePath) -> bool:
        return self._file is not None and file_at(path).key == self._file.key

    def _own_file(self) -> File:
        if self._file is None:
            raise ConfigurationError("path", None, "a cassette in memory has no file; name one")
        return self._file

    # Answers made by hand

    def stub(
        self,
        method: str,
        url: str | re.Pattern[str],
        response: Answer,
        *,
        times: int | None = None,
    ) -> Stub:
        """Answer a request by hand, before the recordings and the network; never stored.

        Takes the method, the absolute URL (its query in any order) or a compiled pattern
        searched in it, a Response or a function that makes one of the request, and how
        often it answers (None: always). Of several the first one made answers first.
        Returns the Stub, whose `calls` tell what it answered. Raises ConfigurationError.

        >>> cassette = Cassette()
        >>> cassette.stub("GET", "https://api.example.com/clock", Response(503), times=1)
        <Stub GET https://api.example.com/clock: 0 calls>
        """
        stub = Stub(method, url, response, times=times)
        if self._ended:
            raise too_late_for_stubs(self.path)
        self.stubs.add(stub)
        return stub

    @property
    def unused_stubs(self) -> tuple[Stub, ...]:
        """The stubs that have answered no request."""
        return tuple(stub for stub in self.stubs.all if not stub.used)

    # For the blocks

    @property
    def mended(self) -> tuple[TornCassetteWarning, ...]:
        """The torn files that it wrote anew."""
        return () if self._saver is None else tuple(self._saver.mended)

    def abandon(self) -> None:
        """Be a copy in a forked process, which its file has nothing to do with any more."""
        self._saver = self._adopted = None
        self._be_a_copy()

    def give_up(self) -> None:
        """Be of no use: another state of the path was first."""
        if self._saver is not None:
            self._saver.give_up()

    def end(self, *, raised: bool) -> bool:
        """Write what is new, at the end of the last block; returns whether anything was written.

        Raises CassetteWriteError, and the first error that a flush ended in.
        """
        problem, self._ended = None, True
        if self._flusher is not None:
            self._flusher.stop()
            problem = self._flusher.problem
        try:
            if self._saver is not None:
                self._saver.end(raised=raised)
        except CassetteWriteError as error:
            rescue(self._own_file(), filter(None, map(readable, self._all())), error)
            if problem is not None:
                error.add_note(f"An earlier flush failed too: {problem}")
            raise
        if problem is not None:
            problem.add_note("The cassette was written when its block ended; nothing is missing from it.")
            raise problem
        return self._saver is not None and self._saver.has_written
