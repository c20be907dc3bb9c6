"""Tells a recorder of an exchange that came whole, as it was read off the wire."""

from __future__ import annotations

from collections.abc import Callable

from reqsnap.interceptors.http1 import Answer
from reqsnap.model import Request
from reqsnap.recorder import Forward, Recorder


def tell_whole(recorder: Recorder, forward: Forward, request: Callable[[], Request], answer: Answer) -> None:
    """`request` reads what was sent. Where that is no HTTP, the exchange counts as one that failed."""
    try:
        sent = request()
    except ValueError as error:
        recorder.failed(forward, error)
    else:
        recorder.after(forward, sent, answer.response())
