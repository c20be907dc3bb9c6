"""stripe: sync on requests, async on httpx and on aiohttp."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from tests.sdks.imitations.stripe import API_KEY, Stripe
from tests.sdks.programs.program import Program

CUSTOMER = {"name": "Ada Lovelace & Söhne", "metadata": {"plan": "gold+"}}
PAYMENT = {"amount": 1999, "currency": "eur", "payment_method": "pm_card_visa"}


@contextmanager
def client(url: str) -> Iterator[Any]:
    stripe = pytest.importorskip("stripe")
    http_client = stripe.RequestsClient()
    yield _client(stripe, url, http_client)
    http_client.close()


@asynccontextmanager
async def httpx_client(url: str) -> AsyncIterator[Any]:
    stripe = pytest.importorskip("stripe")
    pytest.importorskip("httpx")
    http_client = stripe.HTTPXClient()
    yield _client(stripe, url, http_client)
    await http_client.close_async()


@asynccontextmanager
async def aiohttp_client(url: str) -> AsyncIterator[Any]:
    stripe = pytest.importorskip("stripe")
    pytest.importorskip("aiohttp")
    http_client = stripe.AIOHTTPClient()
    yield _client(stripe, url, http_client)
    await http_client.close_async()


def _client(stripe: Any, url: str, http_client: Any) -> Any:
    addresses = {"api": url, "files": url}
    return stripe.StripeClient(
        API_KEY, base_addresses=addresses, http_client=http_client, max_network_retries=0
    )


def customers(client: Any) -> Any:
    created = client.v1.customers.create(CUSTOMER)
    pages = client.v1.customers.list({"limit": 2})
    found = [customer.email for customer in pages.auto_paging_iter()]
    return created.to_dict(), created.last_response.request_id, found


def payments(client: Any) -> Any:
    stripe = pytest.importorskip("stripe")
    paid = client.v1.payment_intents.create(PAYMENT)
    with pytest.raises(stripe.CardError) as caught:
        client.v1.payment_intents.create({**PAYMENT, "payment_method": "pm_card_chargeDeclined"})
    return paid.to_dict(), caught.value.http_status, caught.value.code, caught.value.user_message


def upload(client: Any) -> Any:
    evidence = io.BytesIO(b"\x89PNG\r\n\x1a\n\x00\xff evidence")
    return client.v1.files.create({"purpose": "dispute_evidence", "file": evidence}).to_dict()


async def async_customers(client: Any) -> Any:
    created = await client.v1.customers.create_async(CUSTOMER)
    pages = await client.v1.customers.list_async({"limit": 2})
    found = [customer.email async for customer in pages.auto_paging_iter()]
    return created.to_dict(), found


PROGRAMS = (
    Program("stripe-customers", "stripe", Stripe, client, customers, (API_KEY,)),
    Program("stripe-payments", "stripe", Stripe, client, payments, (API_KEY,)),
    Program("stripe-upload", "stripe", Stripe, client, upload, (API_KEY,)),
    Program(
        "stripe-async-httpx",
        "stripe",
        Stripe,
        httpx_client,
        async_customers,
        (API_KEY,),
        tolerates="ignore:Use 'content=<...>':DeprecationWarning",
    ),
    Program("stripe-async-aiohttp", "stripe", Stripe, aiohttp_client, async_customers, (API_KEY,)),
)
