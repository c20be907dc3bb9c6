"""The native fixtures: `reqsnap`, and what a suite may override to change what it does.

With the hook that gives tests fixtures: pytest looks at every name of each plugin that is registered, so
that there is one for both. It is registered before any conftest.py, whose hooks are called earlier and
may add markers.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from reqsnap.pytest_plugin.markers import marked, note_collected

if TYPE_CHECKING:
    from reqsnap.cassette import Cassette
    from reqsnap.pytest_plugin.shared import Shared


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Have a test set up with the fixtures that its markers ask for."""
    marked(item.config).ask(item)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Note all tests, before any is left out of this run."""
    note_collected(config, items)
    return (yield)


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
    shared = None if given.scope == "function" else _shared(request, given.scope)
    config = request.getfixturevalue("reqsnap_config")
    directory = request.getfixturevalue("reqsnap_cassette_dir")
    node = item if shared is None else shared.node
    folder = beside(node) if directory is None else below(request.config.rootpath, directory)
    with open_for(item, given, config, folder, shared) as cassette:
        yield cassette


def _shared(request: pytest.FixtureRequest, scope: str) -> Shared:
    from reqsnap.pytest_plugin import wider_fixtures

    plugins = request.config.pluginmanager
    if not plugins.is_registered(wider_fixtures):
        plugins.register(wider_fixtures, "reqsnap_wider_fixtures")
    found: Shared = request.getfixturevalue(f"_reqsnap_{scope}")
    return found
