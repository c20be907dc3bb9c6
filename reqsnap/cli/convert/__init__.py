"""`reqsnap convert`: cassettes in another format."""

from __future__ import annotations

from reqsnap.cli.convert.command import add_to

__all__ = ["add_to"]
