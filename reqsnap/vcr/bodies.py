"""What VCR.py's matcher `body` compares: the meaning of a body by the fields of its request."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from reqsnap.vcr.util import is_iterator, joined

MAX_DIFF_LINES = 20
MAX_DIFF_LINE_LENGTH = 200

Transformer = Callable[[Any], Any]


def _holds(value: str, name: str = "Content-Type") -> Callable[[Mapping[str, Any]], bool]:
    def check(headers: Mapping[str, Any]) -> bool:
        found = headers.get(name, "")
        text = found.decode("utf-8") if isinstance(found, bytes) else found
        return value in text.lower()

    return check


_is_xml, _is_xmlrpc = _holds("text/xml"), _holds("xmlrpc", "User-Agent")


def _is_call(request: Any) -> bool:
    """Whether the fields are those of an XML-RPC call; takes a request, or the fields themselves."""
    headers = getattr(request, "headers", request)
    return _is_xml(headers) and _is_xmlrpc(headers)


def _form(body: Any) -> Any:
    return None if body is None else parse_qs(body.decode("ascii"))


def _json(body: Any) -> Any:
    return json.loads(body) if body else None


def _call(body: Any) -> Any:
    if body is None:
        return None
    # Here, because it loads http.client, and hardly anybody sends XML-RPC.
    import xmlrpc.client

    return xmlrpc.client.loads(body)


def dechunked(body: Any) -> Any:
    """A body without the framing of chunks (RFC 9112, section 7.1), where it has any.

    Raises ValueError for framing that is broken off.

    >>> dechunked(b"3\\r\\nabc\\r\\n0\\r\\n\\r\\n"), dechunked(b"abc")
    (b'abc', b'abc')
    """
    if isinstance(body, str):
        body = body.encode()
    elif isinstance(body, bytearray) or is_iterator(body) or isinstance(body, list):
        body = (bytes(body) if isinstance(body, bytearray) else joined(body)) or None
    if not isinstance(body, bytes) or _size_at(body, 0) is None:
        return body
    pieces: list[bytes] = []
    start = 0
    while (found := _size_at(body, start)) is not None:
        size, start = found
        if not size:
            return b"".join(pieces)
        pieces.append(body[start : start + size])
        start += size + 2
        if body[start - 2 : start] != b"\r\n":
            break
    raise ValueError("the body is not chunked as its Transfer-Encoding says")


def _size_at(body: bytes, start: int) -> tuple[int, int] | None:
    """The size of a chunk whose line begins here, and where its content begins; None where none does."""
    end = body.find(b"\r\n", start, start + 18)
    digits = body[start:end] if end > start else b""
    if not digits or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
        return None
    return int(digits, 16), end + 2


checker_transformer_pairs: tuple[tuple[Callable[[Any], bool], Transformer], ...] = (
    (_holds("chunked", "Transfer-Encoding"), dechunked),
    (_holds("application/x-www-form-urlencoded"), _form),
    (_holds("application/json"), _json),
    (_is_call, _call),
)


def transformers_of(request: Any) -> list[Transformer]:
    """What the body of a request is read with."""
    return [transformer for checks, transformer in checker_transformer_pairs if checks(request.headers)]


def meaning(live: Any, recorded: Any, transformers: Sequence[Transformer]) -> tuple[Any, Any]:
    """Both bodies as what they mean; as they are where one cannot be read."""
    found = live, recorded
    try:
        for transform in transformers:
            found = transform(found[0]), transform(found[1])
    except Exception as error:
        if not _is_unreadable(error):
            raise
        return live, recorded
    return found


def _is_unreadable(error: Exception) -> bool:
    # expat's error has no base of its own, and importing it is for who sends XML.
    return isinstance(error, ValueError) or type(error).__name__ == "ExpatError"


def body_diff(live: Any, recorded: Any) -> str:
    """How two bodies differ, in lines; of what is no text, in sizes."""
    now, then = _text(live), _text(recorded)
    if now is None or then is None or now == then:
        return f"the bodies differ ({_size(live)} in this request, {_size(recorded)} recorded)"
    lines = list(
        difflib.unified_diff(
            then.splitlines(), now.splitlines(), "recorded", "this request", n=1, lineterm=""
        )
    )
    shown = [_cut(line) for line in lines[:MAX_DIFF_LINES]]
    if len(lines) > MAX_DIFF_LINES:
        shown.append(f"… ({len(lines) - MAX_DIFF_LINES} more lines)")
    return "\n".join(shown)


def _cut(line: str) -> str:
    return line if len(line) <= MAX_DIFF_LINE_LENGTH else f"{line[:MAX_DIFF_LINE_LENGTH]}…"


def _text(body: Any) -> str | None:
    if body is None or isinstance(body, str):
        return body or ""
    if isinstance(body, bytes | bytearray):
        try:
            return body.decode()
        except UnicodeDecodeError:
            return None
    return json.dumps(body, indent=2, sort_keys=True, default=str)


def _size(body: Any) -> str:
    if body is None:
        return "no body"
    return f"{len(body)} bytes" if hasattr(body, "__len__") else type(body).__name__
