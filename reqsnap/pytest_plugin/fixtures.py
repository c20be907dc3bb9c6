"""The native fixtures: `reqsnap`, and what a suite may override to change what it does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reqsnap.cassette import Cassette
    from reqsnap.pytest_plugin.shared import Shared


@pytest.fixture(scope="session")
def reqsnap_config() -> dict[str, Any]:
    """Options of `use_cassette` for every cassette of the plugin. Override it, in any scope, to give some."""
    return {}


@pytest.fixture(scope="session")
def reqsnap_cassette_dir() -> str | os.PathLike[str] | None:
    """The folder of the cassettes; None, unless it is overridden, for `cassettes` beside each test's file."""
    return None


@pytest.fixture
def reqsnap(request: pytest.FixtureRequest) -> Iterator[Cassette]:
    """The cassette of a test, in force while it runs. The marker `reqsnap` gives it a path and options."""
    # Here, because it loads what suites without a cassette have no use for.
    from reqsnap.pytest_plugin.asked import asked
    from reqsnap.pytest_plugin.layout import below, beside
    from reqsnap.pytest_plugin.opening import open_for

    item = request.node
    given = asked(item)
    shared = None if given.scope == "function" else request.getfixturevalue(f"_reqsnap_{given.scope}")
    config = request.getfixturevalue("reqsnap_config")
    directory = request.getfixturevalue("reqsnap_cassette_dir")
    node = item if shared is None else shared.node
    folder = beside(node) if directory is None else below(request.config.rootpath, directory)
    with open_for(item, given, config, folder, shared) as cassette:
        yield cassette


@pytest.fixture(scope="class")
def _reqsnap_class(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """The cassettes of a class whose markers say `scope="class"`."""
    yield from _shared(request)


@pytest.fixture(scope="module")
def _reqsnap_module(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """The cassettes of a module whose markers say `scope="module"`."""
    yield from _shared(request)


@pytest.fixture(scope="session")
def _reqsnap_session(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """The cassettes of all tests whose markers say `scope="session"`."""
    yield from _shared(request)


def _shared(request: pytest.FixtureRequest) -> Iterator[Shared]:
    from reqsnap.pytest_plugin.shared import shared_by

    with shared_by(request.node) as shared:
        yield shared
