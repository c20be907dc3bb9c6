"""Random exchanges come back from every format: whole where it can hold them, else what it can."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from reqsnap.formats import named
from reqsnap.message_checks import stating_its_length
from reqsnap.model import Headers, Interaction, Request, Response
from tests.support.random_exchanges import exchange
from tests.support.rounds import rounds
from tests.unit.formats import test_har_writing, test_reqord_files, test_undici_files

_AT_ONCE = 5


def _all_of_it(interaction: Interaction) -> Interaction:
    return interaction


def _without_pseudo_fields(headers: Headers) -> Headers:
    return Headers(
        [(name, value) for name, value in headers if not name.startswith(":") and "\n" not in value]
    )


def _for_har(interaction: Interaction) -> Interaction:
    request, response = interaction.request, interaction.response
    request = replace(request, headers=_without_pseudo_fields(request.headers))
    headers, trailers = _without_pseudo_fields(response.headers), _without_pseudo_fields(response.trailers)
    return replace(
        interaction, request=request, response=replace(response, headers=headers, trailers=trailers)
    )


def _whole(interaction: Interaction) -> Interaction:
    """What undici and Reqord hold at all: exchanges that were whole."""
    request = replace(
        interaction.request, url="http://h/", complete=True, headers=_plain(interaction.request.headers)
    )
    response = interaction.response if interaction.error is None else Response(200)
    response = replace(response, headers=_plain(response.headers), trailers=_plain(response.trailers))
    return replace(interaction, request=request, response=response, error=None)


def _plain(headers: Headers) -> Headers:
    return Headers([(name, value.replace(",", "")) for name, value in headers])


Kept = Callable[[Interaction], Interaction]

FORMATS: dict[str, tuple[Kept, Kept]] = {
    "native": (_all_of_it, _all_of_it),
    "json": (_all_of_it, _all_of_it),
    "jsonl": (_all_of_it, _all_of_it),
    "har": (_for_har, test_har_writing.kept),
    "undici": (_whole, test_undici_files.kept),
    "reqord": (_whole, test_reqord_files.kept),
}
"""What is made of an exchange before it is written, and what is expected of it then."""


@pytest.mark.parametrize("name", FORMATS)
def test_random_exchanges_come_back_long_rounds(name: str) -> None:
    chance, format, (made, kept) = random.Random(name), named(name), FORMATS[name]
    for _ in range(rounds(60) // _AT_ONCE):
        recorded = [made(_fitting(exchange(chance))) for _ in range(_AT_ONCE)]
        recorded.sort(key=lambda each: each.recorded_at)
        data = format.file([format.item(each) for each in recorded])
        assert format.recognises(data)
        items = format.read(data)
        found = [item.decode() for item in items]
        if name == "undici":
            # Answers to equal requests stand together.
            found.sort(key=lambda each: each.recorded_at)
        assert found == [kept(each) for each in recorded]
        assert format.file([item.text for item in items]) == data


def _fitting(interaction: Interaction) -> Interaction:
    response = interaction.response
    if interaction.error is None:
        response = stating_its_length(interaction.request.method, response)
    return replace(interaction, response=response)


@pytest.mark.parametrize("other", ["json", "jsonl", "har"])
def test_what_both_formats_hold_survives_a_conversion_long_rounds(other: str) -> None:
    chance, ours, theirs, (made, kept) = random.Random(3), named("native"), named(other), FORMATS[other]
    for _ in range(rounds(20)):
        recorded = made(exchange(chance))
        there = theirs.read(theirs.file([theirs.item(recorded)]))[0].decode()
        back = ours.read(ours.file([ours.item(there)]))[0].decode()
        again = theirs.read(theirs.file([theirs.item(back)]))[0].decode()
        assert there == kept(recorded) == again
        assert isinstance(back.request, Request)
