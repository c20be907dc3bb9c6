"""Additions to reqsnap's own file, whole and cut short at any byte."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import NATIVE, native
from reqsnap.model import Headers, Interaction, Request, Response

AT = datetime(2026, 1, 2, tzinfo=UTC)
HOSTILE = b"\n- request:\n  recorded_at: 2026-01-02T00:00:00.000Z\n# end\n"


def interaction(name: str, body: bytes = b"") -> Interaction:
    return Interaction(
        Request("GET", f"http://h/{name}"), Response(200, "", Headers([("A", "# end")]), body), AT
    )


def names_of(data: bytes) -> list[str]:
    return [item.decode().request.url.removeprefix("http://h/") for item in NATIVE.read(data)]


def whole(*names: str) -> bytes:
    return native.dump([interaction(name, HOSTILE) for name in names])


def added(data: bytes, *names: str) -> bytes:
    addition = NATIVE.added(data, [NATIVE.item(interaction(name, HOSTILE)) for name in names])
    assert addition is not None
    return data[: addition.kept] + addition.tail


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b"]])
def test_a_file_that_was_added_to_is_the_file_that_is_written_whole(names: list[str]) -> None:
    assert added(whole(*names), "x", "y") == whole(*names, "x", "y")


@pytest.mark.parametrize(
    "edited",
    [
        whole("a").replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + whole("a"),
        whole("a").removesuffix(b"# end\n") + b"...\n# end\n",
        whole("a").removesuffix(b"# end\n") + b"# a word at the end\n# end\n",
        b"reqsnap: 1\ninteractions:\n  " + whole("a")[26:-6].replace(b"\n", b"\n  ") + b"\n# end\n",
        b"reqsnap: 1\ninteractions:\n# a word at the beginning\n" + whole("a")[26:],
        b"reqsnap: 1\ninteractions: []\n# end\n",
    ],
)
def test_a_file_of_another_layout_is_written_whole(edited: bytes) -> None:
    assert NATIVE.added(edited, [NATIVE.item(interaction("x"))]) is None


@settings(deadline=None, max_examples=300)
@given(data=st.data(), held=st.integers(0, 2), new=st.integers(1, 2))
def test_an_addition_that_is_cut_at_any_byte_loses_nothing_that_was_there(
    data: st.DataObject, held: int, new: int
) -> None:
    before = whole(*"abc"[:held])
    after = added(before, *"xy"[:new])
    kept = len(before) - len(native.END)
    # In place: first what comes behind the end of the file, then what overwrites its last line.
    overhang = data.draw(st.integers(len(before), len(after)))
    if data.draw(st.booleans()):
        found = before + after[len(before) : overhang]
    else:
        found = after[: data.draw(st.integers(kept, len(after)))]
    if found == before or found + b"\n"[found.endswith(b"\n") :] == after:
        assert names_of(found) == list("abc"[:held]) + list("xy"[:new] * (found != before))
        return
    with pytest.raises(CassetteFormatError):
        NATIVE.read(found)
    torn = NATIVE.salvage(found, "x.yaml")
    assert torn is not None
    names = [item.decode().request.url.removeprefix("http://h/") for item in torn.items]
    assert names[:held] == list("abc"[:held])
    assert names[held:] == list("xy"[: len(names) - held])
    assert found.endswith(torn.rest)
    assert torn.line == found[: len(found) - len(torn.rest)].count(b"\n") + 1


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"reqsnap: 1\ninter",
        whole("a", "b").replace(b"GET", b"\0ET", 1)[:-10],
        whole("a", "b").replace(b"\n  recorded_at", b"\n  recorded", 1)[:-10],
        whole("a", "b").replace(b"\n  recorded_at", b"\n  recorded", 1),
        whole("a", "b") + b"- request:\n",
        whole("a", "b") + whole("c"),
        whole("a").removesuffix(b"# end\n") + b"something else\n",
    ],
)
def test_what_is_damaged_in_another_way_is_no_torn_file(damaged: bytes) -> None:
    assert NATIVE.salvage(damaged) is None


def test_what_the_system_had_not_written_yet_may_be_zeros() -> None:
    before = whole("a")
    torn = NATIVE.salvage(before + b"\0" * 4096 + b"  recorded_at: \n# end\n")
    assert torn is not None
    assert (torn.line, len(torn.items)) == (before.count(b"\n") + 1, 1)
