"""`reqsnap run`: a program that knows nothing of it, recorded or replayed."""

from __future__ import annotations

from reqsnap.cli.run.command import add_to

__all__ = ["add_to"]
