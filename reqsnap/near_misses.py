"""The recordings closest to a refused request, for its error."""

from __future__ import annotations

from collections.abc import Iterable

from reqsnap.errors import NearMiss
from reqsnap.matching import Matching, differences
from reqsnap.matching.parts import split_url
from reqsnap.model import Request

MOST = 3
"""How many are shown."""


def nearest(matching: Matching, live: Request, recorded: Iterable[Request]) -> tuple[NearMiss, ...]:
    """The closest recorded requests (all redacted), the closest first, each one once."""
    distinct = {(request.method, request.url, request.body): request for request in recorded}
    distances = [(_distance(live, request), request) for request in distinct.values()]
    closest = min((distance for distance, _ in distances), default=0)
    close = sorted(distances, key=lambda pair: pair[0])[:MOST]
    found = []
    for distance, request in close:
        if distance <= closest + _SLACK:
            differing = differences(matching, live, request)
            found.append(NearMiss(request.method, request.url, differing, used_up=not differing))
    return tuple(sorted(found, key=lambda miss: len(miss.differences)))


_SLACK = 4
"""How much farther than the closest one a recording may be and still be shown."""


def _distance(live: Request, recorded: Request) -> int:
    """How far apart two requests are: by their targets, cheap enough for every recording."""
    now, then = split_url(live.url), split_url(recorded.url)
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
