"""The loopback server that counts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.counter import Counter


@pytest.fixture
def server() -> Iterator[Counter]:
    counter = Counter()
    yield counter
    counter.close()
