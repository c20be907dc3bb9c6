"""One recording, replayed to the same request again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientResponse

from reqsnap.interceptors.aiohttp import prompt
from reqsnap.model import Request, Response
from reqsnap.recorder import Replay
from tests.support.aiohttp_interceptor.bench import NotingRecorder, in_force, recorded, run
from tests.support.aiohttp_interceptor.programs import URL

TIMES = 3
"""The first replay is parsed, the others are prompt."""

ANSWER = recorded(b'{"a": 1}', ("Content-Type", "application/json"))


class Again(NotingRecorder):
    """Replays one recording for ever, and keeps what it is asked."""

    def __init__(self, answer: Response = ANSWER) -> None:
        super().__init__()
        self.replay = Replay(answer, {})

    def before(self, request: Request) -> Replay:
        self.asked.append(request)
        return self.replay


needs_prompt = pytest.mark.skipif(not prompt._KNOWN, reason="this aiohttp sends in another way")


def note_prompt_replies(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The prompt replies from here on."""
    given: list[object] = []

    async def send(connection: Any, send: Any = prompt._send) -> object:
        given.append(connection)
        return await send(connection)

    monkeypatch.setattr(prompt, "_send", send)
    return given


def responses(
    recorder: NotingRecorder, session: Callable[[], aiohttp.ClientSession], **request: Any
) -> list[ClientResponse]:
    """The responses to the same request, each read."""

    async def program() -> list[ClientResponse]:
        found = []
        async with session() as client:
            with in_force(recorder):
                for _ in range(TIMES):
                    async with client.request(**{"method": "GET", "url": URL, **request}) as response:
                        await response.read()
                        found.append(response)
        return found

    return run(program)


def state(response: ClientResponse) -> dict[str, Any]:
    """All that a response holds, but what cannot be compared with another's."""
    others = {"_timer", "content", "_protocol", "_resolve_charset", "_source_traceback", "_loop", "_writer"}
    return {name: value for name, value in vars(response).items() if name not in others}


def stream(response: ClientResponse) -> dict[str, Any]:
    """All that the stream of a response holds, but what cannot be compared with another's."""
    others = {"_protocol", "_timer", "_loop", "_exception"}
    slots = [name for kind in type(response.content).__mro__ for name in getattr(kind, "__slots__", ())]
    return {name: getattr(response.content, name) for name in slots if name not in others}
