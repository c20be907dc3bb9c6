"""What a format does with a file that is none of its own, and with an exchange that it cannot hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from reqsnap.errors import CassetteFormatError, CassetteWriteError
from reqsnap.formats import Format
from reqsnap.model import Interaction, Request, Response
from tests.support.native_files import AT, PLAIN

Reader = Callable[[bytes], Sequence[Interaction]]

HELD_BY_FEW = (
    replace(PLAIN, response=Response(0)),
    replace(PLAIN, request=replace(PLAIN.request, complete=False)),
    replace(PLAIN, recorded_at=AT.replace(tzinfo=None)),
)
"""Exchanges that no other program's format has a place for."""

NO_TEXT = replace(PLAIN, request=Request("GET", "http://h/\ud800"))
"""An exchange whose URL is half of a surrogate pair, which UTF-8 cannot write."""


def assert_refused(read: Reader, data: bytes, path: str, line: int, reason: str) -> None:
    """A file is refused with its path, the line, and a reason that begins so."""
    with pytest.raises(CassetteFormatError) as caught:
        read(data)
    assert (caught.value.path, caught.value.line) == (path, line), caught.value
    assert caught.value.reason.startswith(reason)


def assert_not_held(format: Format, *wrong: Interaction) -> None:
    """None of these exchanges can be written."""
    for each in wrong:
        with pytest.raises(CassetteWriteError, match="cannot be written"):
            format.item(each)


def assert_read_or_refused(read: Reader, whole: bytes, path: str, chance: random.Random, times: int) -> None:
    """A file with something wrong in it is read, or refused with its path and a line that it has."""
    for _ in range(times):
        data = damaged(whole, chance)
        try:
            read(data)
        except CassetteFormatError as error:
            assert error.path == path and error.line is not None
            assert 1 <= error.line <= data.count(b"\n") + 1


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A file of which some bits have turned, or a part is gone, doubled, or in another place."""
    start, end = sorted(chance.choices(range(len(data) + 1), k=2))
    match chance.randrange(5):
        case 0:
            bits = bytearray(data)
            for _ in range(chance.randrange(1, 4)):
                bits[chance.randrange(len(bits))] ^= 1 << chance.randrange(8)
            return bytes(bits)
        case 1:
            return data[:start]
        case 2:
            return data[:start] + data[end:]
        case 3:
            return data[:end] + data[start:]
        case _:
            lines = data.splitlines(keepends=True)
            chance.shuffle(lines)
            return b"".join(lines)
