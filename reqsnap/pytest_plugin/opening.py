"""A block that is open for a test, a class, a module or a session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from reqsnap.api import use_cassette
from reqsnap.cassette import Cassette
from reqsnap.locations import Location
from reqsnap.pytest_plugin import layout, outcomes, played, saving
from reqsnap.pytest_plugin.asked import Asked
from reqsnap.pytest_plugin.ending import end
from reqsnap.pytest_plugin.options import settings_of


@contextmanager
def open_for(
    node: layout.Node, asked: Asked, config: Mapping[str, Any], directory: Location
) -> Iterator[Cassette]:
    """Have a cassette in force while the body runs, with a marker's options above those of the fixture.

    Raises ConfigurationError for options or a path that cannot be used.
    """
    given, requires_all_played = saving.taken(node.config, {**config, **asked.options})
    options = settings_of(node.config).native(given)
    where = layout.location_of(node, asked.path, directory)
    # By a function, because what a test is called may have braces.
    context = use_cassette(path=lambda _: where, **options)
    cassette = context.__enter__()
    played.mark(cassette)
    try:
        yield cassette
    finally:
        end(context, node)
    if requires_all_played and outcomes.came_to_its_end(node):
        played.check(cassette)
