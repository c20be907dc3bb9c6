"""A block that is open for a test, a class, a module or a session, and its end."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reqsnap.blocks import OpenBlock
from reqsnap.cassette import Cassette
from reqsnap.options import Options
from reqsnap.pytest_plugin import layout, outcomes
from reqsnap.pytest_plugin.markers import Asked


@contextmanager
def open_for(
    node: layout.Node, asked: Asked, config: Mapping[str, Any], directory: Path
) -> Iterator[Cassette]:
    """Have a cassette in force while the body runs, with a marker's options above those of the fixture.

    Raises ConfigurationError for options or a path that cannot be used.
    """
    options = Options.read({**config, **asked.options})
    block = OpenBlock(layout.location_of(node, asked.path, directory), options)
    try:
        yield block.cassette
    finally:
        # A failed test has ended its block with its error, though pytest keeps that to itself.
        for warning in block.close(outcomes.failure_of(node)):
            warnings.warn(warning, stacklevel=2)
