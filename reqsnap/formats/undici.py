"""The snapshot files of undici's SnapshotAgent, the recorder of Node's HTTP client.

A file is a list of requests, each with the answers that it got one after another. What undici
calls legacy is read too: an object of requests by their hashes, and one `response` instead of
`responses`. The facts are from undici 7.13, 7.30 and 8.12 (lib/mock/snapshot-recorder.js).

It holds header names in lower case, no reason, no version of HTTP, no time that passed and no
failure. Keys of ours, which undici passes over, keep when each answer was recorded, and bodies
of requests that are no text.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from reqsnap.formats import fields, heads, json_values
from reqsnap.formats.format import Beside, Format, Item
from reqsnap.formats.json_items import RewrittenItem, dumped_again, plain, written
from reqsnap.formats.json_values import Value
from reqsnap.formats.native import texts
from reqsnap.formats.native import values as native_values
from reqsnap.formats.unwritable import check_whole
from reqsnap.model import Headers, Interaction, Request, Response

_BOM = rb"(?:\xef\xbb\xbf)?"
_LIST = re.compile(_BOM + rb'\s*\[\s*(?:\]\s*\Z|\{\s*"(?:hash|snapshot)"\s*:)')
_OBJECT = re.compile(
    _BOM + rb'\s*\{\s*"[\w-]{20,}"\s*:\s*\{\s*"(?:request|responses?|callCount|timestamp)"\s*:'
)
# A comma between cookies is followed by a name and "=", one in a date is not (RFC 6265, section 4.1.1).
_BETWEEN_COOKIES = re.compile(r",[ \t]*(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+=)")
_NOT_TOLD = datetime.fromtimestamp(0, UTC)
_DEFAULT_PORTS = {"http": 80, "https": 443}


class _Undici(Format):
    name = "undici"
    suffixes = (".json",)

    def recognises(self, data: bytes) -> bool:
        return _LIST.match(data) is not None or _OBJECT.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        root = json_values.parse(json_values.decoded(data, path))
        return [_item(*each) for each in _answers(root)]

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return written(interaction, _entry)

    def file(self, items: Sequence[bytes]) -> bytes:
        entries: dict[str, Any] = {}
        for text in items:
            entry = json.loads(text)
            snapshot = entry["snapshot"]
            known = entries.setdefault(entry["hash"], entry)["snapshot"]
            if known is not snapshot:
                known["responses"] += snapshot["responses"]
                known["timestamp"] = snapshot["timestamp"]
        return dumped_again(list(entries.values()))


UNDICI: Format = _Undici()


# Reading


def _answers(root: Value) -> Iterator[tuple[str, Value, Value]]:
    """The hash, the snapshot and the answer of each interaction."""
    for hash, snapshot in _snapshots(root):
        snapshot.need("request")
        responses = snapshot.get("responses")
        for response in [snapshot.need("response")] if responses is None else responses.items():
            yield hash, snapshot, response


def _snapshots(root: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(root.plain, list):
        for entry in root.items():
            yield entry.need("hash").text(), entry.need("snapshot")
    else:
        yield from root.members().items()


def _item(hash: str, snapshot: Value, response: Value) -> Item:
    request = snapshot.need("request")
    recorded_at = _moment(response.get("timestamp") or snapshot.get("timestamp"))
    timestamp = texts.moment(recorded_at)
    alone: dict[str, Any] = {
        "request": plain(request.plain),
        "responses": [{key: plain(each.plain) for key, each in response.members().items()}],
        "callCount": 0,
        "timestamp": timestamp,
    }
    # In every answer, so that it does not change with the answers that come behind it.
    alone["responses"][0]["timestamp"] = timestamp
    text = dumped_again({"hash": hash, "snapshot": alone})
    method, url = request.need("method").text(), request.need("url").text()
    decode = partial(_decode, request=request, response=response, recorded_at=recorded_at)
    return RewrittenItem(method, url, text, 0, len(text), decode, response)


def _decode(item: Item, request: Value, response: Value, recorded_at: datetime) -> Interaction:
    return Interaction(_request(request), _response(response), recorded_at)


def _request(about: Value) -> Request:
    method, url, headers = (
        about.need("method").text(),
        about.need("url").text(),
        _headers(about.get("headers")),
    )
    binary, body = about.get("bodyBase64"), about.get("body")
    if binary is not None:
        return Request(method, url, headers, binary.base64())
    return Request(method, url, headers, b"" if body is None else body.text().encode())


def _response(about: Value) -> Response:
    status, body = about.need("statusCode"), about.get("body")
    try:
        heads.status_line(status.whole(), "")
    except ValueError as error:
        raise status.error(str(error)) from None
    content = b"" if body is None else body.base64()
    headers, trailers = _headers(about.get("headers")), _headers(about.get("trailers"))
    return Response(status.whole(), "", headers, content, trailers=trailers)


def _headers(about: Value | None) -> Headers:
    pairs: list[tuple[str, str]] = []
    for name, value in {} if about is None else about.members().items():
        for line in value.items() if isinstance(value.plain, list) else [value]:
            text = line.octets()
            several = _BETWEEN_COOKIES.split(text) if name.lower() == "set-cookie" else [text]
            pairs += [(name, each) for each in several]
    return Headers(pairs)


def _moment(value: Value | None) -> datetime:
    if value is None:
        return _NOT_TOLD
    try:
        return native_values.moment(value.text())
    except ValueError as error:
        raise value.error(str(error)) from None


# Writing


def _entry(interaction: Interaction) -> dict[str, Any]:
    request, response, timestamp = (
        interaction.request,
        interaction.response,
        texts.moment(interaction.recorded_at),
    )
    check_whole(interaction, "a snapshot holds")
    about: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "headers": fields.joined(request.headers),
        "body": request.body.decode("utf-8", "replace"),
    }
    hash = _hash(about)
    if about["body"].encode() != request.body:
        about["bodyBase64"] = base64.b64encode(request.body).decode("ascii")
    answer = {
        "statusCode": response.status,
        "headers": _by_name_or_one(response.headers),
        "body": base64.b64encode(response.body).decode("ascii"),
        "trailers": _by_name_or_one(response.trailers),
        "timestamp": timestamp,
    }
    snapshot = {"request": about, "responses": [answer], "callCount": 0, "timestamp": timestamp}
    return {"hash": hash, "snapshot": snapshot}


def _by_name_or_one(headers: Headers) -> dict[str, str | list[str]]:
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in fields.by_lower_name(headers).items()
    }


def _hash(request: dict[str, Any]) -> str:
    """What undici finds the request by, where it compares all of it, as it does unless told otherwise."""
    parts = [request["method"], _normal(request["url"])]
    for name, value in sorted(request["headers"].items()):
        parts += [name, value]
    digest = hashlib.sha256("|".join([*parts, request["body"]]).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _normal(url: str) -> str:
    """A URL as `new URL(url).toString()` has it, as far as clients of HTTP write it otherwise."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return parts._replace(netloc=host + port, path=parts.path or "/", fragment="").geturl()
