"""Answers from a cassette."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest

from reqsnap.model import ErrorKind, Headers, NetworkError, Request, Response
from reqsnap.recorder import Replay
from tests.support.httpcore_interceptor.flavours import (
    Core,
    Flavour,
    every_async_flavour,
    every_flavour,
    failing,
    recording,
    replaying,
)
from tests.support.network import no_network

URL = "http://nowhere.invalid/path"
ANSWER = Response(
    status=418,
    reason="Short \xe9 Stout",
    headers=Headers([("X-b", "2"), ("x-A", "caf\xe9"), ("X-b", "3"), ("Transfer-Encoding", "chunked")]),
    body=b"onetwothree",
    parts=(3, 3, 5),
)


@every_flavour
def test_a_replay_is_the_librarys_own_response(flavour: Flavour) -> None:
    recorder = replaying(ANSWER)

    async def program(core: Core) -> None:
        response = await core.send(core.request("GET", URL))
        assert type(response) is core.library.Response
        assert response.status == 418
        assert response.headers == [
            (b"X-b", b"2"),
            (b"x-A", b"caf\xe9"),
            (b"X-b", b"3"),
            (b"Transfer-Encoding", b"chunked"),
        ]
        assert response.extensions["http_version"] == b"HTTP/1.1"
        assert response.extensions["reason_phrase"] == b"Short \xe9 Stout"
        assert await core.read(response) == [b"one", b"two", b"three"]
        assert core.pool.connections == []

    with no_network(), recording(recorder):
        flavour.run(program)

    assert recorder.asked == [Request("GET", URL, Headers([("Host", "nowhere.invalid")]))]
    assert recorder.ended == []


@every_flavour
@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1", "HTTP/2"])
@pytest.mark.parametrize("body", [b"", b"whole"])
def test_a_replay_says_what_its_version_says(flavour: Flavour, version: str, body: bytes) -> None:
    async def program(core: Core) -> tuple[dict[str, Any], list[bytes]]:
        response = await core.send(core.request("GET", URL))
        return response.extensions, await core.read(response)

    with recording(replaying(Response(200, "" if version == "HTTP/2" else "OK", body=body, version=version))):
        extensions, pieces = flavour.run(program)

    assert pieces == ([body] if body else [])
    assert extensions["http_version"] == version.encode()
    own = {"stream_id": 1} if version == "HTTP/2" else {"reason_phrase": b"OK"}
    assert {name: extensions[name] for name in ("stream_id", "reason_phrase") if name in extensions} == own


@every_flavour
def test_the_librarys_own_ways_of_reading_work_on_a_replay(flavour: Flavour) -> None:
    async def program(core: Core) -> None:
        if core.asynchronous:
            response = await core.pool.request("POST", URL, content=b"body")
            assert await response.aread() == ANSWER.body
            async with core.pool.stream("GET", URL) as streamed:
                assert [piece async for piece in streamed.aiter_stream()] == list(ANSWER.pieces())
        else:
            response = core.pool.request("POST", URL, content=b"body")
            with core.pool.stream("GET", URL) as streamed:
                assert list(streamed.iter_stream()) == list(ANSWER.pieces())
        assert response.content == ANSWER.body

    with recording(replaying(ANSWER)):
        flavour.run(program)


@every_flavour
def test_a_body_that_can_be_read_once_is_gathered(flavour: Flavour) -> None:
    recorder = replaying(ANSWER)

    async def program(core: Core) -> None:
        content = core.body(lambda: iter([b"one", bytearray(b"two")]))
        await core.read(await core.send(core.request("POST", URL, content)))

    with recording(recorder):
        flavour.run(program)

    assert [(request.body, request.complete) for request in recorder.asked] == [(b"onetwo", True)]


@every_flavour
def test_a_replay_can_be_read_after_its_block(flavour: Flavour) -> None:
    async def program(core: Core) -> None:
        with recording(replaying(ANSWER)):
            response = await core.send(core.request("GET", URL))
        assert await core.read(response) == [b"one", b"two", b"three"]

    with no_network():
        flavour.run(program)


@every_flavour
def test_a_closed_replay_gives_an_error_and_not_a_short_body(flavour: Flavour) -> None:
    async def program(core: Core) -> None:
        response = await core.send(core.request("GET", URL))
        await core.close(response)
        await core.close(response)
        with pytest.raises(core.library.ReadError):
            await core.read(response)

    with recording(replaying(ANSWER)):
        flavour.run(program)


@every_flavour
def test_what_stands_for_the_connection_does_nothing_and_says_so(flavour: Flavour) -> None:
    async def program(core: Core) -> None:
        response = await core.send(core.request("GET", URL))
        stream = response.extensions["network_stream"]
        kind = core.library.AsyncNetworkStream if core.asynchronous else core.library.NetworkStream
        assert isinstance(stream, kind)
        for name in ("ssl_object", "socket", "client_addr", "server_addr", "nonsense"):
            assert stream.get_extra_info(name) is None
        assert stream.get_extra_info("is_readable") is False
        for call, error in (
            (lambda: stream.read(1), core.library.ReadError),
            (lambda: stream.write(b"x"), core.library.WriteError),
            (lambda: stream.start_tls(None), core.library.ConnectError),
        ):
            with pytest.raises(error, match="no connection"):
                await wait(core, call)
        await wait(core, stream.aclose if core.asynchronous else stream.close)
        await core.read(response)

    async def wait(core: Core, call: Callable[[], Any]) -> None:
        given = call()
        if core.asynchronous:
            await given

    with recording(replaying(ANSWER)):
        flavour.run(program)


@every_async_flavour
def test_other_tasks_run_while_a_replay_is_waited_for(flavour: Flavour) -> None:
    """A task that polls until another has done something must not run alone for ever."""
    done: list[str] = []

    async def program(core: Core) -> None:
        async def poll() -> None:
            for _ in range(1000):
                response = await core.send(core.request("GET", URL))
                if done:
                    break
                await core.close(response)
            await core.close(response)

        async def read() -> None:
            response = await core.send(core.request("GET", URL))
            async for piece in core.pieces(response):
                done.append(piece.decode())
                if len(done) == 2:
                    await anyio.sleep(0)
            done.append("read")
            await core.close(response)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(poll)
            tasks.start_soon(lambda: other(2))
            tasks.start_soon(read)

    async def other(times: int) -> None:
        for _ in range(times):
            await anyio.sleep(0)
        done.append("other")

    with recording(replaying(ANSWER)):
        flavour.run(program)

    assert sorted(done) == ["one", "other", "read", "three", "two"]
    assert done[-1] == "read"


@every_flavour
def test_replays_of_one_recording_share_nothing_that_can_be_changed(flavour: Flavour) -> None:
    recorder = replaying(ANSWER)

    async def program(core: Core) -> tuple[object, object]:
        seen = []
        for _ in range(2):
            response = await core.send(core.request("GET", URL))
            seen.append((list(response.headers), sorted(response.extensions), await core.read(response)))
            response.headers.clear()
            response.extensions.clear()
        return seen[0], seen[1]

    with recording(recorder):
        first, second = flavour.run(program)

    assert first == second
    assert isinstance(recorder.at_body, Replay)
    assert len(recorder.at_body.kept) == 1


@every_flavour
@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("GET", 103)])
def test_no_body_comes_where_the_wire_has_none(flavour: Flavour, method: str, status: int) -> None:
    headers = Headers([("Content-Length", "3")])
    answer = Response(status, "", headers, b"abc")

    async def program(core: Core) -> None:
        response, pieces = await core.fetch(method, URL)
        assert (response.status, pieces) == (status, [])
        assert response.headers == [(b"Content-Length", b"3")]

    with no_network(), recording(replaying(answer)):
        flavour.run(program)


@every_flavour
def test_head_and_get_of_one_recording_are_told_apart(flavour: Flavour) -> None:
    recorder = replaying(Response(200, "OK", Headers([("Content-Length", "3")]), b"abc"))

    async def program(core: Core) -> list[list[bytes]]:
        return [(await core.fetch(method, URL))[1] for method in ("HEAD", "GET", "HEAD", "GET")]

    with no_network(), recording(recorder):
        assert flavour.run(program) == [[], [b"abc"], [], [b"abc"]]


@every_flavour
def test_head_gets_the_head_of_an_answer_that_broke_off_in_its_body(flavour: Flavour) -> None:
    answer = Response(200, "OK", Headers([("Content-Length", "3")]), b"a")
    recorder = failing(NetworkError(ErrorKind.CLOSED), answer)

    async def program(core: Core) -> None:
        response, pieces = await core.fetch("HEAD", URL)
        assert (response.status, pieces) == (200, [])

    with no_network(), recording(recorder):
        flavour.run(program)


@every_flavour
@pytest.mark.parametrize("parts", [(1,), (1, 1), (2, 9), (9, 1)])
def test_parts_that_do_not_add_up_lose_no_bytes(flavour: Flavour, parts: tuple[int, ...]) -> None:
    headers = Headers([("Transfer-Encoding", "chunked")])
    recorder = replaying(Response(200, "OK", headers, b"abcdef", parts=parts))

    async def program(core: Core) -> bytes:
        return b"".join((await core.fetch("GET", URL))[1])

    with no_network(), recording(recorder):
        assert flavour.run(program) == b"abcdef"
