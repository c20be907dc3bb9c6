"""`reqsnap demo`: the installed clients, recorded and replayed."""

from __future__ import annotations

from reqsnap.cli.demo.command import add_to

__all__ = ["add_to"]
