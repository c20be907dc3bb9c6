"""How a cassette compares, redacts and repeats, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from reqsnap.matching import Matching
from reqsnap.modes import Mode
from reqsnap.redaction import DEFAULT_RULES, Rules
from reqsnap.sequences import Exhaustion


@dataclass(frozen=True, slots=True)
class Policy:
    """What every block that is open on one path must agree in."""

    mode: Mode = Mode.ONCE
    matching: Matching = field(default_factory=Matching)
    rules: Rules = DEFAULT_RULES
    exhaustion: Exhaustion = Exhaustion.REPEAT
