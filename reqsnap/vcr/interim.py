"""The format between a persister and the core: each interaction a line of JSON, a byte of a body a character.

It is never stored, so nobody reads it, and nothing is laid out: a cassette is put into it and taken out
again each time that it is opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from reqsnap.formats import Beside, Format, Item
from reqsnap.formats.format import Addition
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response

_BEGINNING = b'{"interim": 1}\n'


class _Interim(Format):
    name = "interim"

    def recognises(self, data: bytes) -> bool:
        return data.startswith(_BEGINNING)

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        items, start = [], len(_BEGINNING)
        while start < len(data):
            end = data.index(b"\n", start) + 1
            fields = json.loads(data[start:end])
            items.append(Item(fields["method"], fields["url"], data, start, end, partial(_decode, fields)))
            start = end
        return items

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return json.dumps(_fields(interaction)).encode() + b"\n"

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join([_BEGINNING, *items])

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition:
        return Addition(len(data), b"".join(items))


INTERIM: Format = _Interim()


def _fields(interaction: Interaction) -> dict[str, Any]:
    sent, received, error = interaction.request, interaction.response, interaction.error
    return {
        "method": sent.method,
        "url": sent.url,
        "request": (sent.headers.pairs, _characters(sent.body), sent.complete),
        "status": (received.status, received.reason, received.version),
        "response": (received.headers.pairs, _characters(received.body)),
        "after": (received.trailers.pairs, received.parts),
        "recorded": (interaction.recorded_at.isoformat(), interaction.elapsed),
        "error": None if error is None else (error.kind.value, error.message, error.errno),
    }


def _decode(fields: dict[str, Any], item: Item) -> Interaction:
    headers, body, complete = fields["request"]
    sent = Request(item.method, item.url, _headers(headers), _octets(body), complete)
    status, reason, version = fields["status"]
    headers, body = fields["response"]
    trailers, parts = fields["after"]
    received = Response(
        status, reason, _headers(headers), _octets(body), version, _headers(trailers), tuple(parts)
    )
    recorded_at, elapsed = fields["recorded"]
    error = fields["error"]
    failure = None if error is None else NetworkError(ErrorKind(error[0]), *error[1:])
    return Interaction(sent, received, datetime.fromisoformat(recorded_at), elapsed, failure)


def _headers(pairs: Iterable[Sequence[str]]) -> Headers:
    return Headers.of_pairs(tuple([(name, value) for name, value in pairs]))


def _characters(body: bytes) -> str:
    return body.decode("latin-1")


def _octets(characters: str) -> bytes:
    return characters.encode("latin-1")
