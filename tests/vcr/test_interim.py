"""The format between a persister and the core holds every interaction, and is added to."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reqsnap.model import Interaction
from reqsnap.vcr.interim import INTERIM
from tests.unit.formats.test_native_hostile import interactions


# The first draws of text take long, because Hypothesis then looks through all of Unicode.
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(interactions(), max_size=3), st.lists(interactions(), max_size=2))
def test_whatever_is_written_and_added_is_read_as_it_was(
    recorded: list[Interaction], added: list[Interaction]
) -> None:
    items = [INTERIM.item(each) for each in recorded]
    data = INTERIM.file(items)
    addition = INTERIM.added(data, [INTERIM.item(each) for each in added])
    assert addition is not None
    whole = data[: addition.kept] + addition.tail
    assert INTERIM.recognises(whole)
    found = INTERIM.read(whole)
    assert [each.decode() for each in found] == recorded + added
    assert [(each.method, each.url) for each in found] == [
        (each.request.method, each.request.url) for each in recorded + added
    ]
    assert INTERIM.file([each.text for each in found]) == whole
