"""A block that is open for a test, a class, a module or a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from reqsnap.api import use_cassette
from reqsnap.cassette import Cassette
from reqsnap.locations import Location
from reqsnap.pytest_plugin import layout
from reqsnap.pytest_plugin.ending import end
from reqsnap.pytest_plugin.markers import Asked
from reqsnap.pytest_plugin.options import settings_of


@contextmanager
def open_for(
    node: layout.Node, asked: Asked, config: Mapping[str, Any], directory: Location
) -> Iterator[Cassette]:
    """Have a cassette in force while the body runs, with a marker's options above those of the fixture.

    Raises ConfigurationError for options or a path that cannot be used.
    """
    options = settings_of(node.config).native({**config, **asked.options})
    where = layout.location_of(node, asked.path, directory)
    # By a function, because what a test is called may have braces.
    context = use_cassette(path=lambda _: where, **options)
    cassette = context.__enter__()
    try:
        yield cassette
    finally:
        end(context, node)
