"""slack_sdk: sync on urllib.request, async on aiohttp."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from tests.sdks.imitations.slack import CLIENT_SECRET, GRANTED, REFRESH, TOKEN, Slack
from tests.sdks.programs.program import Program

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "*Zoë* says ✓ & <hi>"}}]
REPORT = b"%PDF-1.7\n\x00\xff report"


@contextmanager
def client(url: str) -> Iterator[Any]:
    slack_sdk = pytest.importorskip("slack_sdk")
    yield slack_sdk.WebClient(token=TOKEN, base_url=url)


@asynccontextmanager
async def async_client(url: str) -> AsyncIterator[Any]:
    pytest.importorskip("aiohttp")
    web = pytest.importorskip("slack_sdk.web.async_client")
    yield web.AsyncWebClient(token=TOKEN, base_url=url)


@asynccontextmanager
async def pooled_client(url: str) -> AsyncIterator[Any]:
    aiohttp = pytest.importorskip("aiohttp")
    web = pytest.importorskip("slack_sdk.web.async_client")
    async with aiohttp.ClientSession() as session:
        yield web.AsyncWebClient(token=TOKEN, base_url=url, session=session)


def messages(client: Any) -> Any:
    errors = pytest.importorskip("slack_sdk.errors")
    posted = client.chat_postMessage(channel="#general", text="Grüße ✓", blocks=BLOCKS)
    with pytest.raises(errors.SlackApiError) as caught:
        client.chat_postMessage(channel="#absent", text="Grüße ✓")
    return posted.status_code, posted.data, caught.value.response["error"]


def users(client: Any) -> Any:
    return [member for page in client.users_list(limit=2) for member in page["members"]]


def upload(client: Any) -> Any:
    done = client.files_upload_v2(filename="report.pdf", content=REPORT, title="Report", channel="C1")
    return done.data


def grant(client: Any) -> Any:
    granted = client.oauth_v2_access(client_id="1.2", client_secret=CLIENT_SECRET, code="given-once")
    return sorted(granted.data), granted["team"], granted["expires_in"]


async def async_messages(client: Any) -> Any:
    errors = pytest.importorskip("slack_sdk.errors")
    posted = await client.chat_postMessage(channel="#general", text="Grüße ✓", blocks=BLOCKS)
    with pytest.raises(errors.SlackApiError) as caught:
        await client.chat_postMessage(channel="#absent", text="Grüße ✓")
    return posted.status_code, posted.data, caught.value.response["error"]


async def async_users(client: Any) -> Any:
    return [member async for page in await client.users_list(limit=2) for member in page["members"]]


async def async_upload(client: Any) -> Any:
    done = await client.files_upload_v2(filename="report.pdf", content=REPORT, title="Report", channel="C1")
    return done.data


GRANT = (CLIENT_SECRET, GRANTED, REFRESH)

PROGRAMS = (
    Program("slack-messages", "slack_sdk", Slack, client, messages, (TOKEN,)),
    Program("slack-users", "slack_sdk", Slack, client, users, (TOKEN,)),
    Program("slack-upload", "slack_sdk", Slack, client, upload, (TOKEN,)),
    Program("slack-grant", "slack_sdk", Slack, client, grant, GRANT),
    Program("slack-async-messages", "slack_sdk", Slack, async_client, async_messages, (TOKEN,)),
    Program("slack-async-users", "slack_sdk", Slack, pooled_client, async_users, (TOKEN,)),
    Program("slack-async-upload", "slack_sdk", Slack, pooled_client, async_upload, (TOKEN,)),
)
