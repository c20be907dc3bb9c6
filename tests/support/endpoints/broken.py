"""Answers that break off, or are none.

What comes before the break is sent at once: some clients fail otherwise where the
break arrives together with the head.
"""

from __future__ import annotations

from tests.support.exchange import TEXT, Exchange, Routes
from tests.support.wire import HangUpError, chunk

routes = Routes()


@routes.add("hang-up")
def hang_up(exchange: Exchange) -> None:
    """Closes the connection in place of an answer."""
    raise HangUpError


@routes.add("reset")
def reset(exchange: Exchange) -> None:
    """Resets the connection in place of an answer."""
    exchange.wire.reset()


@routes.add("half-head")
def half_head(exchange: Exchange) -> None:
    """Closes the connection within the head."""
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/pl")
    raise HangUpError


@routes.add("reset-in-head")
def reset_in_head(exchange: Exchange) -> None:
    """Resets the connection within the head, when the client has seen the first half."""
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/pl")
    exchange.wire.reset()


@routes.add("cut-length")
def cut_length(exchange: Exchange) -> None:
    """Closes the connection within a body of known length."""
    exchange.begin(fields=[TEXT, ("Content-Length", "100")], first=b"not a hundred bytes")
    raise HangUpError


@routes.add("cut-chunked")
def cut_chunked(exchange: Exchange) -> None:
    """Closes the connection between two chunks."""
    exchange.begin(fields=[TEXT, ("Transfer-Encoding", "chunked")], first=chunk(b"the first of many"))
    raise HangUpError


@routes.add("cut-in-chunk")
def cut_in_chunk(exchange: Exchange) -> None:
    """Closes the connection within a chunk."""
    exchange.begin(fields=[TEXT, ("Transfer-Encoding", "chunked")], first=b"40\r\nnot sixty-four bytes")
    raise HangUpError


@routes.add("bad-chunk")
def bad_chunk(exchange: Exchange) -> None:
    """Sends a chunk whose size is no number."""
    exchange.begin(
        fields=[TEXT, ("Transfer-Encoding", "chunked")], first=chunk(b"fine") + b"many\r\nnot fine\r\n"
    )
    raise HangUpError


@routes.add("cut-gzip")
def cut_gzip(exchange: Exchange) -> None:
    """Sends, with a length that is right, a body that is no gzip."""
    exchange.answer(b"this is not gzip", fields=[TEXT, ("Content-Encoding", "gzip")])


@routes.add("garbage")
def garbage(exchange: Exchange) -> None:
    """Answers with something that is no status line."""
    exchange.send(b"SSH-2.0-OpenSSH_9.9 this is no HTTP\r\n\r\n")
    raise HangUpError


@routes.add("bad-field")
def bad_field(exchange: Exchange) -> None:
    """Answers with a length that is no number."""
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nbody")
    raise HangUpError
