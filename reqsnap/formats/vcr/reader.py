"""VCR.py's interactions -> ours.

What VCR.py's file does not tell is what it replays without: HTTP/1.1, no elapsed time, no
trailers. Its answers are always whole and decode as their header says, or the header goes.
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from reqsnap.content_coding import content_codings, undo
from reqsnap.formats.heads import HTTP_VERSION
from reqsnap.formats.vcr.values import Leaf, Mapping, Node, Sequence, UnreadableError
from reqsnap.model import Headers, Interaction, Request, Response

RECORDED_AT = datetime.fromtimestamp(0, UTC)
"""When all interactions are said to be recorded: VCR.py does not tell, and a date would be a guess."""

_PORTS = {"https": "443", "http": "80"}
_WITHOUT_BODY = (204, 304)


def interactions(root: Node) -> list[Interaction]:
    """The interactions of a file. Raises UnreadableError."""
    items = _need(root, "interactions") if isinstance(root, Mapping) else root
    if isinstance(items, Leaf) and items.value is None:
        return []
    if not isinstance(items, Sequence):
        raise UnreadableError(items.line, "interactions must be a list")
    return [_interaction(item) for item in items.items]


def _interaction(node: Node) -> Interaction:
    request = _request(_need(node, "request"))
    return Interaction(request, _response(_need(node, "response"), request.method), RECORDED_AT)


def _request(node: Node) -> Request:
    method = _text(_need(node, "method"), "method")
    return Request(method, _url(node), _headers(_get(node, "headers")), _body(_get(node, "body")))


def _url(node: Node) -> str:
    found = _get(node, "uri")
    if found is not None:
        return _text(found, "uri")
    # Before version 1.0 of VCR.py.
    scheme, host, port, path = (_text(_need(node, name), name) for name in _PARTS)
    return f"{scheme}://{host}{'' if _PORTS.get(scheme) == port else ':' + port}{path}"


_PARTS = ("protocol", "host", "port", "path")


def _response(node: Node, method: str) -> Response:
    headers, version = _headers(_get(node, "headers")), "HTTP/1.1"
    if _get(node, "status_code") is not None:
        # What VCR.py wrote for httpx up to version 5.
        status, reason = _number(_need(node, "status_code"), "status_code"), ""
        body = _body(_get(node, "content"))
        stated = _get(node, "http_version")
        if stated is not None and HTTP_VERSION.fullmatch(_text(stated, "http_version")):
            version = _text(stated, "http_version")
    else:
        about = _need(node, "status")
        status = _number(_need(about, "code"), "code")
        message = _get(about, "message")
        reason = "" if message is None else _text(message, "message")
        body = _body(_get(node, "body"))
    return Response(status, reason, _true(headers, body, status, method), body, version)


def _true(headers: Headers, body: bytes, status: int, method: str) -> Headers:
    """The header fields, less what the body shows to be untrue.

    A content coding that was undone before the body was recorded, and a length that is not its own.
    """
    codings = content_codings(headers)
    if codings and body:
        undone = undo(body, codings)
        is_text = undone is None and _is_text(body)
        if is_text or (undone is not None and not undone.encoders):
            headers = headers.without("content-encoding")
    stated = headers.get("content-length")
    may_differ = method == "HEAD" or status in _WITHOUT_BODY or status < 200
    if stated is not None and stated != str(len(body)) and not may_differ:
        headers = headers.replaced("content-length", str(len(body)))
    return headers


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _headers(node: Node | None) -> Headers:
    if node is None or (isinstance(node, Leaf) and not node.value):
        return Headers()
    pairs: list[tuple[str, str]] = []
    if isinstance(node, Mapping):
        for name, value in node.entries.items():
            pairs += [(name, each) for each in _values(value)]
    elif isinstance(node, Sequence):
        for item in node.items:
            pairs += _of_list(item)
    else:
        raise UnreadableError(node.line, "headers must be a mapping or a list")
    return Headers(pairs)


def _of_list(item: Node) -> list[tuple[str, str]]:
    """What a list of headers holds: names with their values (tornado), or lines (before version 1.0)."""
    if isinstance(item, Sequence) and len(item.items) == 2:
        name = _text(item.items[0], "the name of a header")
        return [(name, each) for each in _values(item.items[1])]
    name, colon, value = _text(item, "a header").partition(":")
    if not colon:
        raise UnreadableError(item.line, "a header must be written like 'Name: value'")
    return [(name, value.strip())]


def _values(node: Node) -> list[str]:
    if isinstance(node, Sequence):
        return [_text(item, "the value of a header") for item in node.items]
    return [_text(node, "the value of a header")]


def _body(node: Node | None) -> bytes:
    if node is None:
        return b""
    if isinstance(node, Mapping):
        encoded = _get(node, "base64_string")
        return _body(_get(node, "string")) if encoded is None else _decoded(encoded)
    if isinstance(node, Sequence):
        return b"".join(map(_body, node.items))
    if node.value is None:
        return b""
    return node.value if isinstance(node.value, bytes) else _encoded(node)


def _decoded(node: Node) -> bytes:
    try:
        return base64.b64decode(_text(node, "base64_string"))
    except (binascii.Error, ValueError) as error:
        raise UnreadableError(node.line, f"the body is not base64: {error}") from None


def _encoded(node: Leaf) -> bytes:
    try:
        return str(node.value).encode()
    except UnicodeEncodeError:
        raise UnreadableError(node.line, "the body has a character that UTF-8 does not allow") from None


def _need(node: Node, key: str) -> Node:
    found = _get(node, key)
    if found is None:
        raise UnreadableError(node.line, f"it must have the key {key!r}")
    return found


def _get(node: Node, key: str) -> Node | None:
    if not isinstance(node, Mapping):
        raise UnreadableError(node.line, f"it must be a mapping with the key {key!r}")
    return node.entries.get(key)


def _number(node: Node, name: str) -> int:
    text = _text(node, name)
    if not (text.isascii() and text.isdigit() and len(text) == 3):
        raise UnreadableError(node.line, f"{name} must be a status code of three digits, not {text!r}")
    return int(text)


def _text(node: Node, name: str) -> str:
    if not isinstance(node, Leaf) or node.value is None:
        raise UnreadableError(node.line, f"{name} must be text")
    if isinstance(node.value, bytes):
        return node.value.decode("latin-1")
    # What HTTP sends as bytes is text with one character for each; more are in UTF-8 on the wire.
    return node.value if max(node.value, default="") <= "\xff" else node.value.encode().decode("latin-1")
