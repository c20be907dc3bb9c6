"""openai: on httpx2 (version 3) or httpx (version 2), sync and async."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from tests.sdks.imitations.openai import API_KEY, COOKIE, OpenAI
from tests.sdks.programs.program import Program

QUESTION = [{"role": "user", "content": "Say hello to Zoë ✓"}]


@contextmanager
def client(url: str) -> Iterator[Any]:
    openai = pytest.importorskip("openai")
    with openai.OpenAI(api_key=API_KEY, base_url=url, max_retries=1) as made:
        yield made


@asynccontextmanager
async def async_client(url: str) -> AsyncIterator[Any]:
    openai = pytest.importorskip("openai")
    async with openai.AsyncOpenAI(api_key=API_KEY, base_url=url, max_retries=1) as made:
        yield made


def chat(client: Any) -> Any:
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=QUESTION)
    return raw.status_code, raw.headers["x-request-id"], raw.parse().to_dict()


def chat_stream(client: Any, arrived: Callable[[], None]) -> Any:
    seen = []
    with client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION, stream=True) as stream:
        for chunk in stream:
            arrived()
            seen.append(chunk.to_dict())
    return seen


def response_stream(client: Any, arrived: Callable[[], None]) -> Any:
    seen = []
    with client.responses.create(model="gpt-5-mini", input="Say hello", stream=True) as stream:
        for event in stream:
            arrived()
            seen.append(event.to_dict())
    return seen


def rate_limited(client: Any) -> Any:
    return client.chat.completions.create(model="busy", messages=QUESTION).to_dict()


def embeddings(client: Any) -> Any:
    found = client.embeddings.create(model="text-embedding-3-small", input=["a", "bcd"])
    return found.to_dict()


def upload(client: Any) -> Any:
    lines = io.BytesIO(b'{"messages": [{"role": "user"}]}\n')
    return client.files.create(file=("train.jsonl", lines), purpose="fine-tune").to_dict()


def wrong_key(client: Any) -> Any:
    openai = pytest.importorskip("openai")
    with pytest.raises(openai.AuthenticationError) as caught:
        client.with_options(api_key=WRONG_KEY).embeddings.create(model="m", input=["a"])
    return caught.value.status_code, caught.value.code


async def async_chat(client: Any) -> Any:
    answer = await client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)
    return answer.to_dict()


async def async_chat_stream(client: Any, arrived: Callable[[], None]) -> Any:
    seen = []
    stream = await client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION, stream=True)
    async with stream:
        async for chunk in stream:
            arrived()
            seen.append(chunk.to_dict())
    return seen


WRONG_KEY = API_KEY[::-1]

PROGRAMS = (
    Program("openai-chat", "openai", OpenAI, client, chat, (API_KEY, COOKIE)),
    Program("openai-chat-stream", "openai", OpenAI, client, chat_stream, (API_KEY,), streams=True),
    Program("openai-response-stream", "openai", OpenAI, client, response_stream, (API_KEY,), streams=True),
    Program("openai-rate-limited", "openai", OpenAI, client, rate_limited, (API_KEY, COOKIE)),
    Program("openai-embeddings", "openai", OpenAI, client, embeddings, (API_KEY,)),
    Program("openai-upload", "openai", OpenAI, client, upload, (API_KEY,)),
    Program("openai-wrong-key", "openai", OpenAI, client, wrong_key, (WRONG_KEY,)),
    Program("openai-async-chat", "openai", OpenAI, async_client, async_chat, (API_KEY, COOKIE)),
    Program(
        "openai-async-chat-stream",
        "openai",
        OpenAI,
        async_client,
        async_chat_stream,
        (API_KEY,),
        streams=True,
    ),
)
