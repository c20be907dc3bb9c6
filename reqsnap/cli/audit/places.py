"""Where in a recording secrets stand: `request.query.api_key`, `response.body.access_token`. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from reqsnap.cli.redacting import redacted
from reqsnap.matching import Matching, all_differences
from reqsnap.model import Headers, Interaction, Request
from reqsnap.redaction import Remembered, Rules

_MATCHING = Matching()


def places_of_secrets(
    interaction: Interaction, rules: Rules, remembered: Remembered | None = None
) -> list[str]:
    """The places that redaction would change, each once; also for what recordings before it showed."""
    without, _ = redacted(interaction, rules, remembered=remembered)
    if without is interaction:
        return []
    before, after = interaction.request, without.request
    places = [f"request.{place}" for place in _of_message(before, after)]
    answer, hidden = interaction.response, without.response
    # A response is compared as a request is: what matters is how its body is written.
    pair = [Request("GET", "http://response/", each.headers, each.body) for each in (answer, hidden)]
    places += [f"response.{place}" for place in _of_message(*pair)]
    places += [f"response.trailer.{name}" for name in _names(answer.trailers, hidden.trailers)]
    if answer.reason != hidden.reason:
        places.append("response.reason")
    if interaction.error != without.error:
        places.append("error")
    return list(dict.fromkeys(places))


def _of_message(before: Request, after: Request) -> Iterator[str]:
    found = [each.field for each in all_differences(_MATCHING, after, before)]
    of_url = [place for place in found if not place.startswith("body")]
    if before.url != after.url:
        yield from of_url or ["url"]
    for name in _names(before.headers, after.headers):
        yield f"header.{name}"
    if before.body != after.body:
        yield from [place for place in found if place.startswith("body")] or ["body"]


_FITTED = ("content-length",)
"""What follows from another field."""


def _names(before: Headers, after: Headers) -> Iterator[str]:
    """The names of the fields that are others."""
    left = list(after)
    for name, value in before:
        if (name, value) in left:
            left.remove((name, value))
        elif name.lower() not in _FITTED:
            yield name
