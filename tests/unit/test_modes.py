"""What each mode permits, and the names that it goes by."""

from __future__ import annotations

import pytest

from reqsnap.errors import ConfigurationError
from reqsnap.modes import Mode, Permits, permits


@pytest.mark.parametrize(
    ("mode", "recorded", "partial", "expected"),
    [
        (Mode.ONCE, False, False, Permits(replay=False, send=True, replaces=False)),
        (Mode.ONCE, True, False, Permits(replay=True, send=False, replaces=False)),
        (Mode.ONCE, False, True, Permits(replay=True, send=True, replaces=False)),
        (Mode.PLAYBACK, False, False, Permits(replay=True, send=False, replaces=False)),
        (Mode.PLAYBACK, True, False, Permits(replay=True, send=False, replaces=False)),
        (Mode.UPDATE, False, False, Permits(replay=True, send=True, replaces=False)),
        (Mode.UPDATE, True, False, Permits(replay=True, send=True, replaces=False)),
        (Mode.RECORD, True, False, Permits(replay=False, send=True, replaces=True)),
        (Mode.LIVE, True, False, Permits(replay=False, send=True, replaces=False)),
    ],
)
def test_what_a_mode_permits_depends_on_what_is_there(
    mode: Mode, recorded: bool, partial: bool, expected: Permits
) -> None:
    assert permits(mode, recorded=recorded, partial=partial) == expected


@pytest.mark.parametrize("mode", list(Mode))
def test_a_mode_goes_by_its_name_in_any_case(mode: Mode) -> None:
    assert Mode.parse(f" {mode.value.upper()} ") is mode
    assert Mode.parse(mode) is mode


def test_names_of_vcr_are_accepted() -> None:
    assert Mode.parse("none") is Mode.PLAYBACK
    assert Mode.parse("new_episodes") is Mode.UPDATE


@pytest.mark.parametrize("value", ["all", "any", "", "recrod", None, 1, b"once"])
def test_an_unknown_mode_lists_the_known_ones(value: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Mode.parse(value)
    assert caught.value.option == "mode"
    assert caught.value.value is value
    for mode in Mode:
        assert mode.value in str(caught.value)
