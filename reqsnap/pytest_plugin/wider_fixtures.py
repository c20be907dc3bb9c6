"""The fixtures behind markers whose cassette several tests share, registered when the first test asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reqsnap.pytest_plugin.shared import Shared, shared_by


@pytest.fixture(scope="class")
def _reqsnap_class(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """The cassettes of a class whose markers say `scope="class"`."""
    with shared_by(request.node, request.scope) as shared:
        yield shared


@pytest.fixture(scope="module")
def _reqsnap_module(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """The cassettes of a module whose markers say `scope="module"`."""
    with shared_by(request.node, request.scope) as shared:
        yield shared


@pytest.fixture(scope="session")
def _reqsnap_session(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """The cassettes of all tests whose markers say `scope="session"`."""
    with shared_by(request.node, request.scope) as shared:
        yield shared
