"""`reqsnap audit`: what of cassettes must not be kept."""

from __future__ import annotations

from reqsnap.cli.audit.command import add_to

__all__ = ["add_to"]
