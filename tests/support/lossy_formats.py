"""Formats that hold less than an interaction, for the tests of conversion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from reqsnap.errors import CassetteFormatError, CassetteWriteError
from reqsnap.formats import NATIVE, Beside, Format, Item, native
from reqsnap.formats.format import decoded
from reqsnap.message_checks import fitting
from reqsnap.model import Headers, Interaction


class Poor(Format):
    """A list of native cassettes in JSON, of one interaction each, without most of it."""

    name = "poor"
    suffixes = (".poor",)

    def recognises(self, data: bytes) -> bool:
        return data.startswith(b'["reqsnap')

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        found = [native.load(text.encode())[0] for text in json.loads(data)]
        return [decoded(each, NATIVE.item(each)) for each in found]

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        if interaction.error is not None:
            raise CassetteWriteError("it holds no network errors", None)
        response = replace(interaction.response, trailers=Headers(), parts=(), reason="")
        kept = replace(interaction, response=response, recorded_at=datetime(2000, 1, 1, tzinfo=UTC))
        return json.dumps(native.dump([kept]).decode()).encode()

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"[" + b",".join(items) + b"]"


class Shelved(Format):
    """A line of JSON, a native cassette, for each interaction; bodies of responses are in files beside it."""

    name = "shelved"
    suffixes = (".shelved",)

    def recognises(self, data: bytes) -> bool:
        return data.startswith(b'"reqsnap')

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        def decode(item: Item) -> Interaction:
            found = native.load(json.loads(item.text).encode())[0]
            if not found.response.body:
                return found
            body = None if beside is None else beside.read(found.response.body.decode())
            if body is None:
                raise CassetteFormatError(path, item.line, "a body beside it is missing")
            return replace(found, response=fitting(replace(found.response, body=body)))

        items = []
        start = 0
        for line in data.splitlines(keepends=True):
            request = native.load(json.loads(line).encode())[0].request
            items.append(Item(request.method, request.url, data, start, start + len(line), decode))
            start += len(line)
        return items

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        assert beside is not None
        response = interaction.response
        if response.body:
            name = f"body{1 + sum(beside.read(f'body{number}') is not None for number in range(1, 9))}"
            beside.write(name, response.body)
            response = replace(response, body=name.encode())
        return json.dumps(native.dump([replace(interaction, response=response)]).decode()).encode() + b"\n"

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join(items)


class Wrong(Poor):
    """Says another status than it was given."""

    name = "wrong"
    suffixes = (".wrong",)

    def recognises(self, data: bytes) -> bool:
        return False

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return super().item(replace(interaction, response=replace(interaction.response, status=299)))
