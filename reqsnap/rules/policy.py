"""How a cassette compares, redacts, filters and repeats, as one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from reqsnap.matching import Matching
from reqsnap.model import ErrorKind, NetworkError
from reqsnap.modes import Mode
from reqsnap.redaction import DEFAULT_RULES, Rules
from reqsnap.rules.filters import Filters
from reqsnap.rules.habits import OURS, Habits
from reqsnap.rules.retention import Retention
from reqsnap.sequences.choices import Exhaustion, Order


@dataclass(frozen=True, slots=True)
class Policy:
    """What every block that is open on one path must agree in.

    `reports_drift`: a request whose body alone differs is answered and reported.
    `records_errors`: an exchange that ends in a network error is recorded too.
    `max_inline_size`: the bytes from which on a body has a file of its own beside the cassette.
    `habits`: what is done as VCR.py does it.
    """

    mode: Mode = Mode.ONCE
    matching: Matching = field(default_factory=Matching)
    rules: Rules = DEFAULT_RULES
    exhaustion: Exhaustion = Exhaustion.REPEAT
    order: Order = Order.PER_REQUEST
    reports_drift: bool = False
    filters: Filters = field(default_factory=Filters)
    retention: Retention = field(default_factory=Retention)
    records_errors: bool = False
    max_inline_size: int = 1 << 20
    habits: Habits = OURS
    is_plain: bool = field(init=False, repr=False, compare=False)
    """Whether a recording that is found is the answer, and nothing else has a say. Worked out once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_plain", not self._has_more_to_ask())

    def _has_more_to_ask(self) -> bool:
        filters = self.filters
        return bool(
            filters.exclude_any
            or filters.seen_as
            or self.reports_drift
            or filters.should_playback
            or filters.before_playback
            or self.retention.max_age
        )

    def records(self, error: NetworkError) -> bool:
        """Whether an exchange that ends in this is recorded: always, where the program wanted no more."""
        if error.kind is ErrorKind.ABANDONED:
            return not self.habits.only_whole
        return self.records_errors
