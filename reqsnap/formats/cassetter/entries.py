"""One interaction as the plain values that YAML and TOML say alike. Functions raise ValueError."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reqsnap.formats import heads
from reqsnap.formats.cassetter import plain_json
from reqsnap.formats.fields import by_lower_name
from reqsnap.formats.json_values import Number
from reqsnap.formats.native import texts
from reqsnap.formats.unwritable import check_whole
from reqsnap.formats.vcr.reader import agreeing, sent_url
from reqsnap.model import Headers, Interaction, Request, Response

Entry = dict[str, Any]

_KINDS = ("json", "text", "binary", "none")
_KNOWN = frozenset({"version", "interactions"})


def entries(root: Any) -> list[Any]:
    """The interactions of a file."""
    if not isinstance(root, dict):
        raise ValueError("the file must be a mapping with version and interactions")
    if str(root.get("version")) != "1":
        raise ValueError(f"its version is {root.get('version')}, and only 1 is known")
    others = [name for name, value in root.items() if name not in _KNOWN and value]
    if others:
        raise ValueError(f"it holds {', '.join(others)}, which are no HTTP exchanges and would be lost")
    found = root.get("interactions", [])
    if not isinstance(found, list):
        raise ValueError("interactions must be a list")
    return found


def target(entry: Any) -> tuple[str, str]:
    """The method and the URL that an interaction answers."""
    request = _mapping(_mapping(entry, "an interaction").get("request"), "request")
    return _text(request.get("method"), "method"), sent_url(_octets(_text(request.get("uri"), "uri")))


def interaction(entry: Entry) -> Interaction:
    """An interaction."""
    method, url = target(entry)
    sent, received = entry["request"], _mapping(entry.get("response"), "response")
    status = received.get("status")
    if not isinstance(status, Number | int) or not str(status).isdecimal():
        raise ValueError("status must be a number from 100 to 999")
    heads.status_line(int(status), "")
    headers, body = agreeing(
        _headers(received.get("headers")), _body(received.get("body")), int(status), method
    )
    return Interaction(
        Request(method, url, _headers(sent.get("headers")), _body(sent.get("body"))),
        Response(int(status), "", headers, body),
        _moment(entry.get("recorded_at")),
    )


def entry(interaction: Interaction) -> Entry:
    """What is written for an interaction."""
    request, response = interaction.request, interaction.response
    check_whole(interaction, "cassetter's cassettes hold")
    return {
        "request": {
            "method": request.method,
            "uri": request.url,
            "headers": by_lower_name(request.headers),
            "body": _as_body(request.body),
        },
        "response": {
            "status": Number(response.status),
            "headers": by_lower_name(response.headers),
            "body": _as_body(response.body),
        },
        "recorded_at": texts.moment(interaction.recorded_at),
    }


def _mapping(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be a mapping")
    return value


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or isinstance(value, Number):
        raise ValueError(f"{name} must be text")
    return value


def _octets(text: str) -> str:
    """Text of a head, one character for each byte; text with others was UTF-8 on the wire."""
    return text if max(text, default="") <= "\xff" else text.encode().decode("latin-1")


def _headers(value: Any) -> Headers:
    pairs: list[tuple[str, str]] = []
    for name, lines in _mapping(value or {}, "headers").items():
        for line in lines if isinstance(lines, list) else [lines]:
            pairs.append((_octets(name), _octets(_text(line, f"the header {name}"))))
    return Headers(pairs)


def _body(value: Any) -> bytes:
    about = _mapping(value or {"type": "none"}, "body")
    kind, content = about.get("type"), about.get("content")
    if kind not in _KINDS:
        raise ValueError(f"the type of a body is one of {', '.join(_KINDS)}, not {kind}")
    if kind == "json":
        return plain_json.dumped(content).encode()
    if kind == "none":
        return b""
    text = _text(content, "content")
    return text.encode() if kind == "text" else bytes.fromhex(text)


def _moment(value: Any) -> datetime:
    if value is None:
        return datetime.fromtimestamp(0, UTC)
    found = datetime.fromisoformat(_text(value, "recorded_at"))
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _as_body(body: bytes) -> dict[str, Any]:
    if not body:
        return {"type": "none"}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"type": "binary", "content": body.hex()}
    try:
        return {"type": "json", "content": plain_json.parsed(text)}
    except ValueError:
        return {"type": "text", "content": text}
