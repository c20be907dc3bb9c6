"""VCR.py's interactions -> ours.

What VCR.py's file does not tell is what it replays without: HTTP/1.1, no elapsed time, no
trailers. Its answers are always whole, and in the content coding that their header names.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlencode

from reqsnap.content_coding import content_codings, encode, undo
from reqsnap.formats.heads import HTTP_VERSION
from reqsnap.formats.vcr.values import Leaf, Mapping, Node, Sequence, UnreadableError
from reqsnap.model import Headers, Interaction, Request, Response

RECORDED_AT = datetime.fromtimestamp(0, UTC)
"""When all interactions are said to be recorded: VCR.py does not tell, and a date would be a guess."""

_PORTS = {"https": "443", "http": "80"}
_WITHOUT_BODY = (204, 304)


def items(root: Node) -> list[Node]:
    """The interactions of a file, not read yet. Raises UnreadableError."""
    found = _need(root, "interactions") if isinstance(root, Mapping) else root
    if isinstance(found, Leaf) and found.value is None:
        return []
    if not isinstance(found, Sequence):
        raise UnreadableError(found.line, "interactions must be a list")
    return found.items


def interaction(node: Node, *, agrees: bool = True) -> Interaction:
    """One of them, whose body `agrees` with its fields, or is as it was recorded. Raises UnreadableError."""
    request, response = _request(_need(node, "request")), _response(_need(node, "response"))
    if agrees:
        headers, body = agreeing(response.headers, response.body, response.status, request.method)
        response = replace(response, headers=headers, body=body)
    return Interaction(request, response, RECORDED_AT)


def sent_url(uri: str) -> str:
    """The URL that was sent for a URI as VCR.py recorded it, which may hold what is never sent.

    That is the user's name and password and a fragment (RFC 9110, sections 4.2.4 and 7.1).

    >>> sent_url("http://ada:secret@example.com/a#b")
    'http://example.com/a'
    """
    if "#" in uri:
        uri = uri.partition("#")[0]
    return _USER.sub("", uri, count=1) if "@" in uri else uri


_USER = re.compile("(?<=://)[^/?]*@")


def text_of(node: Node, name: str) -> str:
    """A leaf as text in which each character stands for a byte. Raises UnreadableError that has the name."""
    if not isinstance(node, Leaf) or node.value is None:
        raise UnreadableError(node.line, f"{name} must be text")
    if isinstance(node.value, bytes):
        return node.value.decode("latin-1")
    if max(node.value, default="") <= "\xff":
        return node.value
    # Such characters are in UTF-8 on the wire, but for bytes that aiohttp could not decode.
    try:
        return node.value.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:
        raise UnreadableError(node.line, f"{name} has a character that UTF-8 does not allow") from None


def _request(node: Node) -> Request:
    method = text_of(_need(node, "method"), "method")
    return Request(method, sent_url(_uri(node)), _headers(_get(node, "headers")), _sent(_get(node, "body")))


def _uri(node: Node) -> str:
    found = _get(node, "uri")
    if found is not None:
        return text_of(found, "uri")
    # Before version 1.0 of VCR.py.
    scheme, host, port, path = (text_of(_need(node, name), name) for name in _PARTS)
    return f"{scheme}://{host}{'' if _PORTS.get(scheme) == port else ':' + port}{path}"


_PARTS = ("protocol", "host", "port", "path")


def _response(node: Node) -> Response:
    headers, version = _headers(_get(node, "headers")), "HTTP/1.1"
    if _get(node, "status_code") is not None:
        # What VCR.py wrote for httpx up to version 5.
        status = _number(_need(node, "status_code"), "status_code")
        reason = _reason(None, status)
        body = _body(_get(node, "content"))
        stated = _get(node, "http_version")
        if stated is not None and HTTP_VERSION.fullmatch(text_of(stated, "http_version")):
            version = text_of(stated, "http_version")
    else:
        about = _need(node, "status")
        status = _number(_need(about, "code"), "code")
        reason = _reason(_get(about, "message"), status)
        body = _body(_get(node, "body"))
    return Response(status, reason, headers, body, version)


def _reason(message: Node | None, status: int) -> str:
    """The reason phrase; where VCR.py recorded none, that of the status code, which httpx then shows."""
    if message is not None and not (isinstance(message, Leaf) and message.value is None):
        return text_of(message, "message")
    return _PHRASES.get(status, "")


_PHRASES = {int(status): status.phrase for status in HTTPStatus}


def agreeing(headers: Headers, body: bytes, status: int, method: str) -> tuple[Headers, bytes]:
    """The fields and the body, made to agree where VCR.py recorded them at different moments.

    Some clients undo a content coding before VCR.py sees the body, and the field that names
    it stays. The body is put into that coding again, or the field goes where that cannot be.
    Of a part (206) nobody can say.
    """
    codings = content_codings(headers)
    if codings and body and status != HTTPStatus.PARTIAL_CONTENT and _was_decoded(body, codings):
        encoded = encode(body, codings)
        if encoded is None:
            headers = headers.without("content-encoding")
        else:
            body = encoded
    stated = headers.get("content-length")
    may_differ = method == "HEAD" or status in _WITHOUT_BODY or status < 200
    if stated is not None and stated != str(len(body)) and not may_differ:
        headers = headers.replaced("content-length", str(len(body)))
    return headers, body


def _was_decoded(body: bytes, codings: tuple[str, ...]) -> bool:
    undone = undo(body, codings)
    return _is_text(body) if undone is None else not undone.encoders


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
        name = text_of(item.items[0], "the name of a header")
        return [(name, each) for each in _values(item.items[1])]
    name, colon, value = text_of(item, "a header").partition(":")
    if not colon:
        raise UnreadableError(item.line, "a header must be written like 'Name: value'")
    return [(name, value.strip())]


def _values(node: Node) -> list[str]:
    if isinstance(node, Sequence):
        return [text_of(item, "the value of a header") for item in node.items]
    return [text_of(node, "the value of a header")]


def _sent(node: Node | None) -> bytes:
    """The body of a request. What aiohttp was given to send was recorded before it was made a body."""
    if isinstance(node, Mapping) and not node.entries.keys() <= _BODY_KEYS:
        return _as_json(node).encode()
    if isinstance(node, Sequence):
        pairs = [_pair(item) for item in node.items]
        if pairs and all(pairs):
            return urlencode([pair for pair in pairs if pair is not None]).encode()
        return _as_json(node).encode()
    return _body(node)


_BODY_KEYS = {"string", "base64_string", "encoding"}


def _pair(node: Node) -> tuple[str, str] | None:
    """A field of a form."""
    if isinstance(node, Sequence) and len(node.items) == 2 and all(isinstance(x, Leaf) for x in node.items):
        name, value = (_body(item).decode("latin-1") for item in node.items)
        return name, value
    return None


def _as_json(node: Node) -> str:
    if isinstance(node, Mapping):
        pairs = [f"{json.dumps(key)}: {_as_json(value)}" for key, value in node.entries.items()]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(node, Sequence):
        return f"[{', '.join(map(_as_json, node.items))}]"
    if node.value is None:
        return "null"
    if isinstance(node.value, bytes):
        return json.dumps(node.value.decode("latin-1"))
    return node.value if node.is_bare else json.dumps(node.value)


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
        return base64.b64decode(text_of(node, "base64_string"))
    except ValueError as error:
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
    text = text_of(node, name)
    if not (text.isascii() and text.isdigit() and len(text) == 3):
        raise UnreadableError(node.line, f"{name} must be a status code of three digits, not {text!r}")
    return int(text)
