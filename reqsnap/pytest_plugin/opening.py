"""The block that is open for a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from reqsnap.api import use_cassette
from reqsnap.cassette import Cassette
from reqsnap.locations import Location
from reqsnap.modes import Mode
from reqsnap.pytest_plugin import layout, outcomes, played, saving
from reqsnap.pytest_plugin.asked import Asked
from reqsnap.pytest_plugin.ending import end
from reqsnap.pytest_plugin.options import settings_of
from reqsnap.pytest_plugin.replaced import warn_of_another, warn_of_namesake
from reqsnap.pytest_plugin.shared import Shared


@contextmanager
def open_for(
    item: pytest.Item, asked: Asked, config: Mapping[str, Any], directory: Location, shared: Shared | None
) -> Iterator[Cassette]:
    """Have a cassette in force while the body runs, with a marker's options above those of the fixture.

    `shared` is given where other tests have it too. Raises ConfigurationError for options or a path
    that cannot be used, and for options that are not those of the others.
    """
    given, requires_all_played = saving.taken(item.config, {**config, **asked.options})
    options = settings_of(item.config).native(given)
    where = layout.location_of(item if shared is None else shared.node, asked.path, directory)
    if shared is not None:
        shared.keep(where, options, requires_all_played=requires_all_played)
    # By a function, because what a test is called may have braces.
    context = use_cassette(path=lambda _: where, **options)
    cassette = context.__enter__()
    played.mark(cassette)
    try:
        if shared is None and cassette.path is not None:
            if asked.path is None:
                warn_of_namesake(item, cassette.path)
            if cassette.mode is Mode.RECORD:
                warn_of_another(item, cassette.path)
        yield cassette
    finally:
        end(context, item)
    if shared is None and requires_all_played and outcomes.came_to_its_end(item):
        played.check(cassette)
