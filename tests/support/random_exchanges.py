"""Random exchanges: many in a short time, of all that can cross a connection."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response

_NAMES = ["Accept", "ETag", "etag", "X-One", "x-one", "Set-Cookie", "Link", "Content-Type", "Content-Length"]
_TYPES = [
    "text/plain",
    "text/html; charset=ISO-8859-1",
    "application/json",
    "image/png",
    "text/event-stream",
    "*",
]
_CODED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "identity": bytes,
    "odd": bytes,
}
_LINES = [
    b"# end",
    b"- request:",
    b'{"end": true}',
    b"    },",
    b"  ]",
    b"---",
    b"\xef\xbb\xbf",
    b"\\u0041",
    b'"',
    b"",
]
_METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "M-SEARCH"]
_VERSIONS = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2", "HTTP/3"]


def exchange(chance: random.Random) -> Interaction:
    """One of them."""
    request = Request(
        chance.choice(_METHODS),
        f"http://h/{_text(chance, '!$%&()*+,-./0aZ~', 6)}?{_text(chance, 'ab=&%20', 6)}",
        _headers(chance),
        _body(chance),
        chance.random() < 0.95,
    )
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=chance.randrange(10**14))
    elapsed = chance.choice([0.0, chance.random(), chance.randrange(10**6) / 1e6])
    error = None
    if chance.random() < 0.1:
        number = chance.choice([None, chance.randrange(-5, 200)])
        error = NetworkError(chance.choice(list(ErrorKind)), _text(chance, ' aé✓\n"\u2028', 5), number)
        if chance.random() < 0.5:
            return Interaction(request, Response(0), moment, elapsed, error)
    return Interaction(request, _response(chance), moment, elapsed, error)


def _response(chance: random.Random) -> Response:
    body, coding = _body(chance), chance.choice(list(_CODED))
    headers = [*_headers(chance), ("Content-Type", chance.choice(_TYPES))]
    if chance.random() < 0.5:
        headers.append(("Content-Encoding", coding))
        # Not every server does as it says.
        body = _CODED[coding](body) if chance.random() < 0.9 else body
    parts: tuple[int, ...] = ()
    if chance.random() < 0.3:
        cuts = sorted(chance.choices(range(len(body) + 1), k=chance.randrange(4)))
        parts = tuple(end - start for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True))
    trailers = _headers(chance) if chance.random() < 0.2 else Headers()
    status, reason = chance.choice([200, 201, 204, 302, 404, 500, 999]), _text(chance, "OK é\t", 4)
    return Response(status, reason, Headers(headers), body, chance.choice(_VERSIONS), trailers, parts)


def _headers(chance: random.Random) -> Headers:
    """Fields with the usual names or any others, repeated; a length is never stated wrong."""
    pairs = []
    for _ in range(chance.randrange(5)):
        name = chance.choice(_NAMES) if chance.random() < 0.9 else _text(chance, "ab:- é\x85", 4)
        value = "".join(map(chr, chance.choices(range(256), k=chance.randrange(6))))
        pairs.append((name, "many" if name == "Content-Length" else value))
    return Headers(pairs)


def _body(chance: random.Random) -> bytes:
    match chance.randrange(6):
        case 0:
            return b""
        case 1:
            return chance.randbytes(chance.randrange(1, 200))
        case 2:
            return chance.choice([b"\n", b"\r\n"]).join(chance.choices(_LINES, k=chance.randrange(1, 6)))
        case 3:
            shown = {
                _text(chance, "aé", 3): [chance.random(), _text(chance, 'a"\\\n✓', 5)],
                "n": chance.choice([None, 7]),
            }
            separators: Sequence[str] = chance.choice([(",", ":"), (", ", ": ")])
            indent, is_ascii = chance.choice([None, None, 2]), chance.random() < 0.5
            text = json.dumps(
                shown, separators=(separators[0], separators[1]), indent=indent, ensure_ascii=is_ascii
            )
            return text.encode()
        case 4:
            return _text(chance, "aé✓ \t\n\r\x00\u2028\ufeff", 40).encode()
        case _:
            return bytes(range(256))


def _text(chance: random.Random, characters: str, most: int) -> str:
    return "".join(chance.choices(characters, k=chance.randrange(most + 1)))
