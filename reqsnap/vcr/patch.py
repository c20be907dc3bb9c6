"""What VCR.py's users import from its `patch`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import reqsnap
from reqsnap.vcr.checks import PATCHER_NAMES, check

__all__ = ["PATCHER_NAMES", "force_reset", "validate_skip_patchers"]


def force_reset() -> AbstractContextManager[Any]:
    """A block in which no cassette is in force: its requests go to the server and are not recorded.

    >>> with force_reset():
    ...     pass
    """
    return reqsnap.use_cassette(mode="live")


def validate_skip_patchers(skip_patchers: Iterable[str]) -> tuple[str, ...]:
    """The names of the clients to leave alone. Raises ConfigurationError for one that is none."""
    check({"skip_patchers": skip_patchers})
    return tuple(skip_patchers)
