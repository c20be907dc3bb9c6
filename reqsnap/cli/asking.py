"""Asks a person, where there is one."""

from __future__ import annotations

import sys


def agrees(question: str) -> bool:
    """Ask on the terminal; where there is none, nobody agrees."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print(question, end="", flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
