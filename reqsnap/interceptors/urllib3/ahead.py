"""What was found out of a pool's attempt before it began, handed on to it where it has to be made.

A decision takes a place in a sequence, so it is made once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from reqsnap.interceptors.http_client.build import Built, Mark
from reqsnap.interceptors.http_client.state import Decision
from reqsnap.recorder import Forward, Recorder


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """The connection that was looked at, the mark of what it builds, the request and the decision, if any."""

    recorder: Recorder
    pool: Any
    conn: Any
    mark: Mark | None
    built: Built | None
    decision: Decision | None


_ahead: ContextVar[Ahead | None] = ContextVar("reqsnap_urllib3_ahead", default=None)


def is_known(pool: Any) -> bool:
    """Whether the pool's next attempt was looked at already."""
    ahead = _ahead.get()
    return ahead is not None and ahead.pool is pool


def taken(pool: Any) -> Ahead | None:
    """What is known of the pool's next attempt, for that attempt alone."""
    ahead = _ahead.get()
    if ahead is None or ahead.pool is not pool:
        return None
    _ahead.set(None)
    return ahead


@contextmanager
def handed_on(ahead: Ahead) -> Iterator[None]:
    """For the call that makes the attempt. What does not come to it was not sent."""
    token = _ahead.set(ahead)
    error: BaseException | None = None
    try:
        yield
    except BaseException as raised:
        error = raised
        raise
    finally:
        if _ahead.get() is ahead and isinstance(ahead.decision, Forward):
            ahead.recorder.failed(ahead.decision, error)
        _ahead.reset(token)
