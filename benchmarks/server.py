"""The loopback server that the cassettes are recorded from: answers of 300 bytes of JSON."""

from __future__ import annotations

import json

from reqsnap.cli.loopback import LoopbackHandler, LoopbackServer

SIZE = 300
FIELDS = (
    ("Cache-Control", "max-age=0, private, must-revalidate"),
    ("ETag", 'W/"7f8a0c52"'),
    ("Vary", "Accept, Accept-Encoding"),
    ("X-RateLimit-Remaining", "4999"),
)


def target(number: int) -> str:
    """The target of an item."""
    return f"/v1/items/{number}?page=1"


def number_of(path: str) -> int:
    """The number of the item at a target."""
    return int(path.partition("?")[0].rpartition("/")[2])


def item(number: int) -> dict[str, object]:
    """An item, whose JSON has exactly 300 bytes."""
    value = {"id": number, "name": f"item {number}", "tags": ["a", "b"], "price": 12.5, "text": ""}
    return value | {"text": "x" * (SIZE - len(json.dumps(value)))}


class _Handler(LoopbackHandler):
    def do_GET(self) -> None:
        """Answer with the item."""
        self.answer_json(200, item(number_of(self.path)), *FIELDS)


def serving() -> LoopbackServer:
    """The server, for a `with` block; its `url` is what every target is added to."""
    return LoopbackServer(_Handler)
