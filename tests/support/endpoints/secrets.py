"""Answers full of secrets, the client's own among them."""

from __future__ import annotations

import gzip
import json
from urllib.parse import parse_qsl

from tests.support.exchange import JSON, Exchange, Routes

routes = Routes()

GRANTED = {
    "access_token": "at-1f0c9e5b7d3a8264-granted",
    "refresh_token": "rt-77aa01c3e9f2b5d8-granted",
    "id_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLWFkYQ",
}
COOKIE_VALUE = "ck-5e6f7a8b9c0d1e2f-given"


@routes.add("token")
def token(exchange: Exchange) -> None:
    """An OAuth grant: tokens in JSON and a cookie."""
    exchange.answer(
        json.dumps({**GRANTED, "token_type": "Bearer", "expires_in": 3600}).encode(),
        fields=[JSON, ("Set-Cookie", f"sid={COOKIE_VALUE}; Path=/; HttpOnly")],
    )


@routes.add("mirror")
def mirror(exchange: Exchange) -> None:
    """Everything that the client sent, in a JSON document (/coded: with gzip) and a header field."""
    document = {
        "url": f"{exchange.scheme}://{exchange.head.get('host')}{exchange.head.target}",
        "query": exchange.head.query,
        "headers": dict(exchange.head.fields),
        "body": exchange.body.decode("latin-1"),
        "fields": parse_qsl(exchange.body.decode("latin-1")),
    }
    seen = exchange.head.get("authorization") or "nothing"
    body, fields = json.dumps(document).encode(), [JSON, ("X-Seen-Authorization", seen)]
    if exchange.rest == "coded":
        body, fields = gzip.compress(body, mtime=0), [*fields, ("Content-Encoding", "gzip")]
    exchange.answer(body, fields=fields)
