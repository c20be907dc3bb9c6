"""The fixtures behind markers whose cassette several tests share, registered when the first test asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reqsnap.pytest_plugin.shared import Kept, Shared, kept_by


@pytest.fixture(scope="session")
def _reqsnap_kept(pytestconfig: pytest.Config) -> Iterator[Kept]:
    """All cassettes that tests share."""
    kept = kept_by(pytestconfig)
    try:
        yield kept
    finally:
        kept.close()


@pytest.fixture(scope="class")
def _reqsnap_class(request: pytest.FixtureRequest, _reqsnap_kept: Kept) -> Iterator[Shared]:
    """The cassettes of a class whose markers say `scope="class"`."""
    with _reqsnap_kept.shared_by(request.node, request.scope) as shared:
        yield shared


@pytest.fixture(scope="module")
def _reqsnap_module(request: pytest.FixtureRequest, _reqsnap_kept: Kept) -> Iterator[Shared]:
    """The cassettes of a module whose markers say `scope="module"`."""
    with _reqsnap_kept.shared_by(request.node, request.scope) as shared:
        yield shared


@pytest.fixture(scope="session")
def _reqsnap_session(request: pytest.FixtureRequest, _reqsnap_kept: Kept) -> Iterator[Shared]:
    """The cassettes of all tests whose markers say `scope="session"`."""
    with _reqsnap_kept.shared_by(request.node, request.scope) as shared:
        yield shared
