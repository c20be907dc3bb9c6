"""The end of a block that was open for a test."""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager
from typing import Any

import pytest

from reqsnap.errors import ReqsnapWarning
from reqsnap.pytest_plugin import outcomes


def end(context: AbstractContextManager[Any], node: pytest.Item | pytest.Collector) -> None:
    """Leave a context with the error that the test has failed with, which pytest keeps to itself.

    What is told on that error then would never be read, because its report was made before:
    it is told as warnings.
    """
    error = outcomes.failure_of(node)
    if error is None:
        context.__exit__(None, None, None)
        return
    known = len(getattr(error, "__notes__", ()))
    context.__exit__(type(error), error, error.__traceback__)
    for note in getattr(error, "__notes__", ())[known:]:
        warnings.warn(ReqsnapWarning(note.removeprefix("reqsnap: ")), stacklevel=2)
