"""The JSON cassettes of betamax, and of Ruby's VCR where it writes JSON: a list of exchanges.

The facts are from betamax 0.9.0 (betamax/util.py, betamax/cassette/cassette.py) and betamax-serializers
0.2.1. It holds no version of HTTP, no trailers, no time that passed, no failure, and one value for each
header field of a request. A body stands there as text in a charset, or as base64; betamax replaces what
its charset does not hold, so what it wrote as text may not be what was received.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from reqsnap.formats import fields, heads, json_values
from reqsnap.formats.format import Beside, Format, Item
from reqsnap.formats.json_items import RewrittenItem, dumped_again, plain, written
from reqsnap.formats.json_values import Value
from reqsnap.formats.unwritable import check_whole
from reqsnap.formats.vcr.reader import agreeing, sent_url
from reqsnap.model import Headers, Interaction, Request, Response

_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"http_interactions"\s*:')
_EPOCH = datetime.fromtimestamp(0, UTC)
_PHRASES = {int(status): status.phrase for status in HTTPStatus}
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]+)", re.I)


class _Betamax(Format):
    name = "betamax"
    suffixes = (".json",)

    def recognises(self, data: bytes) -> bool:
        return _BEGINNING.match(data) is not None

    def read(self, data: bytes, path: str | None = None, beside: Beside | None = None) -> Sequence[Item]:
        root = json_values.parse(json_values.decoded(data, path))
        return [_item(each) for each in root.need("http_interactions").items()]

    def item(self, interaction: Interaction, beside: Beside | None = None) -> bytes:
        return written(interaction, _entry)

    def file(self, items: Sequence[bytes]) -> bytes:
        entries = [json.loads(text) for text in items]
        return dumped_again({"http_interactions": entries, "recorded_with": "reqsnap"})


BETAMAX: Format = _Betamax()


# Reading


def _item(entry: Value) -> Item:
    request = entry.need("request")
    entry.need("response")
    method, url = request.need("method").text(), sent_url(request.need("uri").text())
    text = dumped_again(plain(entry.plain))
    return RewrittenItem(method, url, text, 0, len(text), partial(_decode, entry=entry), entry)


def _decode(item: Item, entry: Value) -> Interaction:
    about = entry.need("request")
    request = Request(item.method, item.url, _headers(about.get("headers")), _body(about.get("body")))
    return Interaction(
        request, _response(entry.need("response"), item.method), _moment(entry.get("recorded_at"))
    )


def _response(about: Value, method: str) -> Response:
    status = about.get("status")
    # What betamax wrote before its version 0.2.
    code = about.need("status_code") if status is None else status.need("code")
    try:
        heads.status_line(code.whole(), "")
    except ValueError as error:
        raise code.error(str(error)) from None
    message = None if status is None else status.get("message")
    reason = _PHRASES.get(code.whole(), "") if message is None else message.octets()
    headers, body = _headers(about.get("headers")), _body(about.get("body"))
    headers, body = agreeing(headers, body, code.whole(), method)
    return Response(code.whole(), reason, headers, body)


def _headers(about: Value | None) -> Headers:
    pairs: list[tuple[str, str]] = []
    for name, value in {} if about is None else about.members().items():
        lines = value.items() if isinstance(value.plain, list) else [value]
        pairs += [(name, line.octets()) for line in lines]
    return Headers(pairs)


def _body(about: Value | None) -> bytes:
    """A body: a text of old, or a charset with a text or with base64."""
    if about is None:
        return b""
    if not isinstance(about.plain, dict):
        return about.text().encode()
    text, encoded = about.get("string"), about.get("base64_string")
    if encoded is not None:
        # Where placeholders were put in, an empty text stands beside it.
        return encoded.base64()
    if text is None:
        return b""
    charset = about.get("encoding")
    try:
        return text.text().encode("utf-8" if charset is None else charset.text())
    except (LookupError, ValueError) as error:
        raise about.error(f"the body cannot be put into its charset: {error}") from None


def _moment(value: Value | None) -> datetime:
    """When it was recorded, in UTC: as betamax writes it, or as an HTTP date, as Ruby's VCR does."""
    if value is None:
        return _EPOCH
    text = value.text()
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise value.error(f"{text!r} is no time such as 2026-11-22T01:02:03") from None


# Writing


def _entry(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    check_whole(interaction, "betamax's cassettes hold")
    moment = interaction.recorded_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return {
        "request": {
            "body": _as_text(request.body, "utf-8"),
            "headers": {
                name: [", ".join(values)]
                for name, values in fields.by_first_spelling(request.headers).items()
            },
            "method": request.method,
            "uri": request.url,
        },
        "response": {
            "body": _as_text(response.body, _charset(response.headers)),
            "headers": fields.by_first_spelling(response.headers),
            "status": {"code": response.status, "message": response.reason},
            "url": request.url,
        },
        "recorded_at": moment.isoformat(),
    }


def _as_text(body: bytes, charset: str | None) -> dict[str, str | None]:
    """A body as text where that gives back its bytes, else as base64."""
    try:
        text = body.decode(charset or "utf-8")
        if text.encode(charset or "utf-8") == body:
            return {"encoding": charset, "string": text}
    except (LookupError, UnicodeError):
        pass
    return {"encoding": charset, "base64_string": base64.b64encode(body).decode("ascii")}


def _charset(headers: Headers) -> str | None:
    """What requests takes the charset of an answer for (requests/utils.py), which betamax then sets."""
    kind = headers.get("content-type", "")
    stated = _CHARSET.search(kind)
    if stated is not None:
        return stated[1]
    if kind.lower().startswith("text"):
        return "ISO-8859-1"
    return "utf-8" if kind.lower().startswith("application/json") else None
