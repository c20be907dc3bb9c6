"""What a file is to hold where several processes write it: theirs and ours, each in its order, nothing twice.

Pure. A process knows what it read or wrote last. What stands in the file besides is another's
and stays where it is; what it knows and finds no more was taken out by another; what it
holds and does not know is new. A file that is as this process left it is not looked into: what
is to be written is compared with what is known of it, so that what only adds at its end costs no more.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from reqsnap import formats
from reqsnap.cassette.reading import Found
from reqsnap.cassette.snapshot import Snapshot
from reqsnap.errors import CassetteFormatError
from reqsnap.sequences.entries import Entry


@dataclass(frozen=True, eq=False, slots=True)
class Foreign:
    """An item that another process wrote."""

    text: bytes


Item = Entry | Foreign

Piece = bytes | memoryview
"""A part of a file's bytes."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a file is to hold, in order, and how many had to leave because that was too much.

    Where a file holds the first `count` of these items already, and nothing else, `base` are its
    bytes. `torn` are the bytes of files whose last addition was not finished.
    """

    snapshot: Snapshot
    items: Sequence[Item]
    evicted: int = 0
    base: bytes | None = None
    count: int = 0
    torn: tuple[Found, ...] = ()


class Woven:
    """The items of others, each held to the place behind our own that it has in a file.

    `on_disk` are the file's items in its order; `held` are the entries that are not to leave.
    """

    def __init__(self, on_disk: Collection[Item], held: Iterable[Entry]) -> None:
        self._after: dict[Entry | None, list[Foreign]] = {}
        if Foreign not in set(map(type, on_disk)):
            return
        place: Entry | None = None
        staying = frozenset(held)
        for item in on_disk:
            if isinstance(item, Foreign):
                self._after.setdefault(place, []).append(item)
            elif item in staying:
                place = item

    def among(self, entries: Iterable[Entry]) -> Iterable[Item]:
        """These entries, and the items of others between them."""
        return self._between(entries) if self._after else entries

    def _between(self, entries: Iterable[Entry]) -> Iterator[Item]:
        yield from self._after.get(None, ())
        for entry in entries:
            yield entry
            yield from self._after.get(entry, ())


def told_apart(texts: Iterable[bytes], known: Mapping[Entry, int]) -> tuple[list[Item], set[Entry]]:
    """A file's items as our entries, whose marks are `known`, and others'; and the entries that are gone."""
    waiting: dict[int, deque[Entry]] = {}
    for entry, mark in known.items():
        waiting.setdefault(mark, deque()).append(entry)
    found: list[Item] = []
    for text in texts:
        entries = waiting.get(hash(text))
        found.append(entries.popleft() if entries else Foreign(text))
    return found, {entry for entries in waiting.values() for entry in entries}


class View:
    """What one process knows of the file that its entries are in.

    `read` finds what the bytes of a file hold; `text_of` is what an entry that is new is written as.

    Items are compared by the hashes of their bytes, which Python draws anew in each process.
    """

    def __init__(self, read: Callable[[bytes], Found], text_of: Callable[[Entry], bytes]) -> None:
        self._read, self._text_of = read, text_of
        self._texts: dict[Entry, formats.Item | bytes] = {}
        self._marks: dict[Entry, int] = {}
        # Of the many that a file has, those whose bytes are held here.
        self._written: set[Entry] = set()
        self._gone: set[Entry] = set()
        self._found: Found | None = None
        self._pieces: Sequence[Piece] = ()
        self._items: list[Item] = []

    def adopted(self, entries: Sequence[Entry], items: Sequence[formats.Item], found: Found | None) -> None:
        """A file was read, if it is known which: these entries, made of these items, in its order."""
        self._items = list(entries)
        self._texts.update(zip(entries, items, strict=True))
        self._found, self._pieces = found, ()

    @property
    def left(self) -> bytes | None:
        """What the file held when this process read or wrote it last, where that is known."""
        if self._pieces:
            # Not before it is asked for: most write once, at their end.
            self._found, self._pieces = Found(b"".join(self._pieces), ()), ()
        return None if self._found is None else self._found.data

    def forget(self) -> None:
        """Nothing that was known is to be taken out of a file."""
        self._texts, self._marks, self._items, self._found = {}, {}, [], None
        self._pieces, self._written = (), set()

    def text(self, item: Item, *, anew: bool = False) -> bytes:
        """The bytes of an item: those that it has in the file, where they are known and not made `anew`."""
        if isinstance(item, Foreign):
            return item.text
        known = None if anew else self._texts.get(item)
        if known is None:
            return self._text_of(item)
        return known if isinstance(known, bytes) else known.text

    def own(self, ours: Snapshot, on_disk: bytes | None) -> Merged:
        """What a file that is this process's alone is to hold. `on_disk` is what it holds, if it is there."""
        found = self._as_left(on_disk)
        return Merged(ours, self._held(ours)) if found is None else self._merged(ours, self._items, [found])

    def added(self, ours: Snapshot, on_disk: Sequence[bytes]) -> Merged:
        """What a file is to hold to which ours are added. `on_disk` are the files whose items are kept.

        Raises CassetteFormatError.
        """
        if not on_disk:
            return self.own(ours, None)
        known = self._as_left(on_disk[0]) if len(on_disk) == 1 else None
        if known is not None:
            return self._merged(ours, self._items, [known])
        read = [self._read(data) for data in on_disk]
        texts: list[bytes] = []
        for each in read:
            texts += without([item.text for item in each.items], texts)
        items, gone = told_apart(texts, self._all_marks())
        self._gone |= gone
        return self._merged(ours, items, read)

    def replaced(self, ours: Snapshot, before: bytes | None, now: bytes | None) -> Merged:
        """What a file is to hold that ours replace: what others have added since it was as `before` stays.

        Raises CassetteFormatError for what cannot be read now, and could before.
        """
        if now is None or now == before:
            return Merged(ours, self._held(ours))
        texts = [item.text for item in self._read(now).items]
        found, _ = told_apart(without(texts, self._readable(before)), {})
        return self._merged(ours, found, ())

    def wrote(self, merged: Merged, texts: Mapping[Item, bytes], pieces: Sequence[Piece]) -> None:
        """The file holds this now: these bytes, piece by piece, of which these texts are new."""
        if merged.base is None:
            held = frozenset(merged.items)
            self._texts = {entry: text for entry, text in self._texts.items() if entry in held}
            self._marks = {entry: mark for entry, mark in self._marks.items() if entry in held}
        for item, text in texts.items():
            if isinstance(item, Entry):
                self._texts[item] = text
                self._written.add(item)
                self._marks.pop(item, None)
        self._items, self._found, self._pieces = list(merged.items), None, pieces

    def release(self) -> None:
        """Hold no bytes any more: little is written after the end of a block."""
        for entry in self._written:
            text = self._texts.pop(entry, None)
            if isinstance(text, bytes):
                self._marks[entry] = hash(text)
        self._written.clear()
        self._found, self._pieces = None, ()

    # Within

    def _as_left(self, on_disk: bytes | None) -> Found | None:
        return self._found if on_disk is not None and on_disk == self.left else None

    def _held(self, ours: Snapshot) -> list[Entry]:
        entries = ours.in_order()
        return [entry for entry in entries if entry not in self._gone] if self._gone else entries

    def _merged(self, ours: Snapshot, on_disk: list[Item], found: Sequence[Found]) -> Merged:
        """All of it, of which the one file that was found holds those that are `on_disk`."""
        held = self._held(ours)
        woven = Woven(on_disk, held)
        items, surplus = list(woven.among(held)), 0
        if ours.by_use is not None and ours.most is not None and len(items) > ours.most:
            surplus = len(items) - ours.most
            by_use = woven.among(entry for entry in ours.by_use if entry not in self._gone)
            leaving = set(islice(by_use, surplus))
            items = [item for item in items if item not in leaving]
        torn = tuple(each for each in found if each.torn is not None)
        count = len(on_disk)
        adds = len(found) == 1 and not torn and items[:count] == on_disk
        return Merged(ours, items, surplus, found[0].data if adds else None, count, torn)

    def _all_marks(self) -> dict[Entry, int]:
        for entry, text in self._texts.items():
            self._marks.setdefault(entry, hash(text if isinstance(text, bytes) else text.text))
        return self._marks

    def _readable(self, data: bytes | None) -> list[bytes]:
        """The items of a file, or none where it is damaged."""
        try:
            return [] if data is None else [item.text for item in self._read(data).items]
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
