"""An answer that was parsed before is given out without a connection's machinery, and nobody can tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientRequest, ClientResponse

from reqsnap.model import Response
from tests.support.aiohttp_interceptor.again import (
    ANSWER,
    TIMES,
    Again,
    needs_prompt,
    note_prompt_replies,
    responses,
    state,
)
from tests.support.aiohttp_interceptor.bench import in_force, recorded, run
from tests.support.aiohttp_interceptor.programs import URL


class OfAUser(ClientResponse):
    """A response class of a user's, which sees its start."""

    started = False

    async def start(self, connection: Any) -> ClientResponse:
        self.started = True
        return await super().start(connection)


class Seen(ClientRequest):
    """A request class of a user's, which sees what is sent."""

    sent = 0

    async def send(self, conn: Any) -> ClientResponse:
        type(self).sent += 1
        return await super().send(conn)


@pytest.fixture
def prompt_replies(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The prompt replies from here on."""
    return note_prompt_replies(monkeypatch)


@needs_prompt
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "answer",
    [ANSWER, recorded(b"", ("Set-Cookie", "a=b")), Response(204, "No Content")],
    ids=["", "cookie", "204"],
)
def test_a_prompt_response_holds_what_another_does(
    prompt_replies: list[object], method: str, answer: Response
) -> None:
    def session() -> aiohttp.ClientSession:
        return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    first, *later = responses(Again(answer), session, method=method, headers={"X": "\xe9"})
    assert len(prompt_replies) == len(later)
    assert [state(response) for response in later] == [state(first)] * len(later)
    assert [set(vars(response)) for response in later] == [set(vars(first))] * len(later)
    for response in later:
        assert response.request_info == first.request_info
        assert vars(response.cookies) == vars(first.cookies)
        assert (response.url, response.real_url, response.history) == (first.url, first.real_url, ())


def test_a_recorder_is_asked_the_same_for_a_prompt_replay() -> None:
    recorder = Again()
    responses(recorder, aiohttp.ClientSession, headers={"X": "1"}, cookies={"b": "2"})
    assert recorder.asked == [recorder.asked[0]] * TIMES


@needs_prompt
def test_what_is_sent_is_counted_as_if_it_had_been(prompt_replies: list[object]) -> None:
    first, *later = responses(Again(), aiohttp.ClientSession, headers={"X": "ß" * 7})
    assert [getattr(response, "_output_size", None) for response in later] == [
        getattr(first, "_output_size", None)
    ] * len(later)
    assert prompt_replies


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_request_to_which_aiohttp_adds_is_sent(prompt_replies: list[object], method: str) -> None:
    first, *later = responses(Again(), aiohttp.ClientSession, method=method)
    assert not prompt_replies
    assert first.request_info.headers["Content-Type"] == "application/octet-stream"
    assert [response.request_info for response in later] == [first.request_info] * len(later)


@pytest.mark.parametrize(
    "session",
    [
        lambda: aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)),
        lambda: aiohttp.ClientSession(version=aiohttp.HttpVersion10),
        lambda: aiohttp.ClientSession(trace_configs=[aiohttp.TraceConfig()]),
        lambda: aiohttp.ClientSession(request_class=Seen),
    ],
    ids=["connections that close", "HTTP/1.0", "traced", "a request class of a user's"],
)
def test_where_somebody_could_tell_a_request_is_sent(
    prompt_replies: list[object], session: Callable[[], aiohttp.ClientSession]
) -> None:
    Seen.sent = 0
    first, *later = responses(Again(), session)
    assert not prompt_replies
    assert Seen.sent == (TIMES if type(first) is not ClientResponse or Seen.sent else 0)
    assert [response.request_info for response in later] == [first.request_info] * len(later)


def test_a_method_that_was_replaced_is_called(
    prompt_replies: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []

    async def send(request: ClientRequest, connection: Any, send: Any = ClientRequest.send) -> Any:
        called.append(request)
        return await send(request, connection)

    monkeypatch.setattr(ClientRequest, "send", send)
    responses(Again(), aiohttp.ClientSession)
    assert len(called) == TIMES
    assert not prompt_replies


def test_a_response_class_of_a_users_sees_its_start() -> None:
    found = responses(Again(), lambda: aiohttp.ClientSession(response_class=OfAUser))
    assert all(isinstance(response, OfAUser) and response.started for response in found)
    assert [response._body for response in found] == [ANSWER.body] * TIMES


def test_a_head_that_aiohttp_refuses_to_write_is_refused_each_time() -> None:
    async def program() -> None:
        async with aiohttp.ClientSession() as client:
            with in_force(Again()):
                for _ in range(TIMES):
                    assert await (await client.get(URL)).read() == ANSWER.body
                    with pytest.raises(ValueError, match=r"(?i)newline|line break|injection"):
                        await client.get(URL, headers={"X": "a\r\nb: c"})

    run(program)


@pytest.mark.skipif(not hasattr(aiohttp, "ClientHandlerType"), reason="there are no middlewares")
def test_a_middleware_that_tries_again_gets_an_answer_each_time() -> None:
    async def twice(request: ClientRequest, handler: Any) -> ClientResponse:
        (await handler(request)).release()
        response: ClientResponse = await handler(request)
        assert "send" not in vars(request)
        assert "start" not in vars(response)
        return response

    recorder = Again()
    found = responses(recorder, lambda: aiohttp.ClientSession(middlewares=(twice,)))
    assert [response._body for response in found] == [ANSWER.body] * TIMES
    assert len(recorder.asked) == 2 * TIMES


def test_a_request_that_is_cancelled_where_it_makes_way_ends(prompt_replies: list[object]) -> None:
    async def program() -> None:
        async with aiohttp.ClientSession() as client:
            with in_force(Again()):
                await (await client.get(URL)).read()
                task = asyncio.ensure_future(client.get(URL))
                await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert await (await client.get(URL)).read() == ANSWER.body

    run(program)


@pytest.mark.skipif(not hasattr(aiohttp, "ClientHandlerType"), reason="there are no middlewares")
def test_time_that_runs_out_while_it_makes_way_is_told_as_ever(prompt_replies: list[object]) -> None:
    errors = []

    async def late(request: ClientRequest, handler: Any) -> ClientResponse:
        timer: Any = request._timer
        asyncio.get_running_loop().call_soon(timer.timeout)
        try:
            response: ClientResponse = await handler(request)
        except BaseException as error:
            errors.append(type(error))
            raise
        return response

    async def program() -> None:
        async with aiohttp.ClientSession() as client:
            with in_force(Again()):
                await (await client.get(URL)).read()
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.ensure_future(client.get(URL, middlewares=(late,)))

    run(program)
    assert errors == [asyncio.TimeoutError]
    assert prompt_replies
