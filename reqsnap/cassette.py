"""The cassette in memory: its interactions, what was played, what is new, and its file.

One `Cassette` is the state of one path in this process; every block that is open on
the path shares it. Its methods may be called from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path

from reqsnap.errors import ConfigurationError
from reqsnap.formats import native
from reqsnap.model import Interaction, Request, Response
from reqsnap.modes import Mode
from reqsnap.numbering import Numbering
from reqsnap.policy import Policy
from reqsnap.redaction import redact_interaction
from reqsnap.sequences import Entry, Index, Prepared, Taken, prepare
from reqsnap.storage import CassetteFile


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """What a cassette knows of one request: how many answers, and how many were played."""

    request: Request
    responses: tuple[Response, ...]
    play_count: int
    recorded_at: datetime


class Cassette:
    """An ordered set of recorded interactions.

    Yielded by `use_cassette`; also made by itself, empty and in memory.

    >>> cassette = Cassette()
    >>> len(cassette), cassette.all_played
    (0, True)
    """

    def __init__(self, file: CassetteFile | None = None, policy: Policy | None = None) -> None:
        self._file = file
        self._policy = policy or Policy()
        self._lock = threading.RLock()
        self._entries: list[Entry] = []
        self._fresh: list[Entry] = []
        self._numbering = Numbering()
        self._next_order = 0
        self._touched = False
        self._unsaved: dict[int, Entry] = {}
        self._index = self._new_index()

    # What it is

    @property
    def path(self) -> str | None:
        """The path of the file, or None in memory."""
        return None if self._file is None else str(self._file.path)

    @property
    def mode(self) -> Mode:
        """The mode of the blocks that are open on it."""
        return self._policy.mode

    @property
    def policy(self) -> Policy:
        """How it compares, redacts and repeats."""
        return self._policy

    @property
    def interactions(self) -> tuple[Interaction, ...]:
        """Everything it holds, in the order in which the requests started, new ones included."""
        with self._lock:
            return tuple(entry.interaction for entry in self._all())

    def __len__(self) -> int:
        with self._lock:
            return len(self._entries) + len(self._fresh)

    def __iter__(self) -> Iterator[Interaction]:
        return iter(self.interactions)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Cassette {self.path or 'in memory'}: {len(self)} interactions, mode {self.mode.value}>"

    # What was played

    @property
    def play_count(self) -> int:
        """How many answers were replayed since it was opened or reset."""
        with self._lock:
            return sum(entry.plays for entry in self._entries)

    @property
    def position(self) -> int:
        """How many of its recordings have been replayed at least once."""
        with self._lock:
            return sum(1 for entry in self._entries if entry.plays)

    @property
    def unplayed(self) -> tuple[Interaction, ...]:
        """The recordings that were not replayed. What this block recorded is not among them."""
        with self._lock:
            return tuple(entry.interaction for entry in self._entries if not entry.plays)

    @property
    def all_played(self) -> bool:
        """Whether every recording was replayed at least once."""
        return not self.unplayed

    def info(self, request: Request) -> RecordedRequest | None:
        """What it knows of a request, or None; counts nothing as played."""
        with self._lock:
            entries = self._matching(request)
            if not entries:
                return None
            return RecordedRequest(
                entries[0].interaction.request,
                tuple(entry.interaction.response for entry in entries),
                sum(entry.plays for entry in entries),
                entries[-1].interaction.recorded_at,
            )

    # Changing it

    def reset(self) -> None:
        """Start every sequence again, as if nothing had been played."""
        with self._lock:
            self._index.reset(self._entries)

    def clear(self) -> None:
        """Forget every interaction. The file changes when the block ends, not before."""
        self.replace(())

    def append(self, interaction: Interaction) -> None:
        """Add an interaction at the end, redacted; it can be replayed at once."""
        self._add_all([_checked(interaction)])

    def replace(self, interactions: Iterable[Interaction]) -> None:
        """Hold these interactions and no others. One that is none changes nothing."""
        new = [_checked(interaction) for interaction in interactions]
        with self._lock:
            self._entries, self._fresh, self._unsaved = [], [], {}
            self._index = self._new_index()
            self._touched = True
            self._add_all(new)

    def delete(self, request: Request) -> int:
        """Remove every recording of a request; returns how many there were."""
        with self._lock:
            gone = {id(entry) for entry in self._matching(request)}
            if gone:
                self._entries = [entry for entry in self._entries if id(entry) not in gone]
                self._fresh = [entry for entry in self._fresh if id(entry) not in gone]
                self._touched = True
                self._reindex()
            return len(gone)

    # Its file

    def load(self, path: str | PathLike[str] | None = None) -> None:
        """Hold what a file holds: its own, or another native cassette's.

        A file that does not exist reads as empty. Raises CassetteFormatError.
        """
        file = self._other(path)
        data = file.read()
        found = [] if data is None else native.load(data, str(file.path))
        self.replace(found)
        if path is None:
            self._touched = False

    def save(self, path: str | PathLike[str] | None = None) -> None:
        """Write everything it holds to its own file or to another, replacing it atomically.

        Raises CassetteWriteError.
        """
        file = self._other(path)
        with self._lock:
            file.write(native.dump(self.interactions))
            if path is None:
                self._touched, self._unsaved = False, {}

    def _other(self, path: str | PathLike[str] | None) -> CassetteFile:
        if path is not None:
            return CassetteFile(Path(path))
        if self._file is None:
            raise ConfigurationError("path", None, "a cassette in memory has no file; name one")
        return self._file

    # For the recorder and the blocks

    def adopt(self, interactions: Iterable[Interaction]) -> None:
        """Take what was read from its own file; not a change to be written."""
        with self._lock:
            self._add_all(interactions)
            self._touched = False

    def could_match(self, method: str, url: str) -> bool:
        """Whether a recording may answer this method and URL, whatever the body is."""
        return self._index.could_match(method, url)

    def take(self, live: Prepared, *, again: bool = True) -> Entry | None:
        """The entry that answers, its place in the sequence taken; None where there is none."""
        with self._lock:
            taken: Taken | None = self._index.take(live, again=again)
            if taken is None:
                return None
            if live.secrets:
                self._numbering.bind(live.secrets, taken.numbers)
            return taken.entry

    def holds(self, live: Prepared) -> bool:
        """Whether the request is recorded at all, played or not."""
        with self._lock:
            return bool(self._index.entries_for(live))

    def next_order(self) -> int:
        """The place of a request that starts now."""
        with self._lock:
            self._next_order += 1
            return self._next_order

    def note(self, order: int, request: Request, response: Response, at: datetime, elapsed: float) -> Entry:
        """Hold a new exchange, redacted, at its place; it is not replayed in these blocks."""
        with self._lock:
            request, response, _ = redact_interaction(
                request, response, self._policy.rules, self._numbering.placeholder
            )
            entry = Entry(Interaction(request, response, at, elapsed), order)
            self._fresh.append(entry)
            self._unsaved[id(entry)] = entry
            return entry

    def forget(self, entries: Iterable[Entry]) -> None:
        """Drop new exchanges again, as a raising block may ask."""
        gone = {id(entry) for entry in entries}
        with self._lock:
            self._fresh = [entry for entry in self._fresh if id(entry) not in gone]
            self._unsaved = {key: entry for key, entry in self._unsaved.items() if key not in gone}

    @property
    def has_changed(self) -> bool:
        """Whether it holds what its file does not."""
        return self._touched or bool(self._unsaved)

    # Within

    def _all(self) -> list[Entry]:
        return sorted([*self._entries, *self._fresh], key=lambda entry: entry.order)

    def _matching(self, request: Request) -> list[Entry]:
        policy = self._policy
        live = prepare(request, policy.rules, policy.matching)
        fresh = Index(policy.matching, policy.exhaustion)
        for entry in self._fresh:
            fresh.add(entry)
        return [*self._index.entries_for(live), *fresh.entries_for(live)]

    def _new_index(self) -> Index:
        return Index(self._policy.matching, self._policy.exhaustion)

    def _reindex(self) -> None:
        self._index = self._new_index()
        for entry in self._entries:
            self._index.add(entry)

    def _add_all(self, interactions: Iterable[Interaction]) -> None:
        rules = self._policy.rules
        with self._lock:
            for interaction in interactions:
                request, response, _ = redact_interaction(
                    interaction.request, interaction.response, rules, self._numbering.placeholder
                )
                if request is not interaction.request or response is not interaction.response:
                    interaction = Interaction(request, response, interaction.recorded_at, interaction.elapsed)
                entry = Entry(interaction, self.next_order())
                self._entries.append(entry)
                self._index.add(entry)
                self._numbering.seen(interaction)
                self._touched = True


def _checked(interaction: Interaction) -> Interaction:
    if not isinstance(interaction, Interaction):
        raise ConfigurationError("interaction", interaction, "a cassette holds Interaction objects")
    return interaction
