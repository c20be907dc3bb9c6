"""What the conformance tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.laboratory import Laboratory, open_laboratory


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The servers and proxies, started once."""
    with open_laboratory(tmp_path_factory.mktemp("laboratory")) as laboratory:
        yield laboratory
