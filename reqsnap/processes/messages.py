"""What a child and its owner tell each other: plain values as JSON, bodies as bytes behind it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reqsnap import errors
from reqsnap.differences import Difference, NearMiss
from reqsnap.errors import OutOfOrderError, StaleRecordingError, UnmatchedRequestError
from reqsnap.model import ErrorKind, Headers, NetworkError, Request, Response
from reqsnap.recorder.decisions import Forward, Refuse, Replay, Unread

Plain = Any
"""What JSON holds: None, bool, numbers, str, and lists and dicts of them."""

Bodies = list[bytes]
"""The bodies that go with plain values, which name each by its place."""


_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def pack(values: Mapping[str, Plain], bodies: Sequence[bytes] = ()) -> bytes:
    """One message.

    >>> unpack(pack({"do": "head"}, [b"one", b""]))
    ({'do': 'head'}, [b'one', b''])
    """
    text = _to_json([dict(values), [len(body) for body in bodies]]).encode("ascii")
    return b"".join([b"%d:" % len(text), text, *bodies])


def unpack(data: bytes) -> tuple[dict[str, Plain], Bodies]:
    """The values and bodies of a message."""
    length, _, rest = data.partition(b":")
    start = int(length)
    values, sizes = json.loads(rest[:start])
    bodies = []
    for size in sizes:
        bodies.append(rest[start : start + size])
        start += size
    return values, bodies


def from_request(request: Request, bodies: Bodies) -> Plain:
    """A request as plain values, its body put with the others."""
    bodies.append(request.body)
    return [request.method, request.url, request.headers.pairs, len(bodies) - 1, request.complete]


def to_request(plain: Plain, bodies: Bodies) -> Request:
    """The request that such values mean."""
    method, url, headers, body, complete = plain
    return Request(method, url, _headers(headers), bodies[body], complete)


def from_response(response: Response, bodies: Bodies) -> Plain:
    """A response as plain values, its body put with the others."""
    bodies.append(response.body)
    return {
        "status": response.status,
        "reason": response.reason,
        "headers": response.headers.pairs,
        "body": len(bodies) - 1,
        "version": response.version,
        "trailers": response.trailers.pairs,
        "parts": response.parts,
    }


def to_response(plain: Plain, bodies: Bodies) -> Response:
    """The response that such values mean."""
    return Response(
        plain["status"],
        plain["reason"],
        _headers(plain["headers"]),
        bodies[plain["body"]],
        plain["version"],
        _headers(plain["trailers"]),
        tuple(plain["parts"]),
    )


def from_network_error(error: NetworkError | None) -> Plain:
    """A network error as plain values."""
    if error is None:
        return None
    more = [error.method, error.url, error.cassette] if isinstance(error, Unread) else []
    return [error.kind.value, error.message, error.errno, *more]


def to_network_error(plain: Plain) -> NetworkError | None:
    """The network error that such values mean."""
    if plain is None:
        return None
    kind, message, errno, *more = plain
    return (
        Unread(ErrorKind(kind), message, errno, *more)
        if more
        else NetworkError(ErrorKind(kind), message, errno)
    )


def from_decision(decision: Replay | Forward | Refuse | None, forward: int, bodies: Bodies) -> Plain:
    """A decision as plain values; `forward` is the number under which its owner keeps a Forward."""
    if isinstance(decision, Replay):
        return {
            "replay": from_response(decision.response, bodies),
            "error": from_network_error(decision.error),
        }
    if isinstance(decision, Refuse):
        return {"refuse": _from_refusal(decision.error)}
    return None if decision is None else {"forward": forward}


def to_decision(plain: Plain, target: tuple[str, str], bodies: Bodies) -> Replay | Forward | Refuse | None:
    """The decision that such values mean. The order of a Forward is its owner's number of it."""
    if plain is None:
        return None
    if "replay" in plain:
        response = to_response(plain["replay"], bodies)
        return Replay(response, error=to_network_error(plain["error"]))
    if "refuse" in plain:
        return Refuse(_to_refusal(plain["refuse"]))
    return Forward(plain["forward"], 0.0, datetime.now(UTC), target)


def _headers(plain: Plain) -> Headers:
    return Headers([(name, value) for name, value in plain])


def _from_refusal(error: UnmatchedRequestError) -> Plain:
    at = error.recorded_at if isinstance(error, StaleRecordingError) else None
    place = [error.position, error.expected] if isinstance(error, OutOfOrderError) else None
    return {
        "kind": type(error).__name__,
        "method": error.method,
        "url": error.url,
        "mode": error.mode,
        "cassette": error.cassette,
        "reason": error.reason,
        "advice": error.advice,
        "nearest": [_from_near_miss(miss) for miss in error.nearest],
        "place": place,
        "recorded_at": None if at is None else at.isoformat(),
    }


def _to_refusal(plain: Plain) -> UnmatchedRequestError:
    kind = getattr(errors, plain["kind"], None)
    known = isinstance(kind, type) and issubclass(kind, UnmatchedRequestError)
    found: UnmatchedRequestError = (kind if known and kind is not None else UnmatchedRequestError)(
        plain["method"],
        plain["url"],
        mode=plain["mode"],
        cassette=plain["cassette"],
        reason=plain["reason"],
        advice=plain["advice"],
        nearest=[_to_near_miss(miss) for miss in plain["nearest"]],
    )
    if isinstance(found, OutOfOrderError):
        found.position, found.expected = plain["place"]
    if isinstance(found, StaleRecordingError) and plain["recorded_at"] is not None:
        found.recorded_at = datetime.fromisoformat(plain["recorded_at"])
    return found


def _from_near_miss(miss: NearMiss) -> Plain:
    differing = [[each.field, each.recorded, each.live] for each in miss.differences]
    return [miss.method, miss.url, differing, miss.used_up]


def _to_near_miss(plain: Plain) -> NearMiss:
    method, url, differing, used_up = plain
    return NearMiss(method, url, tuple(Difference(*each) for each in differing), used_up)
