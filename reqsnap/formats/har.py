"""HAR 1.2, the HTTP archives of browsers and proxies, read and written.

An archive holds what a browser shows: bodies without their content coding, and for HTTP/2
fields that never stood in a head. Both are read as what a client would have received.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from reqsnap.errors import CassetteFormatError, CassetteWriteError
from reqsnap.formats.heads import HTTP_VERSION
from reqsnap.model import Headers, Interaction, Request, Response

_CREATOR = {"name": "reqsnap", "version": "1"}
_MILLISECONDS = 1000.0
_WITHOUT_BODY = (204, 304)


# Reading


def load(data: bytes, path: str | None = None) -> list[Interaction]:
    """The interactions of an archive, in the order in which they started. Raises CassetteFormatError.

    `path` is only named in errors. Entries without an answer, which browsers keep of what
    was blocked or broken off, are left out.
    """
    try:
        document = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise CassetteFormatError(path, line, f"it is not valid JSON ({error})") from None
    found = []
    for number, entry in enumerate(_entries(document, path), start=1):
        try:
            if entry["response"].get("status"):
                found.append(_interaction(entry))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"entry {number} is none of HAR 1.2 ({type(error).__name__}: {error})"
            raise CassetteFormatError(path, _line(data, number), reason) from None
    return sorted(found, key=lambda interaction: interaction.recorded_at)


def _entries(document: Any, path: str | None) -> Sequence[Any]:
    try:
        entries = document["log"]["entries"]
    except (KeyError, TypeError):
        entries = None
    if not isinstance(entries, list):
        raise CassetteFormatError(path, 1, "it is no HAR archive, which holds a list 'entries' in 'log'")
    return entries


def _line(data: bytes, number: int) -> int:
    """The line on which an entry begins, as far as archives are laid out: where its start time stands."""
    place = -1
    for _ in range(number):
        place = data.find(b'"startedDateTime"', place + 1)
        if place < 0:
            return 1
    return data.count(b"\n", 0, place) + 1


def _interaction(entry: Any) -> Interaction:
    started = datetime.fromisoformat(entry["startedDateTime"])
    moment = (started if started.tzinfo else started.replace(tzinfo=UTC)).astimezone(UTC)
    elapsed = max(float(entry.get("time") or 0.0), 0.0) / _MILLISECONDS
    request = _request(entry["request"])
    return Interaction(request, _response(entry["response"], request.method), moment, elapsed)


def _request(about: Any) -> Request:
    posted = about.get("postData") or {}
    body = _bytes(posted)
    if not body and posted.get("params"):
        body = urlencode([(each["name"], each.get("value") or "") for each in posted["params"]]).encode()
    return Request(_text(about["method"]), _text(about["url"]), _headers(about.get("headers")), body)


def _response(about: Any, method: str) -> Response:
    body = _bytes(about.get("content") or {})
    headers = _headers(about.get("headers")).without("content-encoding")
    stated, status = headers.get("content-length"), int(about["status"])
    if stated is not None and method != "HEAD" and status not in _WITHOUT_BODY:
        headers = headers.replaced("content-length", str(len(body)))
    return Response(status, _text(about.get("statusText") or ""), headers, body, _version(about))


def _version(about: Any) -> str:
    stated = str(about.get("httpVersion") or "").upper().replace("H2", "HTTP/2").replace("H3", "HTTP/3")
    return stated if HTTP_VERSION.fullmatch(stated) else "HTTP/1.1"


def _headers(listed: Any) -> Headers:
    """The fields of a head; the pseudo-fields of HTTP/2 (RFC 9113, section 8.3) are none."""
    return Headers(
        [
            (_text(each["name"]), _text(each["value"]))
            for each in listed or ()
            if not each["name"].startswith(":")
        ]
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    # What HTTP sends as bytes is text with one character for each; more are in UTF-8 on the wire.
    return value if max(value, default="") <= "\xff" else value.encode().decode("latin-1")


def _bytes(content: Any) -> bytes:
    text = content.get("text") or ""
    if content.get("encoding") != "base64":
        return str(text).encode()
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise ValueError(f"a body is not base64: {error}") from None


# Writing


def dump(interactions: Iterable[Interaction]) -> bytes:
    """The bytes of an archive. Raises CassetteWriteError for a network error, which it cannot hold."""
    log = {"version": "1.2", "creator": _CREATOR, "entries": [_entry(each) for each in interactions]}
    return (json.dumps({"log": log}, indent=2) + "\n").encode()


def _entry(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    if interaction.error is not None:
        reason = f"{request.method} {request.url} cannot be written: an archive holds no network errors"
        raise CassetteWriteError(reason, None)
    elapsed = interaction.elapsed * _MILLISECONDS
    return {
        "startedDateTime": interaction.recorded_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "time": elapsed,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": response.version,
            "cookies": _cookies(request.headers.get_all("cookie")),
            "headers": _listed(request.headers),
            "queryString": _parameters(urlsplit(request.url).query),
            **_post_data(request),
            "headersSize": -1,
            "bodySize": len(request.body),
        },
        "response": {
            "status": response.status,
            "statusText": response.reason,
            "httpVersion": response.version,
            "cookies": _cookies(response.headers.get_all("set-cookie")),
            "headers": _listed(response.headers),
            "content": _content(response),
            "redirectURL": response.headers.get("location", ""),
            "headersSize": -1,
            "bodySize": len(response.body),
        },
        "cache": {},
        "timings": {"send": 0, "wait": elapsed, "receive": 0},
    }


def _listed(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _parameters(query: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in parse_qsl(query, keep_blank_values=True)]


def _cookies(lines: Iterable[str]) -> list[dict[str, str]]:
    pairs = [part.partition("=") for line in lines for part in line.split(";", 1)[:1]]
    return [{"name": name.strip(), "value": value.strip()} for name, _, value in pairs]


def _post_data(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    return {
        "postData": {"mimeType": request.headers.get("content-type", ""), **_text_or_base64(request.body)}
    }


def _content(response: Response) -> dict[str, Any]:
    kind = response.headers.get("content-type", "x-unknown")
    return {"size": len(response.body), "mimeType": kind, **_text_or_base64(response.body)}


def _text_or_base64(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode("ascii"), "encoding": "base64"}
