"""Requests to compare, made short, and whether two of them match."""

from __future__ import annotations

import json
from typing import Any

from reqsnap.matching import Matching
from reqsnap.model import Headers, Request

URL = "https://api.example.com/items"


def post(body: bytes | str, content_type: str = "application/json", url: str = URL) -> Request:
    """A POST of a body."""
    content = body.encode() if isinstance(body, str) else body
    return Request("POST", url, Headers([("Content-Type", content_type)] if content_type else []), content)


def post_json(document: Any) -> Request:
    """A POST of a JSON document."""
    return post(json.dumps(document))


def get(url: str = URL, **headers: str) -> Request:
    """A GET with header fields; `_` in a name stands for `-`."""
    return Request("GET", url, Headers([(name.replace("_", "-"), value) for name, value in headers.items()]))


def same(one: Request, other: Request, matching: Matching | None = None) -> bool:
    """Whether two requests match."""
    chosen = matching or Matching()
    return chosen.key(one) == chosen.key(other)


def upload(boundary: str, *parts: tuple[str, str], line_end: str = "\r\n") -> bytes:
    """A multipart body of parts, each its header lines (divided by `|`) and its content."""
    lines = []
    for head, content in parts:
        lines += [f"--{boundary}", *head.split("|"), "", content]
    return line_end.join([*lines, f"--{boundary}--", ""]).encode("latin-1")
