"""Short ways to build messages and to redact them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reqsnap.model import Headers, Request, Response
from reqsnap.redaction import DEFAULT_RULES, PLACEHOLDER, Rules, Secret, redact_interaction, redact_request

URL = "https://api.example.com/items"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

Pairs = Iterable[tuple[str, str]]


@dataclass
class Numbered:
    """Numbers the distinct values of each name, as a cassette does."""

    seen: dict[str, list[str]] = field(default_factory=dict)

    def __call__(self, secret: Secret) -> str:
        values = self.seen.setdefault(secret.name, [])
        if secret.value not in values:
            values.append(secret.value)
        number = values.index(secret.value) + 1
        return PLACEHOLDER if number == 1 else f"[REDACTED:{number}]"


def ask(
    url: str = URL, headers: Pairs = (), body: bytes | str = b"", content_type: str = "", method: str = "POST"
) -> Request:
    pairs = [*headers, *([("Content-Type", content_type)] if content_type else [])]
    return Request(method, url, Headers(pairs), body.encode() if isinstance(body, str) else body)


def answer(
    headers: Pairs = (),
    body: bytes | str = b"",
    content_type: str = "",
    *,
    status: int = 200,
    reason: str = "OK",
    trailers: Pairs = (),
    parts: tuple[int, ...] = (),
) -> Response:
    pairs = [*headers, *([("Content-Type", content_type)] if content_type else [])]
    data = body.encode() if isinstance(body, str) else body
    return Response(status, reason, Headers(pairs), data, trailers=Headers(trailers), parts=parts)


def hide(request: Request, rules: Rules = DEFAULT_RULES) -> Request:
    return redact_request(request, rules)[0]


def hide_url(url: str, rules: Rules = DEFAULT_RULES) -> str:
    return hide(ask(url), rules).url


def hide_header(name: str, value: str, rules: Rules = DEFAULT_RULES) -> str:
    return hide(ask(headers=[(name, value)]), rules).headers.pairs[0][1]


def hide_body(body: str, content_type: str = JSON, rules: Rules = DEFAULT_RULES) -> str:
    return hide(ask(body=body, content_type=content_type), rules).body.decode()


def hide_both(request: Request, response: Response, rules: Rules = DEFAULT_RULES) -> tuple[Request, Response]:
    asked, answered, _ = redact_interaction(request, response, rules)
    return asked, answered


def secrets_of(request: Request, rules: Rules = DEFAULT_RULES) -> tuple[Secret, ...]:
    return redact_request(request, rules)[1]
