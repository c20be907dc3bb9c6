"""Live requests made ready for matching, and remembered, since programs repeat themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from reqsnap.matching import Matching
from reqsnap.memo import Memo
from reqsnap.model import Request
from reqsnap.redaction import Rules
from reqsnap.sequences.entries import Prepared, prepare

Prepare = Callable[[Request], Prepared]
"""Redacts a request and works out its key."""


def preparing(rules: Rules, matching: Matching) -> Prepare:
    """What prepares the requests of a block: for all blocks of the same rules the same.

    What functions of the user's make of a request may be something else in the next block.
    """
    if matching.normalize_query is not None or matching.normalize_body is not None:
        return _preparing(rules, matching)
    try:
        return _shared(rules, matching)
    except TypeError:
        # A matcher of the user's has no hash.
        return _preparing(rules, matching)


def _preparing(rules: Rules, matching: Matching) -> Prepare:
    prepared: Memo[Prepared] = Memo()
    latest: Memo[tuple[Request, Prepared]] = Memo()

    def remembered(request: Request) -> Prepared:
        known = latest.get(request.url)
        if known is not None and known[0] is request:
            # The very one that an interceptor has kept.
            return known[1]
        content = request.method, request.url, request.headers.pairs, request.body
        found = prepared.get(content)
        if found is None:
            found = prepare(request, rules, matching)
            prepared.keep(content, found, len(request.body))
        latest.keep(request.url, (request, found), len(request.body))
        return found

    return remembered


_shared = lru_cache(maxsize=16)(_preparing)
