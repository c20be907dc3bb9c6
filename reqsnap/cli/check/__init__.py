"""`reqsnap check`: what is wrong with cassettes."""

from __future__ import annotations

from reqsnap.cli.check.command import add_to

__all__ = ["add_to"]
