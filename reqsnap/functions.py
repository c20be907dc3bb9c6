"""What kind of function a user gave."""

from __future__ import annotations

import inspect
from typing import Any


def is_asynchronous(function: Any) -> bool:
    """Whether calling something gives a coroutine, which would count as true whatever it says."""
    if not callable(function):
        return False
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)
