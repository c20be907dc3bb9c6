"""Cassettes for the tests of the commands that show and check them."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

from reqsnap.formats import native
from reqsnap.model import ErrorKind, Headers, Interaction, NetworkError, Request, Response
from tests.support.native_files import AT

JSON = ("Content-Type", "application/json")
SECRET = "tok-5f2b91c7d3e84a06"

LIST = Interaction(
    Request("GET", "https://api.example.com/items", Headers([("Accept", "*/*")])),
    Response(
        200, "OK", Headers([JSON, ("Content-Encoding", "gzip")]), gzip.compress(b'[{"id": 1}]', mtime=0)
    ),
    AT,
    0.02,
)
LOGIN = Interaction(
    Request(
        "POST",
        "https://api.example.com/login",
        Headers([("Authorization", f"Bearer {SECRET}")]),
        b'{"user":"ada"}',
    ),
    Response(200, "OK", Headers([JSON]), f'{{"access_token":"{SECRET}"}}'.encode()),
    AT,
    0.04,
)
IMAGE = Interaction(
    Request("GET", "https://cdn.example.com/logo.png"),
    Response(404, "Not Found", Headers([("Content-Type", "image/png")]), b"\x89PNG\0\x1b[2J" * 4),
    AT,
)
DOWN = Interaction(
    Request("GET", "https://down.example.com/"),
    Response(0),
    AT,
    error=NetworkError(ErrorKind.REFUSED, "Connection refused", 111),
)


def write(path: Path, interactions: Iterable[Interaction]) -> Path:
    """Write a cassette as it is, secrets included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(native.dump(interactions))
    return path


def tear(path: Path) -> int:
    """Leave a cassette as a process does that is killed in an addition; the line where it is torn."""
    data = path.read_bytes()
    path.write_bytes(data[:-40])
    return data[: data.rindex(b"- request:")].count(b"\n") + 1
