"""The cassettes of Reqord, a recorder for Elixir: an exchange a line.

Read from the source of Reqord 0.4 (lib/reqord/cassette_entry.ex). It holds no bodies of
requests, only their hashes, no reason, no version of HTTP, no trailers, no time that passed and
no failure. Its README shows a variant with the body as text and the time as text; Reqord
itself makes nothing of it, but such lines are about.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from reqsnap.errors import CassetteFormatError
from reqsnap.formats import fields, heads, json_lines
from reqsnap.formats.format import Addition, Beside, Format, Item, Torn
from reqsnap.formats.json_lines import Line, with_line_ends
from reqsnap.formats.json_values import Value
from reqsnap.formats.native import values as native_values
from reqsnap.formats.unwritable import check_whole, unwritable
from reqsnap.model import Headers, Interaction, Request, Response

_BEGINNING = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:req"\s*:\s*\{|resp"\s*:\s*\{|recorded_at"\s*:[^,{}\[\]]*,\s*"req")'
)
_REFERENCE = re.compile("[0-9a-f]{64}")
_EPOCH = datetime.fromtimestamp(0, UTC)
_MICROSECOND = timedelta(microseconds=1)
_HASHED = frozenset({"POST", "PUT", "PATCH"})
_STREAMS = ("text/event-stream", "application/x-ndjson", "application/stream+json")


class _Reqord(Format):
    name = "reqord"
    suffixes = (".jsonl",)

    def recognises(self, data: bytes) -> bool:
        return _BEGINNING.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        return [_item(line, data, path, partial(_object, beside)) for line in json_lines.lines(data)]

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        try:
            return json.dumps(_entry(interaction), ensure_ascii=False, separators=(",", ":")).encode()
        except ValueError as error:
            raise unwritable(interaction, error) from None

    def file(self, items: Sequence[bytes]) -> bytes:
        return b"".join(with_line_ends(items))

    def added(self, data: bytes, items: Sequence[bytes]) -> Addition | None:
        line_end = b"\n" if data and not data.endswith(b"\n") else b""
        return Addition(len(data), line_end + self.file(items))

    def salvage(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Torn | None:
        # Additions are lines; only the last of them can be unfinished.
        kept = data.rfind(b"\n") + 1
        if not kept or kept == len(data):
            return None
        try:
            items = self.read(data[:kept], path, beside)
        except CassetteFormatError:
            return None
        return Torn(items, data.count(b"\n", 0, kept) + 1, data[kept:])


REQORD: Format = _Reqord()


# Reading


def _item(line: Line, data: bytes, path: str | None, objects: Any) -> Item:
    entry = line.value(data, path)
    request = entry.need("req")
    entry.need("resp")
    method, url = request.need("method").text(), request.need("url").text()
    return Item(method, url, data, *line, partial(_decode, entry=entry, objects=objects))


def _decode(item: Item, entry: Value, objects: Any) -> Interaction:
    request, response = entry.need("req"), entry.need("resp")
    status = response.need("status")
    try:
        heads.status_line(status.whole(), "")
    except ValueError as error:
        raise status.error(str(error)) from None
    return Interaction(
        Request(item.method, item.url, _headers(request.get("headers")), _body(request, objects)),
        Response(status.whole(), "", _headers(response.get("headers")), _body(response, objects)),
        _recorded_at(entry.get("recorded_at")),
    )


def _body(about: Value, objects: Any) -> bytes:
    reference, encoded, text = about.get("body_external_ref"), about.get("body_b64"), about.get("body")
    if reference is not None:
        body: bytes = objects(reference)
        return body
    if encoded is not None:
        return encoded.base64()
    return b"" if text is None else text.text().encode()


def _object(beside: Beside | None, reference: Value) -> bytes:
    """The body that is kept under its hash: beside the cassette, or in the folder of Reqord's objects."""
    digest = reference.text().rpartition("/")[2]
    if not _REFERENCE.fullmatch(digest):
        raise reference.error(f"{reference.plain!r} is no reference, which ends with the SHA-256 of the body")
    place = f"objects/{digest[:2]}/{digest}"
    body = None
    if beside is not None:
        body = beside.read(digest)
        body = beside.read_above(place) if body is None else body
    if body is None:
        raise reference.error(f"the body is missing: {place}")
    if hashlib.sha256(body).hexdigest() != digest:
        raise reference.error(f"the body was changed: {place}")
    return body


def _headers(about: Value | None) -> Headers:
    pairs: list[tuple[str, str]] = []
    for name, value in {} if about is None else about.members().items():
        for line in value.items() if isinstance(value.plain, list) else [value]:
            pairs.append((name, line.octets()))
    return Headers(pairs)


def _recorded_at(value: Value | None) -> datetime:
    """Microseconds since 1970, or a date; 1970 where it is not told, because all else were a guess."""
    if value is None:
        return _EPOCH
    try:
        if isinstance(value.plain, str) and not value.is_number:
            return native_values.moment(value.text())
        return _EPOCH + value.whole() * _MICROSECOND
    except (ValueError, OverflowError):
        raise value.error(f"{value.plain} is no time in microseconds since 1970") from None


# Writing


def _entry(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    check_whole(interaction, "a cassette of Reqord holds")
    return {
        "req": {
            "method": request.method,
            "url": request.url,
            "headers": fields.joined(request.headers),
            "body_hash": _hash(request),
        },
        "resp": {
            "status": response.status,
            "headers": fields.joined(response.headers),
            "body_b64": base64.b64encode(response.body).decode("ascii"),
            **_encoding(response),
        },
        "recorded_at": (interaction.recorded_at - _EPOCH) // _MICROSECOND,
    }


def _hash(request: Request) -> str:
    """What Reqord's matcher `:body` compares."""
    if request.method.upper() not in _HASHED or not request.body:
        return "-"
    return hashlib.sha256(request.body).hexdigest()


def _encoding(response: Response) -> dict[str, Any]:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _STREAMS:
        return {
            "body_encoding": "stream",
            "stream_metadata": {"type": "stream", "size": len(response.body)},
        }
    try:
        response.body.decode()
    except UnicodeDecodeError:
        return {"body_encoding": "binary"}
    return {"body_encoding": "text"}
