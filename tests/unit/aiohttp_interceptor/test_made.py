"""What is made without the steps of aiohttp is as they leave it, and a step that was changed is taken."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientResponse

from reqsnap.interceptors.aiohttp import made, prompt
from reqsnap.interceptors.aiohttp.answer import UNSET, given_as, settings_of
from reqsnap.model import Headers, Response
from tests.support.aiohttp_interceptor.again import (
    ANSWER,
    TIMES,
    Again,
    needs_prompt,
    note_prompt_replies,
    responses,
    state,
    stream,
)
from tests.support.aiohttp_interceptor.bench import in_force, recorded, run
from tests.support.aiohttp_interceptor.programs import URL


@pytest.fixture
def prompt_replies(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The prompt replies from here on."""
    return note_prompt_replies(monkeypatch)


CHUNKED = Response(
    200, "OK", Headers([("Transfer-Encoding", "chunked"), ("Server", "x")]), b'{"a": [1, 2, 3]}'
)
CODED = recorded(gzip.compress(b"[1, 2, 3]"), ("Content-Encoding", "gzip"))


@pytest.mark.parametrize("answer", [ANSWER, CHUNKED, CODED], ids=["", "chunked", "coded"])
def test_the_stream_of_a_prompt_response_holds_what_another_does(answer: Response) -> None:
    first, *later = responses(Again(answer), aiohttp.ClientSession)
    assert [stream(response) for response in later] == [stream(first)] * len(later)
    assert [response._body for response in later] == [first._body] * len(later)


def test_what_is_made_here_is_made_as_aiohttp_makes_it() -> None:
    """Else aiohttp makes it, and all goes on, only slower."""
    assert hasattr(aiohttp.StreamReader, "total_compressed_bytes") == made._MAKES_STREAMS
    assert made._MAKES_RESPONSES == prompt._KNOWN


@pytest.mark.parametrize("what", ["_MAKES_STREAMS", "_MAKES_RESPONSES"])
def test_what_cannot_be_made_here_aiohttp_makes(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    first, *others = responses(Again(), aiohttp.ClientSession)
    monkeypatch.setattr(made, what, False)
    responses(Again(), aiohttp.ClientSession)
    found = responses(Again(), aiohttp.ClientSession)
    for response in [*others, *found]:
        assert (state(response), stream(response)) == (state(first), stream(first))


def test_a_try_that_fails_says_that_nothing_is_made_here() -> None:
    def fails() -> bool:
        raise AttributeError("_eof")

    assert not made._is_so(fails)


@needs_prompt
@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (ClientResponse, "__init__"),
        (ClientResponse, "start"),
        (ClientResponse, "_response_eof"),
        (ClientResponse, "_cleanup_writer"),
        (ClientResponse, "_release_connection"),
        (aiohttp.StreamReader, "__init__"),
        (aiohttp.StreamReader, "feed_data"),
        (aiohttp.StreamReader, "feed_eof"),
        (aiohttp.StreamReader, "on_eof"),
    ],
)
def test_a_step_that_was_replaced_is_taken(
    prompt_replies: list[object], monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    taken, own = [], vars(owner)[name]

    def step(instance: Any, *args: Any, **kwargs: Any) -> Any:
        taken.append(len(prompt_replies))
        return own(instance, *args, **kwargs)

    monkeypatch.setattr(owner, name, step)
    first, *later = responses(Again(), aiohttp.ClientSession)
    assert {TIMES - 2, TIMES - 1} <= set(taken)
    assert [state(response) for response in later] == [state(first)] * len(later)


@needs_prompt
def test_a_response_knows_where_it_was_made_while_its_loop_debugs(prompt_replies: list[object]) -> None:
    async def program() -> list[ClientResponse]:
        asyncio.get_running_loop().set_debug(True)
        async with aiohttp.ClientSession() as client:
            with in_force(Again()):
                found = [await client.get(URL) for _ in range(TIMES)]
                for response in found:
                    await response.read()
        return found

    found = run(program)
    assert prompt_replies
    assert all(response._source_traceback for response in found)


@needs_prompt
def test_a_connection_tells_that_it_is_released(prompt_replies: list[object]) -> None:
    told = []

    class Telling(aiohttp.TCPConnector):
        async def connect(self, *args: Any, **kwargs: Any) -> Any:
            connection = await super().connect(*args, **kwargs)
            connection.add_callback(lambda: told.append(connection))
            return connection

    found = responses(Again(), lambda: aiohttp.ClientSession(connector=Telling()))
    assert prompt_replies
    assert len(told) == len(found)
    assert all(connection.closed for connection in told)


def test_other_settings_of_the_parser_are_met() -> None:
    """A whole body that was kept is not given to who wants it as it came, nor the other way round."""
    coded = CODED.body
    recorder = Again(CODED)
    for _ in range(TIMES):
        decoded = responses(recorder, aiohttp.ClientSession)
        raw = responses(recorder, lambda: aiohttp.ClientSession(auto_decompress=False))
        assert [response._body for response in decoded] == [b"[1, 2, 3]"] * TIMES
        assert [response._body for response in raw] == [coded] * TIMES


def test_settings_of_a_parser_that_are_not_known_by_name_are_given_on() -> None:
    given = {"skip_payload": False, "max_headers": 8, "new": [1]}
    settings = settings_of(given)
    assert given_as(settings) == given
    assert settings != settings_of({**given, "new": [2]})
    assert settings_of({"skip_payload": True}) == (True, *[UNSET] * 8, None)
