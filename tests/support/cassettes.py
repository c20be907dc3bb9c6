"""What a cassette holds, told shortly."""

from __future__ import annotations

from pathlib import Path

from reqsnap import Cassette


def targets_of(cassette: Cassette) -> list[str]:
    """The target of each recorded request, path and query, in their order."""
    return ["/" + each.request.url.split("/", 3)[3] for each in cassette]


def targets_in(path: str | Path) -> list[str]:
    """The targets of the requests that a file holds."""
    cassette = Cassette()
    cassette.load(path)
    return targets_of(cassette)


def names_in(path: str | Path) -> list[str]:
    """The same without the slash that each begins with."""
    return [target.removeprefix("/") for target in targets_in(path)]
