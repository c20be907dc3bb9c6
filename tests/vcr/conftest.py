"""The loopback server that counts, and a path for a cassette."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.counter import Counter


@pytest.fixture
def server() -> Iterator[Counter]:
    counter = Counter()
    yield counter
    counter.close()


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "x.yaml")
