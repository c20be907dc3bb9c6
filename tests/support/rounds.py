"""How often a test that looks for a race repeats itself."""

from __future__ import annotations

import os


def rounds(few: int) -> int:
    """`few`, which is enough to notice a fault, or what REQSNAP_ROUNDS says, to look for rare ones."""
    return int(os.environ.get("REQSNAP_ROUNDS", few))
