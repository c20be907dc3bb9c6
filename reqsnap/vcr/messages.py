"""Our requests, responses and interactions <-> those that VCR.py's users are given and give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from reqsnap.errors import ConfigurationError
from reqsnap.formats.fields import by_first_spelling
from reqsnap.message_checks import fitting
from reqsnap.model import Headers, Interaction, Response
from reqsnap.model import Request as Sent
from reqsnap.vcr.request import Request
from reqsnap.vcr.util import read_body

ResponseDict = dict[str, Any]
"""An answer as VCR.py has it: `status` (`code`, `message`), `headers` (lists by name), `body` (`string`)."""

Hook = Callable[[Any], Any]


def to_request(sent: Sent) -> Request:
    """A request as VCR.py's users know it, theirs to change."""
    fields = _first_values(sent.headers)
    has_body = sent.body or any(name.lower() in _FRAMING for name in fields)
    return Request(sent.method, sent.url, sent.body if has_body else None, fields)


_FRAMING = ("content-length", "transfer-encoding")
"""Fields without which a request has no body, not even an empty one (RFC 9112, section 6.3)."""


def from_request(request: Any, sent: Sent | None = None) -> Sent:
    """A request as we know it; where it is one of ours, changed or not, what is unchanged stays as it was.

    Raises ConfigurationError for what is no request.
    """
    if not isinstance(request, Request):
        raise ConfigurationError("request", type(request), "it is a request, as the hooks are given it")
    body = _body(request)
    if sent is None:
        headers = [(name, _field(value)) for name, value in request.headers.items()]
        return Sent(request.method, request.uri, Headers(headers), body)
    headers_now = request.headers
    if dict(headers_now) == _first_values(sent.headers):
        headers_kept = sent.headers
    else:
        headers_kept = _changed(sent.headers, headers_now)
    if (request.method, request.uri, body) == (sent.method, sent.url, sent.body) and (
        headers_kept is sent.headers
    ):
        return sent
    return replace(sent, method=request.method, url=request.uri, headers=headers_kept, body=body)


def to_response(response: Response) -> ResponseDict:
    """An answer as VCR.py's users know it, theirs to change."""
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": by_first_spelling(response.headers),
        "body": {"string": response.body},
    }


def from_response(given: Any, response: Response | None = None) -> Response:
    """An answer as we know it; what is unchanged of `response` stays as it was.

    Raises ConfigurationError for what is no answer.
    """
    old = response or Response(200)
    before = to_response(old) if response is not None else None
    if given == before:
        return old
    try:
        status, reason = int(given["status"]["code"]), given["status"].get("message") or ""
        body = given.get("body") or {}
        content = _content(body.get("string") if isinstance(body, dict) else body)
        listed = given.get("headers") or {}
        same = before is not None and listed == before["headers"]
        headers = old.headers if same else Headers(_pairs(listed))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        allowed = "it has a status with a code, headers and a body, as the hooks are given it"
        raise ConfigurationError("response", type(given), f"{allowed} ({error!r})") from None
    changed = replace(old, status=status, reason=reason, headers=headers, body=content)
    return fitting(changed) if content != old.body else changed


def interaction_of(request: Any, response: Any) -> Interaction:
    """An interaction of what VCR.py's users have. Raises ConfigurationError."""
    return Interaction(from_request(request), from_response(response), datetime.now(UTC))


def _first_values(headers: Headers) -> dict[str, str]:
    """One value by name, as VCR.py keeps of a request."""
    found: dict[str, str] = {}
    spelt: set[str] = set()
    for name, value in headers:
        if name.lower() not in spelt:
            spelt.add(name.lower())
            found[name] = value
    return found


def _changed(headers: Headers, now: Any) -> Headers:
    """The fields as a hook has left them, in their order and with all values of those that it left alone."""
    pairs: list[tuple[str, str]] = []
    left = {name.lower(): (name, _field(value)) for name, value in now.items()}
    firsts = {name.lower(): value for name, value in _first_values(headers).items()}
    for name, value in headers:
        key = name.lower()
        if key in now and firsts[key] == _field(now[key]):
            pairs.append((name, value))
            left.pop(key, None)
        elif key in left:
            pairs.append(left.pop(key))
    return Headers([*pairs, *left.values()])


def _pairs(listed: Any) -> list[tuple[str, str]]:
    return [
        (name, _field(value))
        for name, values in listed.items()
        for value in (values if isinstance(values, list | tuple) else [values])
    ]


def _field(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body(request: Request) -> bytes:
    return _content(read_body(request))


def _content(body: Any) -> bytes:
    if isinstance(body, dict | list):
        # What aiohttp's users gave as `json`, in the cassettes of some versions of VCR.py.
        import json

        return json.dumps(body).encode()
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else bytes(body)
