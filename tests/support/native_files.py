"""Cassette files, and what they hold, for the tests of the format."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from reqsnap.formats import native
from reqsnap.model import Headers, Interaction, Request, Response

AT = datetime(2026, 11, 22, 1, 2, 3, 456000, UTC)

PLAIN = Interaction(
    Request("POST", "http://h/items?page=1", Headers([("Accept", "*/*"), ("Empty", "")]), b'{"name":"Ada"}'),
    Response(201, "Created", Headers([("Content-Type", "text/plain")]), b"  one\n\ttwo\n\n", parts=(6, 6)),
    AT,
    0.25,
)
ODD = Interaction(
    Request("GET", "http://h/", Headers([("Folded", "a\r\n b"), ("a:b", "c")]), b"half", complete=False),
    Response(
        200,
        "",
        Headers([("Name", "é✓".encode().decode("latin-1"))]),
        b"one\r\n two",
        "HTTP/1.0",
        Headers([("Trailer", "x")]),
    ),
    AT,
    1.5,
)
BINARY = Interaction(Request("GET", "http://h/image"), Response(200, "OK", body=bytes(range(256))), AT)

TEXT = """\
reqsnap: 1
interactions:
- request:
    head: |-
      POST http://h/items?page=1
      Accept: */*
      Empty:
    json: compact
    body: |-
      {
        "name":"Ada"
      }
  response:
    head: |-
      201 Created
      Content-Type: text/plain
    parts: 6 6
    body: |2+
        one
      \ttwo

    elapsed: 0.25
  recorded_at: 2026-11-22T01:02:03.456Z
# end
"""


def edited(old: str, new: str) -> bytes:
    """The file with one text in it replaced."""
    assert old in TEXT
    return TEXT.replace(old, new, 1).encode()


def exchange(
    body: bytes = b"",
    *,
    fields: tuple[tuple[str, str], ...] = (),
    sent: Request | None = None,
    **others: Any,
) -> Interaction:
    """An interaction of which only the named things are out of the ordinary."""
    response = Response(200, "OK", Headers(fields), body, **others)
    return Interaction(sent or Request("GET", "http://h/"), response, AT)


def written(interaction: Interaction) -> str:
    """The text of its response, once it is shown that the whole comes back."""
    data = native.dump([interaction])
    assert native.load(data) == [interaction]
    text = data.decode()
    return text[text.index("  response:\n") + 12 : text.index("    elapsed: ")]
