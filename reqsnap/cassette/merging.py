"""What a file is to hold where several processes write it: theirs and ours, each in its order, nothing twice.

Pure. A process knows what it read or wrote last. What stands in the file besides is another's
and stays where it is; what it knows and finds no more was taken out by another; what it
holds and does not know is new.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from reqsnap.cassette.contents import Snapshot
from reqsnap.errors import CassetteFormatError
from reqsnap.formats import Beside, Format
from reqsnap.sequences.entries import Entry


@dataclass(frozen=True, eq=False, slots=True)
class Foreign:
    """An item that another process wrote."""

    text: bytes


Item = Entry | Foreign


@dataclass(frozen=True, slots=True)
class Merged:
    """What a file is to hold, in order, and how many had to leave because that was too much."""

    snapshot: Snapshot
    items: Sequence[Item]
    evicted: int = 0


class Woven:
    """The items of a file told apart, those of others held to the place behind our own that they have.

    `known` are the marks of the entries that should be there; `held` those that are not to leave.
    `gone` are the entries that were not found.
    """

    def __init__(self, on_disk: Iterable[bytes], known: Mapping[Entry, int], held: Collection[Entry]) -> None:
        waiting: dict[int, deque[Entry]] = {}
        for entry, mark in known.items():
            waiting.setdefault(mark, deque()).append(entry)
        self.gone = dict.fromkeys(known)
        self.has_foreign = False
        self._after: dict[Entry | None, list[Foreign]] = {}
        place: Entry | None = None
        for text in on_disk:
            entries = waiting.get(hash(text))
            if entries:
                entry = entries.popleft()
                del self.gone[entry]
                place = entry if entry in held else place
            else:
                self.has_foreign = True
                self._after.setdefault(place, []).append(Foreign(text))

    def among(self, entries: Iterable[Entry]) -> Iterator[Item]:
        """These entries without those that are gone, and the items of others between them."""
        yield from self._after.get(None, ())
        for entry in entries:
            if entry not in self.gone:
                yield entry
                yield from self._after.get(entry, ())


class View:
    """What one process knows of the file that its entries are in, which is in a `format`.

    `text_of` is what an entry is written as.

    Items are known by the hashes of their bytes, which Python draws anew in each process.
    """

    def __init__(
        self, path: str, format: Format, text_of: Callable[[Entry], bytes], beside: Beside | None = None
    ) -> None:
        self._path, self._format, self._text_of, self._beside = path, format, text_of, beside
        self._read: tuple[bytes | None, list[Entry]] = None, []
        self._marks: dict[Entry, int] = {}
        self._gone: set[Entry] = set()
        self._last: int | None = None

    def read(self, entries: Iterable[Entry], data: bytes | None) -> None:
        """The file was read: these bytes, if they are known, and these entries, in the same order."""
        self._learn()
        self._read = data, list(entries)
        self._last = None

    def forget(self) -> None:
        """Nothing that was known is to be taken out of a file."""
        self._read = None, []
        self._marks, self._last = {}, None

    def added(self, ours: Snapshot, on_disk: Sequence[bytes]) -> Merged:
        """What a file is to hold to which ours are added. `on_disk` are the files whose items are kept.

        Raises CassetteFormatError.
        """
        if not on_disk or self._is_as_it_was(on_disk):
            return Merged(ours, self._held(ours))
        self._learn()
        texts: list[bytes] = []
        for data in on_disk:
            texts += without(self._items(data), texts)
        return self._merged(ours, texts, self._marks)

    def replaced(self, ours: Snapshot, before: bytes | None, now: bytes | None) -> Merged:
        """What a file is to hold that ours replace: what others have added since it was as `before` stays.

        Raises CassetteFormatError for what cannot be read now, and could before.
        """
        if now is None or now == before:
            return Merged(ours, self._held(ours))
        return self._merged(ours, without(self._items(now), self._readable(before)), {})

    def wrote(self, merged: Merged, texts: Sequence[bytes], data: bytes) -> None:
        """The file holds this now."""
        self._read = None, []
        pairs = list(zip(merged.items, texts, strict=True))
        self._marks = {item: hash(text) for item, text in pairs if isinstance(item, Entry)}
        self._last = hash(data) if len(self._marks) == len(pairs) else None

    # Within

    def _held(self, ours: Snapshot) -> list[Entry]:
        return [entry for entry in ours.in_order() if entry not in self._gone]

    def _merged(self, ours: Snapshot, texts: Sequence[bytes], known: Mapping[Entry, int]) -> Merged:
        held = self._held(ours)
        woven = Woven(texts, known, frozenset(held))
        self._gone.update(woven.gone)
        found = list(woven.among(held))
        if ours.by_use is None or ours.most is None or len(found) <= ours.most:
            return Merged(ours, found)
        surplus = len(found) - ours.most
        by_use = woven.among(entry for entry in ours.by_use if entry not in self._gone)
        leaving = set(islice(by_use, surplus))
        return Merged(ours, [item for item in found if item not in leaving], surplus)

    def _is_as_it_was(self, on_disk: Sequence[bytes]) -> bool:
        """Whether the file holds nothing of others', and all of ours that it held."""
        if len(on_disk) > 1:
            return False
        return on_disk[0] == self._read[0] or (self._last is not None and hash(on_disk[0]) == self._last)

    def _learn(self) -> None:
        (data, entries), self._read = self._read, (None, [])
        texts = [] if data is None else self._items(data)
        if len(texts) != len(entries):
            texts = [self._text_of(entry) for entry in entries]
        self._marks.update((entry, hash(text)) for entry, text in zip(entries, texts, strict=True))

    def _items(self, data: bytes) -> list[bytes]:
        return [item.text for item in self._format.read(data, self._path, self._beside)]

    def _readable(self, data: bytes | None) -> list[bytes]:
        """The items of a file, or none where it is damaged."""
        try:
            return [] if data is None else self._items(data)
        except CassetteFormatError:
            return []


def without(texts: Iterable[bytes], others: Iterable[bytes]) -> list[bytes]:
    """The items that stand in the first list more often than in the second, in their order."""
    left = Counter(others)
    kept = []
    for text in texts:
        if left[text]:
            left[text] -= 1
        else:
            kept.append(text)
    return kept
