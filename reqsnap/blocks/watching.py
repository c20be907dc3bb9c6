"""Who is told of every block that opens and ends in this process."""

from __future__ import annotations

from typing import Protocol

from reqsnap.cassette import Cassette


class Watcher(Protocol):
    """Is told of blocks, in the thread that opens or ends them. Blocks on one path share a cassette."""

    def opened(self, cassette: Cassette) -> None:
        """A block has opened on a cassette."""

    def closed(self, cassette: Cassette) -> None:
        """A block on it has ended. Where it was the last, the cassette is saved, or could not be."""


_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> None:
    """Tell this one too, from now on."""
    _watchers.append(watcher)


def unwatch(watcher: Watcher) -> None:
    """Tell it no more."""
    _watchers.remove(watcher)


def tell_opened(cassette: Cassette) -> None:
    """A block has opened."""
    for watcher in tuple(_watchers):
        watcher.opened(cassette)


def tell_closed(cassette: Cassette) -> None:
    """A block has ended."""
    for watcher in tuple(_watchers):
        watcher.closed(cassette)
