"""The options of a block that is opened in the words of VCR.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reqsnap.options.options import Options
from reqsnap.rules.habits import OURS, Habits

if TYPE_CHECKING:
    from reqsnap.rules.filters import SeenAs


@dataclass(frozen=True, slots=True)
class HabitualOptions(Options):
    """Options with what only `reqsnap.vcr` may ask for. Made by it, so nothing is checked.

    habits: what is done as VCR.py does it. seen_as: what is compared of a request.
    """

    habits: Habits = OURS
    seen_as: SeenAs | None = None
