"""The native fixtures: `reqsnap`, and what a suite may override to change what it does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reqsnap.cassette import Cassette


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
    from reqsnap.pytest_plugin.asked import asked

    wider = asked(request.node).scope
    if wider != "function":
        yield request.getfixturevalue(f"_reqsnap_{wider}")
    else:
        yield from _opened(request)


@pytest.fixture(scope="class")
def _reqsnap_class(request: pytest.FixtureRequest) -> Iterator[Cassette]:
    """The one cassette of a class whose marker says `scope="class"`."""
    yield from _opened(request)


@pytest.fixture(scope="module")
def _reqsnap_module(request: pytest.FixtureRequest) -> Iterator[Cassette]:
    """The one cassette of a module whose marker says `scope="module"`."""
    yield from _opened(request)


@pytest.fixture(scope="session")
def _reqsnap_session(request: pytest.FixtureRequest) -> Iterator[Cassette]:
    """The one cassette of all tests whose marker says `scope="session"`."""
    yield from _opened(request)


def _opened(request: pytest.FixtureRequest) -> Iterator[Cassette]:
    # Here, because it loads what suites without a cassette have no use for.
    from reqsnap.pytest_plugin.asked import asked
    from reqsnap.pytest_plugin.layout import below, beside
    from reqsnap.pytest_plugin.opening import open_for

    config = request.getfixturevalue("reqsnap_config")
    directory = request.getfixturevalue("reqsnap_cassette_dir")
    node = request.node
    folder = beside(node) if directory is None else below(request.config.rootpath, directory)
    with open_for(node, asked(node), config, folder) as cassette:
        yield cassette
