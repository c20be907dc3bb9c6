"""Bodies in every framing and coding."""

from __future__ import annotations

import gzip
import zlib

from tests.support.exchange import TEXT, Exchange, Routes
from tests.support.wire import chunk, last_chunk

routes = Routes()

LINES = b"".join(b"line %d of a body that is long enough to be worth coding\n" % n for n in range(40))
LARGE = bytes(range(256)) * 4096
CHUNKED = ("Transfer-Encoding", "chunked")


@routes.add("length")
def length(exchange: Exchange) -> None:
    """A body with its length."""
    exchange.answer(LINES)


@routes.add("empty")
def empty(exchange: Exchange) -> None:
    """A body of no bytes."""
    exchange.answer(b"")


@routes.add("chunked")
def chunked(exchange: Exchange) -> None:
    """Chunks of several sizes, with extensions, and trailers after them."""
    exchange.begin(fields=[TEXT, CHUNKED, ("Trailer", "X-Checksum, X-Count")])
    if exchange.head.method == "HEAD":
        return
    exchange.send(chunk(b"a", ";kind=first") + chunk(b"bc") + chunk(b"d" * 300, ';note="a; b"'))
    exchange.send(last_chunk([("X-Checksum", "0a1b"), ("X-Count", "303")]))


@routes.add("chunked-empty")
def chunked_empty(exchange: Exchange) -> None:
    """A chunked body without a chunk."""
    exchange.begin(fields=[TEXT, CHUNKED])
    exchange.send(last_chunk())


@routes.add("until-close")
def until_close(exchange: Exchange) -> None:
    """A body that ends where the connection ends."""
    exchange.persistent = False
    exchange.begin(fields=[TEXT])
    exchange.send(LINES)


@routes.add("gzip")
def gzipped(exchange: Exchange) -> None:
    """A body coded with gzip, with its length."""
    exchange.answer(gzip.compress(LINES, mtime=0), fields=[TEXT, ("Content-Encoding", "gzip")])


@routes.add("gzip-chunked")
def gzipped_chunked(exchange: Exchange) -> None:
    """A body coded with gzip, in chunks that cut through it."""
    data = gzip.compress(LINES, mtime=0)
    exchange.begin(fields=[TEXT, ("Content-Encoding", "gzip"), CHUNKED])
    exchange.send(b"".join(chunk(data[at : at + 50]) for at in range(0, len(data), 50)) + last_chunk())


@routes.add("deflate")
def deflated(exchange: Exchange) -> None:
    """A body coded with deflate."""
    exchange.answer(zlib.compress(LINES), fields=[TEXT, ("Content-Encoding", "deflate")])


@routes.add("unknown-coding")
def unknown_coding(exchange: Exchange) -> None:
    """A body in a coding that nobody knows."""
    exchange.answer(b"\x00\x01rot", fields=[TEXT, ("Content-Encoding", "x-rot")])


@routes.add("binary")
def binary(exchange: Exchange) -> None:
    """Every byte there is, in a part of a larger whole."""
    exchange.answer(
        bytes(range(256)),
        206,
        "Partial Content",
        [("Content-Type", "application/octet-stream"), ("Content-Range", "bytes 0-255/1000")],
    )


@routes.add("large")
def large(exchange: Exchange) -> None:
    """One megabyte with its length."""
    exchange.answer(LARGE, fields=[("Content-Type", "application/octet-stream")])


@routes.add("large-chunked")
def large_chunked(exchange: Exchange) -> None:
    """Some hundred kilobytes in large chunks."""
    exchange.begin(fields=[("Content-Type", "application/octet-stream"), CHUNKED])
    for at in range(0, 300_000, 100_000):
        exchange.send(chunk(LARGE[at : at + 100_000]))
    exchange.send(last_chunk())
