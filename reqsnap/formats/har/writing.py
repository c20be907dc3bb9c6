"""Interactions -> the entries of an archive.

What the specification has no place for stands under names of our own, which begin with an
underscore as it asks: trailers, parts, and how an exchange failed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from reqsnap.content_coding import content_codings
from reqsnap.formats import heads, json_values
from reqsnap.formats.format import Addition
from reqsnap.formats.har import contents
from reqsnap.formats.native import texts
from reqsnap.formats.unwritable import unwritable
from reqsnap.model import Headers, Interaction, NetworkError, Request, Response

_START = b"""{
  "log": {
    "version": "1.2",
    "creator": {
      "name": "reqsnap",
      "version": "1"
    },
    "entries": ["""
_END = b"\n    ]\n  }\n}\n"
_INDENT = "      "
_MILLISECONDS = 1000.0
_NOT_KNOWN = -1


def archive(entries: Sequence[bytes]) -> bytes:
    """A whole archive."""
    return _START + _separated(entries) + _END


def added(data: bytes, entries: Sequence[bytes]) -> Addition:
    """How entries come behind those of an archive, the rest of which stays as it is."""
    source = json_values.decoded(data, None)
    there = json_values.parse(source).need("log").need("entries")
    place = len(data) - source.octets(len(source.text)) + source.octets(there.end_of_items())
    comma = b"," if there.items() and entries else b""
    return Addition(place, comma + _separated(entries) + data[place:])


def _separated(entries: Sequence[bytes]) -> bytes:
    return b",".join(b"\n" + _INDENT.encode() + entry for entry in entries)


def entry(interaction: Interaction) -> bytes:
    """The bytes of one entry. Raises CassetteWriteError for a value that no file can hold."""
    try:
        text = json.dumps(_entry(interaction), indent=2, ensure_ascii=False)
        return text.replace("\n", "\n" + _INDENT).encode()
    except ValueError as error:
        raise unwritable(interaction, error) from None


def _entry(interaction: Interaction) -> dict[str, Any]:
    request, response, error = interaction.request, interaction.response, interaction.error
    _check(request, response, error)
    elapsed = float(texts.seconds(interaction.elapsed)) * _MILLISECONDS
    return {
        "startedDateTime": texts.moment(interaction.recorded_at),
        "time": elapsed,
        "request": _request(request, response.version),
        "response": _response(response, error),
        "cache": {},
        "timings": {"send": 0, "wait": elapsed, "receive": 0},
        **({} if error is None else {"_error": _error(error)}),
    }


def _check(request: Request, response: Response, error: NetworkError | None) -> None:
    """Raise ValueError for what would be left out when the archive is read."""
    if not request.url.lower().startswith(("http://", "https://")):
        raise ValueError("an archive holds URLs of http and https")
    if response != Response(0) or error is None:
        heads.status_line(response.status, response.reason)


def _request(request: Request, version: str) -> dict[str, Any]:
    found = {
        "method": request.method,
        "url": request.url,
        "httpVersion": version,
        "cookies": [_pair(part) for line in request.headers.get_all("cookie") for part in line.split(";")],
        "headers": _listed(request.headers),
        "queryString": _parameters(request.url.partition("?")[2]),
        "headersSize": _NOT_KNOWN,
        "bodySize": len(request.body),
    }
    if request.body:
        found["postData"] = _posted(request)
    if not request.complete:
        found["_complete"] = False
    return found


def _posted(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    found: dict[str, Any] = {"mimeType": kind}
    if kind.lower().startswith("application/x-www-form-urlencoded"):
        # With the text beside it, as browsers write it: only that gives back the very same bytes.
        found["params"] = _parameters(request.body.decode("latin-1"))
    found |= contents.shown(request.body, kind)
    return found | {"_encoded": True} if content_codings(request.headers) else found


def _response(response: Response, error: NetworkError | None) -> dict[str, Any]:
    found = {
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": texts.version(response.version),
        "cookies": [_cookie(line) for line in response.headers.get_all("set-cookie")],
        "headers": _listed(response.headers),
        "content": _content(response, is_whole=error is None),
        "redirectURL": response.headers.get("location", ""),
        "headersSize": _NOT_KNOWN,
        "bodySize": len(response.body) if error is None else _NOT_KNOWN,
    }
    if len(response.trailers):
        found["_trailers"] = _listed(response.trailers)
    if response.parts:
        found["_parts"] = list(texts.sizes(response, error is not None))
    return found


def _content(response: Response, *, is_whole: bool) -> dict[str, Any]:
    kind, body = response.headers.get("content-type", "x-unknown"), response.body
    content: bytes | None = body
    if body and content_codings(response.headers):
        # A cut body is not to be read as a whole one.
        content = contents.without_codings(body, response.headers) if is_whole else None
    if content is None:
        return {"size": len(body), "mimeType": kind, **contents.shown(body, kind), "_encoded": True}
    found: dict[str, Any] = {"size": len(content), "mimeType": kind}
    if is_whole:
        found["compression"] = len(content) - len(body)
    return found | contents.shown(content, kind) if content else found


def _error(error: NetworkError) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": error.kind.value, "message": error.message}
    return found if error.errno is None else {**found, "errno": int(error.errno)}


def _listed(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _parameters(query: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)]


def _pair(part: str) -> dict[str, Any]:
    name, _, value = part.partition("=")
    return {"name": name.strip(), "value": value.strip()}


def _cookie(line: str) -> dict[str, Any]:
    """A cookie and its attributes (RFC 6265, section 4.1)."""
    first, *attributes = line.split(";")
    cookie = _pair(first)
    for attribute in map(_pair, attributes):
        name, value = attribute["name"].lower(), attribute["value"]
        if name in ("path", "domain"):
            cookie[name] = value
        elif name in _FLAGS:
            cookie[_FLAGS[name]] = True
        elif name == "expires":
            cookie.update(_expires(value))
    return cookie


_FLAGS = {"httponly": "httpOnly", "secure": "secure"}


def _expires(date: str) -> dict[str, str]:
    try:
        expires = parsedate_to_datetime(date)
        return {"expires": expires.replace(tzinfo=expires.tzinfo or UTC).isoformat()}
    except (ValueError, TypeError, IndexError):
        return {}
