"""elasticsearch: sync on urllib3, async on aiohttp."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from tests.sdks.imitations.elasticsearch import API_KEY, BASIC, PASSWORD, USER, Elasticsearch
from tests.sdks.programs.program import Program

BOOKS = [{"_index": "books", "_id": str(number), "title": title} for number, title in enumerate("äbc")]
QUERY = {"match": {"title": "Überraschung"}}


@contextmanager
def client(url: str) -> Iterator[Any]:
    elasticsearch = pytest.importorskip("elasticsearch")
    with elasticsearch.Elasticsearch(url, basic_auth=(USER, PASSWORD), max_retries=0) as made:
        yield made


@asynccontextmanager
async def async_client(url: str) -> AsyncIterator[Any]:
    pytest.importorskip("aiohttp")
    elasticsearch = pytest.importorskip("elasticsearch")
    async with elasticsearch.AsyncElasticsearch(url, api_key=API_KEY, max_retries=0) as made:
        yield made


def search(client: Any) -> Any:
    elasticsearch = pytest.importorskip("elasticsearch")
    helpers = pytest.importorskip("elasticsearch.helpers")
    indexed = helpers.bulk(client, BOOKS)
    found = client.search(index="books", query=QUERY)
    with pytest.raises(elasticsearch.ConflictError) as caught:
        client.create(index="books", id="1", document={"title": "Zwei"})
    return client.info().body, indexed, found.meta.status, found.body, caught.value.body


async def async_search(client: Any) -> Any:
    elasticsearch = pytest.importorskip("elasticsearch")
    helpers = pytest.importorskip("elasticsearch.helpers")
    indexed = await helpers.async_bulk(client, BOOKS)
    found = await client.search(index="books", query=QUERY)
    with pytest.raises(elasticsearch.ConflictError) as caught:
        await client.create(index="books", id="1", document={"title": "Zwei"})
    return (await client.info()).body, indexed, found.meta.status, found.body, caught.value.body


PROGRAMS = (
    Program("elasticsearch-search", "elasticsearch", Elasticsearch, client, search, (PASSWORD, BASIC)),
    Program("elasticsearch-async", "elasticsearch", Elasticsearch, async_client, async_search, (API_KEY,)),
)
