"""Whether a live request may be one whose record shows only part of what was sent."""

from __future__ import annotations

import re
from collections.abc import Hashable

from reqsnap.matching import Matching
from reqsnap.model import Request
from reqsnap.redaction import PLACEHOLDER


def resembles(matching: Matching, live: Request, recorded: Request) -> bool:
    """Whether a request may be the recorded one where the record shows only part of it.

    A body is partial where the server answered before all of it was sent. A place is
    hidden where a value known only from the answer was redacted in the request.
    """
    then = matching.target_key(recorded.method, recorded.url)
    now = matching.target_key(live.method, live.url)
    if now != then and not _fits(_text(then), _text(now)):
        return False
    if not matching.matches_body:
        return True
    if not recorded.complete:
        return now == then and live.body.startswith(recorded.body)
    return _fits(_text(matching.bodies(recorded)), _text(matching.bodies(live)))


_BETWEEN = "\x1f"


def _text(compared: Hashable) -> str:
    """All that is compared, one text after the other."""
    if isinstance(compared, bytes):
        return compared.decode("latin-1")
    if isinstance(compared, tuple):
        return _BETWEEN.join(map(_text, compared))
    return str(compared)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text is another in which placeholders stand for anything."""
    if pattern == text:
        return True
    if PLACEHOLDER not in pattern:
        return False
    # A value never holds the delimiters around it, in a URL, a form or canonical JSON.
    expression = r'[^"&<>\s\x1f]+?'.join(map(re.escape, pattern.split(PLACEHOLDER)))
    return re.fullmatch(expression, text) is not None
