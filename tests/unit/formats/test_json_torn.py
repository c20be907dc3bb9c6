"""A cassette in JSON of which the last addition was cut short: what stood there before is used."""

from __future__ import annotations

import pytest

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import Format, Torn, named
from reqsnap.model import Interaction
from tests.support.native_files import BINARY, ODD, PLAIN, exchange
from tests.unit.formats.test_json_format import BOTH, written
from tests.unit.formats.test_reqord_files import ENTRY

REQORD = named("reqord")


def salvaged(format: Format, data: bytes) -> Torn | None:
    """What is left of a file, which must be refused when it is read; None where it is whole."""
    with pytest.raises(CassetteFormatError):
        [item.decode() for item in format.read(data, "a")]
    return format.salvage(data, "a")


@BOTH
@pytest.mark.parametrize("before", [[], [PLAIN], [PLAIN, ODD]], ids=len)
def test_an_addition_that_was_not_finished(format: Format, before: list[Interaction]) -> None:
    base = written(format, *before)
    added = format.added(base, [format.item(BINARY), format.item(exchange(b"more"))])
    assert added is not None
    overhang = added.tail[len(base) - added.kept :]
    # Blanks alone, with which it begins in a document, do no harm.
    for size in [*range(8, 60), *range(60, len(overhang), 11)]:
        for rest in (overhang[:size], bytes(size)):
            torn = salvaged(format, base + rest)
            assert torn is not None, rest
            assert [item.decode() for item in torn.items] == before
            assert (base + rest).endswith(torn.rest)
            assert torn.line == base.count(b"\n", 0, len(base) - len(torn.rest) + len(rest)) + 1


@BOTH
def test_a_file_that_ends_too_soon(format: Format) -> None:
    recorded = [PLAIN, ODD, BINARY]
    whole = written(format, *recorded)
    first = len(written(format)) - 14
    for size in range(first, len(whole), 3):
        data = whole[:size]
        try:
            found = [item.decode() for item in format.read(data, "a")]
        except CassetteFormatError:
            torn = format.salvage(data, "a")
            if torn is None:
                # Not even its first lines are there.
                assert size < len(whole) // 8
                continue
            found = [item.decode() for item in torn.items]
            assert data.endswith(torn.rest)
        assert found == recorded[: len(found)]
        assert (
            sum(len(format.item(each)) for each in recorded[: len(found) + 1]) + 60 > size - first
            or found == recorded
        )


@BOTH
def test_what_is_damaged_otherwise_is_not_salvaged(format: Format) -> None:
    data = written(format, PLAIN, ODD)
    for damage in (
        data + b"more",
        data[10:],
        data.replace(b"POST", b'PO"ST', 1),
        data[: len(data) // 2] + b"\n<<<<<<< HEAD\n",
        data[: len(data) // 2].replace(b'"reqsnap": 1', b'"reqsnap": 2'),
    ):
        assert salvaged(format, damage) is None


def test_a_line_of_reqord_that_was_not_finished() -> None:
    whole = ENTRY + b"\n" + ENTRY + b"\n"
    for size in range(len(ENTRY) + 2, len(whole) - 1):
        torn = salvaged(REQORD, whole[:size])
        assert torn is not None
        assert ([item.text for item in torn.items], torn.line) == ([ENTRY], 2)
        assert torn.rest == whole[len(ENTRY) + 1 : size]
    assert REQORD.salvage(whole) is None
    assert REQORD.salvage(ENTRY[:-3]) is None
    assert REQORD.salvage(ENTRY[:-3] + b"\n" + ENTRY[:-3]) is None
