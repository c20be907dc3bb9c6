"""Takes an exchange that was forwarded into the cassette, as far as the filters let it in."""

from __future__ import annotations

from reqsnap.cassette import Cassette
from reqsnap.cassette.value_checks import check_interaction
from reqsnap.model import Interaction
from reqsnap.recorder.decisions import Forward
from reqsnap.sequences.entries import Entry


def noted(cassette: Cassette, forward: Forward, new: Interaction) -> Entry | None:
    """The entry that was made of an exchange; None where a filter keeps it out.

    Raises what a filter raises, and ConfigurationError for what one returns and cannot be stored.
    """
    filters = cassette.policy.filters
    if not filters.may_record(new.request, new.response):
        return None
    stored = filters.to_record(new)
    if stored is None:
        return None
    if stored is not new:
        check_interaction(stored, cassette.policy.rules)
    return cassette.note(forward.order, stored, forward.replaces)
