"""`reqsnap migrate`: other recorders in a code base, and the way from them."""

from __future__ import annotations

from reqsnap.cli.migrate.command import add_to

__all__ = ["add_to"]
