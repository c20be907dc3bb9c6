"""What a cassette lost on its way into another format. Pure: what was meant against what was read back."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reqsnap.content_coding import content_codings, undo
from reqsnap.formats.fields import by_lower_name
from reqsnap.model import Headers, Interaction, NetworkError, Request, Response

_SAME_TIME = 0.001
"""Seconds by which times may differ: formats keep milliseconds, and fractions of them in binary."""

_OF_CODINGS = ("content-encoding", "content-length")
"""The fields that go with a content coding."""


class Difference(NamedTuple):
    """What is not as it was meant. `is_loss`: it is gone; else it is there and says something else."""

    what: str
    is_loss: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a cassette that was read back differs from what was meant.

    `losses` say in how many interactions what is gone. `wrong` says what is there and says
    something else, and the first interaction, its place from 0, in which it does.
    """

    losses: Mapping[str, int] = field(default_factory=dict)
    wrong: Mapping[str, int] = field(default_factory=dict)


def compare(meant: Sequence[Interaction], found: Sequence[Interaction]) -> Comparison:
    """Compare what was meant to be in a file with what was found in it."""
    if len(meant) != len(found):
        lacking = f"{len(meant):,} interactions were written, {len(found):,} read back"
        return Comparison(wrong={lacking: min(len(meant), len(found))})
    results = [_compared(meant, found)]
    # Some formats order by time, and some readers by other means: then the same stands in other places.
    for others in (_by_time(meant), _by_head(meant, found)):
        if not results[-1].wrong:
            break
        results.append(_compared(others, found))
    result = results[-1] if not results[-1].wrong else results[0]
    if result is results[0]:
        return result
    return Comparison({"the order of interactions": len(meant), **result.losses})


def _compared(meant: Sequence[Interaction], found: Sequence[Interaction]) -> Comparison:
    """Compare each with the one in the same place."""
    losses: Counter[str] = Counter()
    wrong: dict[str, int] = {}
    for place, (one, other) in enumerate(zip(meant, found, strict=True)):
        for what, is_loss in differences(one, other):
            if is_loss:
                losses[what] += 1
            else:
                wrong.setdefault(what, place)
    return Comparison(losses, wrong)


def differences(meant: Interaction, found: Interaction) -> Iterator[Difference]:
    """Each way in which an interaction is not as it was meant."""
    if meant == found:
        return
    yield from _of_requests(meant, found)
    yield from _of_responses(meant, found)
    yield from _of_errors(meant.error, found.error)
    if abs((meant.recorded_at - found.recorded_at).total_seconds()) > _SAME_TIME:
        yield Difference("the time of recording")
    if abs(meant.elapsed - found.elapsed) > _SAME_TIME:
        yield Difference("how long exchanges took")


def _of_requests(meant: Interaction, found: Interaction) -> Iterator[Difference]:
    one, other = meant.request, found.request
    if (one.method, one.url) != (other.method, other.url):
        yield Difference("methods or URLs", is_loss=False)
    coded = _is_content_the_same(one, other)
    if coded:
        yield Difference(_coding_of(other, "requests"))
    elif one.body and not other.body:
        yield Difference("bodies of requests")
    elif one.body != other.body:
        yield Difference("bodies of requests", is_loss=False)
    yield from _of_headers(one.headers, other.headers, "header fields of requests", coded)
    if one.complete != other.complete:
        yield Difference("that requests were recorded incomplete")


def _of_responses(meant: Interaction, found: Interaction) -> Iterator[Difference]:
    one, other = meant.response, found.response
    if one.status != other.status:
        yield Difference("status codes", is_loss=False)
    if one.reason != other.reason:
        yield Difference("reason phrases", is_loss=not other.reason)
    if one.version != other.version:
        yield Difference("HTTP versions")
    coded = _is_content_the_same(one, other)
    if coded:
        yield Difference(_coding_of(other, "responses"))
    elif one.body != other.body:
        yield Difference("bodies of responses", is_loss=False)
    yield from _of_headers(one.headers, other.headers, "header fields of responses", coded)
    if one.trailers and not other.trailers:
        yield Difference("trailers")
    else:
        yield from _of_headers(one.trailers, other.trailers, "trailers")
    if one.parts != other.parts:
        yield Difference("the parts in which bodies arrived")


def _of_errors(one: NetworkError | None, other: NetworkError | None) -> Iterator[Difference]:
    if one == other:
        return
    if one is None or other is None:
        # An answer that had been cut would pass for a whole one, and the other way round.
        yield Difference("network errors", is_loss=False)
    elif one.kind is not other.kind:
        yield Difference("the kinds of network errors", is_loss=False)
    else:
        yield Difference("details of network errors")


def _is_content_the_same(meant: Request | Response, found: Request | Response) -> bool:
    """Whether bodies differ in their content coding alone: in its bytes, or in that it was undone."""
    codings = content_codings(meant.headers)
    if meant.body == found.body or not codings:
        return False
    one = undo(meant.body, codings)
    other = undo(found.body, content_codings(found.headers))
    return one is not None and other is not None and one.content == other.content


def _coding_of(found: Request | Response, of: str) -> str:
    if content_codings(found.headers):
        return f"the exact bytes of compressed bodies of {of}"
    return f"content codings of {of}"


# Header fields


def _of_headers(one: Headers, other: Headers, of: str, coded: bool = False) -> Iterator[Difference]:
    if coded:
        one, other = one.without(*_OF_CODINGS), other.without(*_OF_CODINGS)
    if one == other:
        return
    meant, found = by_lower_name(one), by_lower_name(other)
    gone = sorted(meant.keys() - found.keys())
    if gone:
        yield Difference(f"{of}: {', '.join(gone)}")
    if any(name not in meant or not _may_be_joined(meant[name], found[name]) for name in found):
        yield Difference(f"values of {of}", is_loss=False)
    elif any(len(meant[name]) != len(values) for name, values in found.items()):
        yield Difference(f"that {of} were repeated")
    else:
        kept = [name for name, _ in one if name.lower() in found]
        yield from _of_names(kept, [name for name, _ in other], of)


def _of_names(meant: list[str], found: list[str], of: str) -> Iterator[Difference]:
    """How the names of the same fields differ."""
    if sorted(meant, key=str.lower) != sorted(found, key=str.lower):
        yield Difference(f"how names of {of} are spelled")
    if list(map(str.lower, meant)) != list(map(str.lower, found)):
        yield Difference(f"the order of {of}")


def _may_be_joined(meant: Sequence[str], found: Sequence[str]) -> bool:
    """Whether values are the same, or one that joins them (RFC 9110, section 5.3)."""
    return list(meant) == list(found) or [", ".join(meant)] == list(found)


# Order


def _by_time(meant: Sequence[Interaction]) -> list[Interaction]:
    return sorted(meant, key=lambda interaction: interaction.recorded_at)


def _by_head(meant: Sequence[Interaction], found: Iterable[Interaction]) -> list[Interaction]:
    """What was meant, in the order of what was found; what is like nothing comes where there is room."""
    waiting: defaultdict[tuple[str, str, int], deque[int]] = defaultdict(deque)
    for place, each in enumerate(meant):
        waiting[_head(each)].append(place)
    places = [waiting[_head(each)].popleft() if waiting[_head(each)] else None for each in found]
    left = iter(sorted(set(range(len(meant))).difference(place for place in places if place is not None)))
    return [meant[next(left) if place is None else place] for place in places]


def _head(interaction: Interaction) -> tuple[str, str, int]:
    return interaction.request.method, interaction.request.url, interaction.response.status
