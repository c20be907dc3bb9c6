"""A refused request as VCR.py's users catch it."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from reqsnap.errors import UnmatchedRequestError
from reqsnap.vcr.errors import CannotOverwriteExistingCassetteException
from reqsnap.vcr.messages import to_request

_in_force: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
"""The cassettes of VCR.py's kind by ours."""


def knows(ours: Any, cassette: Any) -> None:
    """What one of our cassettes refuses, this one of VCR.py's kind refuses."""
    _in_force[ours] = cassette


def refusal(error: UnmatchedRequestError, ours: Any) -> UnmatchedRequestError:
    """The error that the program sees."""
    cassette = _in_force.get(ours)
    if cassette is None:
        return error
    found = CannotOverwriteExistingCassetteException(
        cassette=cassette, failed_request=to_request(error.request), nearest=error.nearest
    )
    found.advice = error.advice
    return found
