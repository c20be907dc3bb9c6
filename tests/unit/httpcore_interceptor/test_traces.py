"""What a replay shows to `trace` callbacks and in the debug log."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from reqsnap.model import Headers, Response
from tests.support.httpcore_interceptor.flavours import (
    Core,
    Flavour,
    every_flavour,
    forwarding,
    recording,
    replaying,
)
from tests.support.network import no_network
from tests.support.server import Server

URL = "http://nowhere.invalid/path"


def traced(flavour: Flavour, url: str, level: int, caplog: pytest.LogCaptureFixture) -> list[Any]:
    """The trace callbacks and the debug log of one exchange."""
    events: list[Any] = []

    async def program(core: Core) -> None:
        def note(name: str, info: dict[str, Any]) -> None:
            shown = {key: value for key, value in info.items() if key != "request"}
            assert "request" not in info or isinstance(info["request"], core.library.Request)
            events.append((name, shown))

        async def note_async(name: str, info: dict[str, Any]) -> None:
            note(name, info)

        trace = note_async if core.asynchronous else note
        await core.read(await core.send(core.request("POST", url, b"body", extensions={"trace": trace})))

    caplog.clear()
    with caplog.at_level(level, logger=flavour.library):
        flavour.run(program)
    logged = [(record.name, record.getMessage()) for record in caplog.records]
    return [
        [event for event in events if not event[0].startswith("connection.")],
        [entry for entry in logged if entry[0].startswith(flavour.library) and "connection" not in entry[0]],
    ]


@every_flavour
@pytest.mark.parametrize("level", [logging.DEBUG, logging.INFO])
def test_a_replay_is_traced_as_the_exchange_was(
    flavour: Flavour, level: int, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    recorder, url = forwarding(), server.origin("http") + "/fields"
    with recording(None):
        bare = traced(flavour, url, level, caplog)
    with recording(recorder):
        live = traced(flavour, url, level, caplog)
    with no_network(), recording(replaying(recorder.response)):
        replayed = traced(flavour, url, level, caplog)

    assert bare == live == replayed
    assert [name for name, _ in replayed[0]] == [
        f"http11.{step}.{end}"
        for step in (
            "send_request_headers",
            "send_request_body",
            "receive_response_headers",
            "receive_response_body",
            "response_closed",
        )
        for end in ("started", "complete")
    ]
    assert len(replayed[1]) == (10 if level == logging.DEBUG else 0)


@every_flavour
def test_a_replay_of_http2_is_traced_as_http2(flavour: Flavour, caplog: pytest.LogCaptureFixture) -> None:
    answer = Response(200, headers=Headers([("x-a", "1")]), body=b"two", version="HTTP/2")
    with recording(replaying(answer)):
        events, logged = traced(flavour, URL, logging.DEBUG, caplog)

    assert dict(events)["http2.receive_response_headers.complete"] == {
        "return_value": (200, [(b"x-a", b"1")])
    }
    assert dict(events)["http2.response_closed.started"] == {"stream_id": 1}
    assert {name for name, _ in logged} == {f"{flavour.library}.http2"}


@every_flavour
def test_an_error_of_the_reader_closes_a_traced_replay(flavour: Flavour) -> None:
    names: list[str] = []

    async def program(core: Core) -> None:
        async def note_async(name: str, info: dict[str, Any]) -> None:
            names.append(name)

        trace = note_async if core.asynchronous else lambda name, info: names.append(name)
        response = await core.send(core.request("GET", URL, extensions={"trace": trace}))
        pieces = core.pieces(response)
        await anext(pieces)
        await pieces.aclose()

    with recording(replaying(Response(200, body=b"two"))):
        flavour.run(program)

    assert names[-3:] == [
        "http11.receive_response_body.failed",
        "http11.response_closed.started",
        "http11.response_closed.complete",
    ]
