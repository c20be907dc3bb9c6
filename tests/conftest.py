"""What all tests stand on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import settings

from tests.support.counter import Counter

pytest_plugins = ["pytester"]
"""For tests/pytest_plugin, and here because pytest wants them at the top."""

LONG = ("long_rounds", "eight_threads", "two_hundred_times", "ten_thousand_steps")
"""What the names of tests hold that look for rare faults in many rounds."""

WIDE = frozenset({"conformance", "sdks", "programs"})
"""The folders of tests that show through many clients what others show once."""

settings.register_profile("few", settings.get_profile("ci"), max_examples=25)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `scripts/test` runs once, on one Python and without coverage."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in WIDE or any(word in item.name for word in LONG):
            item.add_marker("once")


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


@pytest.fixture
def server() -> Iterator[Counter]:
    """A loopback server that counts. Folders and modules that need another have one of this name."""
    counter = Counter()
    yield counter
    counter.close()
