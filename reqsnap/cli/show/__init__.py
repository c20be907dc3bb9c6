"""`reqsnap show`: interactions, for people to read."""

from __future__ import annotations

from reqsnap.cli.show.command import add_to

__all__ = ["add_to"]
