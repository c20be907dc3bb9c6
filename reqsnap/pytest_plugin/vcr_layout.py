"""What pytest-recording and pytest-vcr call the cassette of a test, so that those that exist are found."""

from __future__ import annotations

import os

FORBIDDEN = dict.fromkeys(map(ord, "<>?%*:|\"'/\\"), "-")
"""What pytest-recording puts into a name for each character that a file system may not take (0.14.1)."""


def recording_name(cls: type | None, name: str) -> str:
    """What pytest-recording calls a test's cassette.

    >>> recording_name(int, "test_it[a/b]")
    'int.test_it[a-b]'
    """
    return plain_name(cls, name).translate(FORBIDDEN)


def plain_name(cls: type | None, name: str) -> str:
    """What pytest-vcr calls it.

    >>> plain_name(None, "test_it")
    'test_it'
    """
    return name if cls is None else f"{cls.__name__}.{name}"


def short_enough(name: str, ending: str, folder: str) -> str:
    """A name that is short enough for a file with an ending, as pytest-recording cuts it (0.14.1)."""
    longest = _longest(folder)
    if len(os.fsencode(name)) + len(ending) <= longest:
        return name
    # Here, because few names are long.
    from hashlib import md5

    digest = md5(name.encode(), usedforsecurity=False).hexdigest()
    kept = os.fsencode(name)[: longest - len(ending) - len(digest) - len("...")]
    return f"{kept.decode(errors='ignore')}...{digest}"


def _longest(folder: str) -> int:
    """In bytes, how long the name of a file may be."""
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):
        return 255
