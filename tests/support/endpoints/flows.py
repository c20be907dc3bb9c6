"""Answers that ask for another request: redirects, cookies, credentials, retries, polls."""

from __future__ import annotations

import base64
import hashlib
import re

from tests.support.exchange import TEXT, Exchange, Routes

routes = Routes()

USER, PASSWORD = "ada", "correct-horse-battery"
COOKIE = "session=s3ss10n-0f-ada"
NONCE, REALM = "dcd98b7102dd2f0e8b11d0f600bfb0c0", "the house"


@routes.add("redirect")
def redirect(exchange: Exchange) -> None:
    """To where the query's `to` says ("url": an absolute URL), with the status that the path names."""
    to = exchange.head.query["to"]
    if to == "url":
        to = f"{exchange.scheme}://{exchange.head.get('host')}/echo?from=url"
    exchange.answer(
        b"go on",
        int(exchange.rest),
        "Redirect",
        [TEXT, ("Location", to), ("Set-Cookie", "visited=yes; Path=/")],
    )


@routes.add("elsewhere")
def elsewhere(exchange: Exchange) -> None:
    """To the same server under its other name."""
    host, _, port = exchange.head.get("host").partition(":")
    other = "127.0.0.1" if host == "localhost" else "localhost"
    location = f"{exchange.scheme}://{other}:{port}/head"
    exchange.answer(b"", 302, "Found", [("Location", location)])


@routes.add("loop")
def loop(exchange: Exchange) -> None:
    """To itself, for ever."""
    exchange.answer(b"", 302, "Found", [("Location", "/loop")])


@routes.add("login")
def login(exchange: Exchange) -> None:
    """Sets the session's cookie."""
    exchange.answer(b"welcome", fields=[TEXT, ("Set-Cookie", f"{COOKIE}; Path=/; HttpOnly")])


@routes.add("private")
def private(exchange: Exchange) -> None:
    """Only for those who send the session's cookie."""
    known = COOKIE in exchange.head.get("cookie")
    exchange.answer(b"known" if known else b"unknown", 200 if known else 403, "Known" if known else "Unknown")


@routes.add("basic")
def basic(exchange: Exchange) -> None:
    """Demands basic authentication."""
    expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    if exchange.head.get("authorization") == f"Basic {expected}":
        exchange.answer(b"for ada")
    else:
        exchange.answer(b"who", 401, "Unauthorized", [TEXT, ("WWW-Authenticate", f'Basic realm="{REALM}"')])


def _digest_holds(exchange: Exchange) -> bool:
    given = exchange.head.get("authorization")
    found = re.findall(r'(\w+)=(?:"([^"]*)"|(\w+))', given)
    fields: dict[str, str] = {name: quoted or token for name, quoted, token in found}
    if not given.startswith("Digest ") or fields["nonce"] != NONCE:
        return False

    def hashed(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

    secret = hashed(USER, REALM, PASSWORD)
    request = hashed(exchange.head.method, fields["uri"])
    expected = hashed(secret, NONCE, fields["nc"], fields["cnonce"], fields["qop"], request)
    return fields["response"] == expected


@routes.add("digest")
def digest(exchange: Exchange) -> None:
    """Demands digest authentication."""
    if _digest_holds(exchange):
        exchange.answer(b"for ada, digested")
    else:
        challenge = f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm=MD5'
        exchange.answer(b"who", 401, "Unauthorized", [TEXT, ("WWW-Authenticate", challenge)])


@routes.add("flaky")
def flaky(exchange: Exchange) -> None:
    """Not now, but at once afterwards."""
    if exchange.visit() < 2:
        exchange.answer(b"later", 503, "Service Unavailable", [TEXT, ("Retry-After", "0")])
    else:
        exchange.answer(b"here you are")


@routes.add("poll")
def poll(exchange: Exchange) -> None:
    """Another answer each time."""
    exchange.answer(f"poll {exchange.visit()}".encode())
