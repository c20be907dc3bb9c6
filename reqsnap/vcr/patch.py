"""What VCR.py's users import from its `patch`."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import reqsnap


def force_reset() -> AbstractContextManager[Any]:
    """A block in which no cassette is in force: its requests go to the server and are not recorded.

    >>> with force_reset():
    ...     pass
    """
    return reqsnap.use_cassette(mode="live")
