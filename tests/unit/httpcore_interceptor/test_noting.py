"""What is noted of an exchange that the library sends itself."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from reqsnap.model import ErrorKind, Headers
from tests.support.endpoints.streams import EVENTS
from tests.support.httpcore_interceptor.flavours import (
    Core,
    Flavour,
    Pieces,
    every_flavour,
    forwarding,
    gathering,
    leaves_generators,
    recording,
)
from tests.support.server import Server


@every_flavour
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("make", [forwarding, gathering])
def test_an_exchange_is_noted_as_it_crossed_the_wire(
    flavour: Flavour, scheme: str, make: Any, server: Server
) -> None:
    recorder = make()
    url = f"{server.origin(scheme)}/fields?a=1&a=2"

    async def program(core: Core) -> tuple[Any, list[bytes]]:
        return await core.fetch("PUT", url, b"some body")

    with recording(recorder):
        response, pieces = flavour.run(program, ssl_context=server.certificates.client)

    assert recorder.heads == [("PUT", url)]
    host = f"localhost:{server.ports[scheme]}"
    assert recorder.request.url == url
    assert recorder.request.headers == Headers([("Host", host), ("Content-Length", "9")])
    assert (recorder.request.body, recorder.request.complete) == (b"some body", True)
    assert recorder.response.body == b"".join(pieces) == b"fields"
    assert (recorder.response.status, recorder.response.reason) == (200, "OK")
    assert recorder.response.version == "HTTP/1.1"
    noted = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in recorder.response.headers]
    assert noted == response.headers
    assert noted[:3] == [(b"X-Second", b"2"), (b"x-FIRST", b"1"), (b"Set-Cookie", b"flavour=plain; Path=/")]
    assert recorder.response.headers.get("x-latin") == "caf\xe9"


@every_flavour
def test_the_server_receives_the_same_bytes_with_and_without_a_recorder(
    flavour: Flavour, server: Server
) -> None:
    def chunks() -> Iterator[Any]:
        buffer = bytearray(b"one")
        yield buffer
        buffer[:] = b"two"
        yield buffer
        yield b""
        yield b"three and the last"

    async def program(core: Core) -> None:
        await core.fetch("GET", server.origin("http") + "/echo")
        await core.fetch("POST", server.origin("http") + "/echo", b"of known length")
        await core.fetch("POST", server.origin("http") + "/echo", core.body(chunks))
        await core.fetch("POST", server.origin("http") + "/echo", Pieces(iter([b"not ", b"generated"])))

    received, bodies = [], []
    for recorder in (None, forwarding(), gathering()):
        with recording(recorder):
            flavour.run(program)
        server.settle()
        received.append(server.received())
        bodies.append([request.body for request, _ in recorder.recorded] if recorder else None)
        server.reset()

    assert received[0] == received[1] == received[2]
    assert b"3\r\none\r\n3\r\ntwo\r\n12\r\nthree" in received[0][0][2][2]
    assert bodies[1:] == [[b"", b"of known length", b"onetwothree and the last", b"not generated"]] * 2


@every_flavour
@pytest.mark.parametrize(
    ("endpoint", "parts"),
    [
        ("events", tuple(map(len, EVENTS))),
        ("events-until-close", tuple(map(len, EVENTS))),
        ("events-length", ()),
    ],
)
def test_each_piece_reaches_the_caller_before_the_next_is_sent(
    flavour: Flavour, endpoint: str, parts: tuple[int, ...], server: Server
) -> None:
    recorder = forwarding()

    async def program(core: Core) -> list[bytes]:
        response = await core.send(core.request("GET", f"{server.origin('http')}/{endpoint}"))
        seen: list[bytes] = []
        async for piece in core.pieces(response):
            seen.append(piece)
            server.gates.open(f"seen {len(seen)}")
        await core.close(response)
        return seen

    with recording(recorder):
        seen = flavour.run(program)

    assert seen == EVENTS
    assert recorder.response.body == b"".join(EVENTS)
    assert recorder.response.parts == parts


@every_flavour
@pytest.mark.parametrize("path", ["/echo HEAD", "/status/204 GET", "/status/304 GET"])
def test_an_answer_without_a_body_is_complete_at_its_head(
    flavour: Flavour, path: str, server: Server
) -> None:
    recorder = forwarding()
    path, method = path.split()

    async def program(core: Core) -> None:
        response = await core.send(core.request(method, server.origin("http") + path))
        assert len(recorder.ended) == 1
        assert await core.read(response) == []

    with recording(recorder):
        flavour.run(program)

    assert recorder.response.body == b""


@leaves_generators
@every_flavour
def test_an_answer_that_is_closed_before_its_end_is_abandoned(flavour: Flavour, server: Server) -> None:
    recorder = forwarding()

    async def program(core: Core) -> None:
        for reads in (0, 1):
            response = await core.send(core.request("GET", server.origin("http") + "/slow-body"))
            pieces = core.pieces(response)
            if reads:
                assert await anext(pieces) == b"half of it"
            await core.close(response)
            await pieces.aclose()
            await core.close(response)
        server.gates.open("body")

    with recording(recorder):
        flavour.run(program)

    assert recorder.broken == [None, None]
    assert recorder.reasons == ["", ""]
    assert recorder.recorded == []
    causes = [(response and response.body, cause.kind) for _, response, cause in recorder.failures]
    assert causes == [(b"", ErrorKind.ABANDONED), (b"half of it", ErrorKind.ABANDONED)]


@leaves_generators
@every_flavour
def test_an_answer_that_is_closed_at_its_last_byte_is_complete(flavour: Flavour, server: Server) -> None:
    recorder = forwarding()

    async def program(core: Core) -> None:
        response = await core.send(core.request("GET", server.origin("http") + "/status/200"))
        pieces = core.pieces(response)
        assert await anext(pieces) == b"status 200"
        await core.close(response)
        await pieces.aclose()

    with recording(recorder):
        flavour.run(program)

    assert recorder.response.body == b"status 200"


@every_flavour
def test_an_answer_that_nobody_reads_is_abandoned_when_it_is_forgotten(
    flavour: Flavour, server: Server
) -> None:
    recorder = forwarding()

    async def program(core: Core) -> None:
        response = await core.send(core.request("GET", server.origin("http") + "/status/200"))
        assert recorder.ended == []
        del response

    with recording(recorder):
        flavour.run(program)
        gc.collect()

    assert recorder.failure is None
    assert [cause.kind for _, _, cause in recorder.failures] == [ErrorKind.ABANDONED]


@every_flavour
@leaves_generators
def test_an_event_stream_that_is_left_between_two_events_is_complete(
    flavour: Flavour, server: Server
) -> None:
    """Clients of such streams stop at an event that says so, and never see the end."""
    recorder = forwarding()

    async def program(core: Core) -> None:
        response = await core.send(core.request("GET", server.origin("http") + "/events"))
        pieces = core.pieces(response)
        assert await anext(pieces) == EVENTS[0]
        await core.close(response)
        await pieces.aclose()
        server.gates.release()

    with recording(recorder):
        flavour.run(program)

    assert recorder.response.body == EVENTS[0]
