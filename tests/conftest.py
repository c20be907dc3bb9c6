"""What all tests stand on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest
from hypothesis import settings

settings.register_profile("few", settings.get_profile("ci"), max_examples=25)


@pytest.fixture(autouse=True, scope="session")
def _programs_take_what_is_typed() -> Iterator[None]:
    """What a shell has ignored in the background, Ctrl-C, or under nohup, would be in every program."""
    typed = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
    ignored = [number for number in typed if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        # One that is handled here is as always in a program that is started.
        signal.signal(number, _ignored if number == signal.SIGHUP else signal.default_int_handler)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


def _ignored(number: int, frame: FrameType | None) -> None:
    """Leave the tests themselves alone."""
