"""Answers that the recorded program had left, replayed to one that reads them in its own time."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from reqsnap.errors import CutRecordingError
from reqsnap.interceptors.aiohttp import replay
from reqsnap.model import ErrorKind, Headers, NetworkError, Response
from reqsnap.recorder.decisions import Unread
from tests.support.aiohttp_interceptor.bench import NotingRecorder, answering, in_force, run, serving

URL = "http://nowhere.example/"
LEFT = Unread(ErrorKind.ABANDONED, method="GET", url=URL, cassette="x.yaml")
PARTS = Response(200, "OK", Headers([("Transfer-Encoding", "chunked")]), b"onetwo", parts=(3, 3))
NOTHING = Response(200, "OK", Headers([("Content-Length", "9")]))


async def others_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_was_recorded_waits_for_its_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_PATIENCE", 0.0)

    async def program() -> bytes:
        with in_force(NotingRecorder((PARTS, LEFT))):
            async with aiohttp.ClientSession() as session, session.get(URL) as answer:
                await others_run()
                read = await answer.content.readexactly(4)
                await others_run()
                read += await answer.content.readexactly(2)
                with pytest.raises(CutRecordingError, match=r"GET http://nowhere.example/[\s\S]*x\.yaml"):
                    await answer.content.read(1)
                return read

    assert run(program) == b"onetwo"


@pytest.mark.parametrize("timeout", [None, 0.01])
def test_a_body_of_which_nothing_came_is_told_of_at_once(timeout: float | None) -> None:
    async def program() -> int:
        settings = aiohttp.ClientTimeout(total=None, sock_read=timeout)
        with in_force(NotingRecorder((NOTHING, LEFT))):
            async with aiohttp.ClientSession(timeout=settings) as session, session.get(URL) as answer:
                with pytest.raises(CutRecordingError):
                    await answer.read()
                return answer.status

    assert run(program) == 200


def test_an_answer_that_nobody_waited_for_is_told_of_in_its_place() -> None:
    async def program() -> None:
        with in_force(NotingRecorder((Response(0), LEFT))):
            async with aiohttp.ClientSession() as session:
                with pytest.raises(CutRecordingError):
                    await session.get(URL)

    run(program)


def test_a_chunk_that_was_left_keeps_the_size_it_had() -> None:
    recorder = NotingRecorder(asks=False)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def program() -> None:
        script = answering(head + b"3\r\none\r\n9\r\ntwo")
        async with serving(script) as server, aiohttp.ClientSession() as session:
            with in_force(recorder):
                async with session.get(server.url()) as answer:
                    await answer.content.readexactly(6)

    run(program)
    ((request, response, cause),) = recorder.failures
    assert request is not None
    assert response is not None
    assert (request.method, request.complete) == ("GET", True)
    assert (response.body, response.parts) == (b"onetwo", (3, 9))
    assert cause == NetworkError(ErrorKind.ABANDONED)
