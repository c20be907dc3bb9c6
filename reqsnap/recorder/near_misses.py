"""The recordings closest to a refused request, for its error."""

from __future__ import annotations

from collections.abc import Iterable

from reqsnap.differences import NearMiss
from reqsnap.matching import Matching, all_differences, first_few
from reqsnap.matching.parts import Url
from reqsnap.model import Request

MOST = 3
"""How many are shown."""

MOST_DIFFERENCES = (8, 2, 2)
"""How many lines of differences each of them has, so that the whole error stays under 20 lines."""


def nearest(matching: Matching, live: Request, recorded: Iterable[Request]) -> tuple[NearMiss, ...]:
    """The closest recorded requests (all redacted), the closest first, each one once."""
    distinct = {(request.method, request.url, request.body): request for request in recorded}
    target = matching.url(live.url)
    distances = [(_distance(matching, live, target, request), request) for request in distinct.values()]
    closest = min((distance for distance, _ in distances), default=0)
    near = [(distance, request) for distance, request in distances if distance <= closest + _SLACK]
    near.sort(key=lambda pair: (pair[0], _span(live.body, pair[1].body)))
    compared = [(request, all_differences(matching, live, request)) for _, request in near[:_COMPARED]]
    compared.sort(key=lambda pair: len(pair[1]))
    found = []
    for (request, differing), most in zip(compared, MOST_DIFFERENCES, strict=False):
        shown = first_few(differing, most)
        found.append(NearMiss(request.method, request.url, shown, used_up=not differing))
    return tuple(found)


_SLACK = 4
"""How much farther than the closest one a recording may be and still be shown."""

_COMPARED = 12
"""How many recordings are compared in full."""


def _distance(matching: Matching, live: Request, now: Url, recorded: Request) -> int:
    """How far apart two requests are: by their targets, cheap enough for every recording."""
    then = matching.url(recorded.url)
    distance = 0 if live.method.upper() == recorded.method.upper() else 8
    distance += 0 if now.path == then.path else 4 + _unlike(now.path, then.path)
    distance += 0 if (now.host, now.port) == (then.host, then.port) else 16
    distance += len(set(now.query) ^ set(then.query))
    return distance + (0 if live.body == recorded.body else 1)


def _unlike(one: str, other: str) -> int:
    """How many segments of two paths differ."""
    first, second = one.split("/"), other.split("/")
    same = sum(1 for a, b in zip(first, second, strict=False) if a == b)
    return max(len(first), len(second)) - same


def _span(one: bytes, other: bytes) -> int:
    """How long the stretch is in which two bodies differ."""
    if one == other:
        return 0
    before = _shared(one, other)
    most = min(len(one), len(other)) - before
    after = min(_shared(one[: -most - 1 : -1], other[: -most - 1 : -1]), most)
    return max(len(one), len(other)) - before - after


def _shared(one: bytes, other: bytes) -> int:
    """How many bytes two bodies begin with alike, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
