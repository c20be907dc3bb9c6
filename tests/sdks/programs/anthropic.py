"""anthropic: on httpx2 or httpx, sync and async, raw events and the SDK's own accumulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from tests.sdks.imitations.anthropic import API_KEY, Anthropic
from tests.sdks.programs.program import Program

QUESTION: dict[str, Any] = {
    "model": "claude-loopback",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Grüß mich 🎉"}],
}


@contextmanager
def client(url: str) -> Iterator[Any]:
    anthropic = pytest.importorskip("anthropic")
    with anthropic.Anthropic(api_key=API_KEY, base_url=url, max_retries=0) as made:
        yield made


@asynccontextmanager
async def async_client(url: str) -> AsyncIterator[Any]:
    anthropic = pytest.importorskip("anthropic")
    async with anthropic.AsyncAnthropic(api_key=API_KEY, base_url=url, max_retries=0) as made:
        yield made


def message(client: Any) -> Any:
    answer = client.messages.create(**QUESTION)
    return answer.to_dict(), answer._request_id


def overloaded(client: Any) -> Any:
    anthropic = pytest.importorskip("anthropic")
    with pytest.raises(anthropic.APIStatusError) as caught:
        client.messages.create(**{**QUESTION, "model": "overloaded"})
    return caught.value.status_code, caught.value.body


def stream(client: Any, arrived: Callable[[], None]) -> Any:
    texts = []
    with client.messages.stream(**QUESTION) as events:
        for event in events:
            arrived()
            texts.append((event.type, event.text if event.type == "text" else None))
        return texts, events.get_final_message().to_dict()


async def async_message(client: Any) -> Any:
    answer = await client.messages.create(**QUESTION)
    return answer.to_dict()


async def async_stream(client: Any, arrived: Callable[[], None]) -> Any:
    seen = []
    async with await client.messages.create(**QUESTION, stream=True) as events:
        async for event in events:
            arrived()
            seen.append(event.to_dict())
    return seen


SECRETS = (API_KEY,)

PROGRAMS = (
    Program("anthropic-message", "anthropic", Anthropic, client, message, SECRETS),
    Program("anthropic-overloaded", "anthropic", Anthropic, client, overloaded, SECRETS),
    Program("anthropic-stream", "anthropic", Anthropic, client, stream, SECRETS, streams=True),
    Program("anthropic-async-message", "anthropic", Anthropic, async_client, async_message, SECRETS),
    Program(
        "anthropic-async-stream", "anthropic", Anthropic, async_client, async_stream, SECRETS, streams=True
    ),
)
