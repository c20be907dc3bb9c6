"""What of a cassette's file was never used, known by marks that any process makes alike; and its removal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from hashlib import blake2b

from reqsnap.cassette.reading import Found, found_in
from reqsnap.errors import CassetteError, CassetteWriteError
from reqsnap.formats import Format, Item, format_of
from reqsnap.storage import File, sharing_of

_ALL_INLINE = 1 << 62


def marks(texts: Iterable[bytes]) -> list[str]:
    """A mark for each recording, in the order of the file, that holds whatever is added, or removed.

    Of recordings that are equal byte for byte the second, third and so on have their number in it.

    >>> [mark[16:] for mark in marks([b"one", b"two", b"one"])]
    ['', '', ':2']
    """
    seen: Counter[str] = Counter()
    found = []
    for text in texts:
        mark = blake2b(text, digest_size=8).hexdigest()
        seen[mark] += 1
        found.append(mark if seen[mark] == 1 else f"{mark}:{seen[mark]}")
    return found


def held(file: File) -> dict[str, Item]:
    """What a file holds, by its marks. Raises CassetteError where it cannot be read, or is torn."""
    _, found = _read(file)
    return dict(zip(marks([item.text for item in found.items]), found.items, strict=True))


def trim(file: File, unused: Container[str]) -> list[Item]:
    """Remove the recordings with these marks, and return them; the others keep their bytes.

    Nothing is written where there is none. Raises CassetteError where the file cannot be read or
    written, or is torn, and then it is as it was.
    """
    with sharing_of(file).turn():
        format, found = _read(file)
        pairs = list(zip(marks([item.text for item in found.items]), found.items, strict=True))
        removed = [item for mark, item in pairs if mark in unused]
        if removed:
            kept = [item.text for mark, item in pairs if mark not in unused]
            data = format.file(kept)
            if [item.text for item in format.read(data, str(file.path), file.beside(_ALL_INLINE))] != kept:
                raise CassetteWriteError("what is left of it cannot be written as it is", file.path)
            file.write(data)
    return removed


def _read(file: File) -> tuple[Format, Found]:
    data = file.read()
    if data is None:
        raise CassetteError("there is no such file", file.path)
    format = format_of(file.path, data)
    found = found_in(format, data, str(file.path), file.beside(_ALL_INLINE))
    if found.torn is not None:
        raise CassetteError("its last addition was not finished; `reqsnap repair` mends it", file.path)
    return format, found
