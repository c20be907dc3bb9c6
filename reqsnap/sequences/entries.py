"""What a cassette holds and what it is asked, made ready to be compared: redacted, numbers apart, keyed."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from reqsnap.matching import Matching
from reqsnap.model import Headers, Interaction, Request
from reqsnap.redaction import PLACEHOLDER, Rules, Secret, redact_request, unnumbered, unnumbered_body

Vector = tuple[int, ...]
"""The numbers of a recorded request's placeholders, in order."""

LiveVector = tuple["Secret | int", ...]
"""A live request's secret values, in order; a number where it sent a placeholder back."""


ROOM = 1 << 64
"""How far apart recordings are where the order is strict: more than is ever recorded between two."""


@dataclass(eq=False, slots=True)
class Entry:
    """An interaction in a cassette, and how often it was played since the last reset.

    `order` is its place among the others; where the order is strict, see `ROOM`.
    `kept` is for what interceptors make of the answer, so that they make it once.
    """

    interaction: Interaction
    order: int
    plays: int = 0
    kept: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A live request made ready for matching: redacted, its placeholders unnumbered, its key."""

    request: Request
    key: Hashable
    secrets: LiveVector


def strip_numbers(request: Request, matching: Matching) -> tuple[Request, Vector]:
    """A redacted request with every placeholder plain, and the numbers in what is matched."""
    url, numbers = unnumbered(request.url)
    body, in_body = unnumbered_body(request.body, request.headers)
    numbers += in_body
    headers = request.headers
    if matching.matches_headers:
        pairs = []
        for name, value in headers:
            plain, in_value = unnumbered(value)
            pairs.append((name, plain))
            numbers += in_value
        headers = Headers(pairs)
    elif url is request.url and body is request.body:
        return request, numbers
    if numbers:
        # What is not compared tells no recordings apart.
        _, numbers = matching.key_and_numbers(request)
    return Request(request.method, url, headers, body, request.complete), numbers


_LIVE = 1_000_000_000
"""Where the numbering of live values starts, far above any in a file."""


def prepare(request: Request, rules: Rules, matching: Matching) -> Prepared:
    """Make a live request ready for matching."""
    seen: dict[Secret, int] = {}

    def mark(secret: Secret) -> str:
        number = seen.setdefault(secret, _LIVE + len(seen))
        return f"{PLACEHOLDER[:-1]}:{number}]"

    marked, _ = redact_request(request, rules, mark)
    plain, numbers = strip_numbers(marked, matching)
    values = list(seen)
    secrets = tuple([values[n - _LIVE] if n >= _LIVE else n for n in numbers])
    if plain is marked and seen:
        plain, _ = redact_request(request, rules)
    return Prepared(plain, matching.key(plain), secrets)
