"""Edits on a text: put together, applied, and carried over to what is cut from the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """The characters from `start` up to `end` give way to `text`."""

    start: int
    end: int
    text: str


def merged(edits: Iterable[Edit]) -> list[Edit]:
    """The same edits in order, with each group that overlaps made one.

    An edit that lies within another is lost in it; of two that cross, the first says
    what stands in the place of both.
    """
    result: list[Edit] = []
    for edit in sorted(edits, key=_by_place):
        if result and edit.start < result[-1].end:
            last = result[-1]
            result[-1] = Edit(last.start, max(last.end, edit.end), last.text)
        else:
            result.append(edit)
    return result


def _by_place(edit: Edit) -> tuple[int, int]:
    return edit.start, -edit.end


def applied(text: str, edits: Sequence[Edit]) -> str:
    """A text with merged edits made."""
    pieces: list[str] = []
    place = 0
    for edit in edits:
        pieces += text[place : edit.start], edit.text
        place = edit.end
    pieces.append(text[place:])
    return "".join(pieces)


def revised(text: str, edits: Sequence[Edit]) -> str:
    """A text with edits made, in any order; the very same text where they change nothing."""
    if not edits:
        return text
    result = applied(text, merged(edits))
    return text if result == text else result


def mapped_sizes(sizes: Iterable[int], edits: Sequence[Edit]) -> tuple[int, ...]:
    """Sizes of consecutive pieces of a text, after merged edits of the text.

    A border between two pieces stays where it was in what was kept; one within an edit
    stays as far in as the replacement reaches. Pieces that come out empty are left out.
    """
    result: list[int] = []
    before = after = shift = index = 0
    for size in sizes:
        before += size
        while index < len(edits) and edits[index].end <= before:
            shift += len(edits[index].text) - (edits[index].end - edits[index].start)
            index += 1
        place = before + shift
        if index < len(edits) and edits[index].start < before:
            edit = edits[index]
            place = edit.start + shift + min(before - edit.start, len(edit.text))
        if place > after:
            result.append(place - after)
            after = place
    return tuple(result)


class View(NamedTuple):
    """A stretch of a text with its escapes undone, for edits that are found in there.

    `places` says for each character, and for the end, where it stands in the outer text.
    """

    text: str
    places: Sequence[int]

    def lifted(self, edits: Iterable[Edit], escape: Callable[[str], str]) -> list[Edit]:
        """Edits of the view as edits of the outer text."""
        return [Edit(self.places[e.start], self.places[e.end], escape(e.text)) for e in edits]


def view(
    text: str, start: int, end: int, escapes: re.Pattern[str], undo: Callable[[re.Match[str]], str]
) -> View:
    """A stretch of a text in which each escape, undone, is one character."""
    pieces: list[str] = []
    places: list[int] = []
    place = start
    for found in escapes.finditer(text, start, end):
        pieces += text[place : found.start()], undo(found)
        places += range(place, found.start() + 1)
        place = found.end()
    pieces.append(text[place:end])
    places += range(place, end + 1)
    return View("".join(pieces), places)
