"""VCR.py's record modes."""

from __future__ import annotations

import enum

from reqsnap.errors import ConfigurationError


class RecordMode(enum.StrEnum):
    """What a cassette replays and records; each member equals its value, a text.

    >>> RecordMode("once") is RecordMode.ONCE, RecordMode.ONCE == "once"
    (True, True)
    """

    ALL = "all"
    """Every request is sent and recorded; what is recorded takes the place of what it matches."""
    ANY = "any"
    """As NEW_EPISODES."""
    NEW_EPISODES = "new_episodes"
    """What the cassette holds is replayed, all else is sent and recorded."""
    NONE = "none"
    """What the cassette holds is replayed, all else is refused."""
    ONCE = "once"
    """As NEW_EPISODES where there is no cassette yet, else as NONE."""


def validate_record_mode(record_mode: object) -> RecordMode:
    """The record mode that a member or its value stands for.

    Raises ConfigurationError, which is a ValueError, that lists the modes.

    >>> validate_record_mode("none")
    <RecordMode.NONE: 'none'>
    """
    for mode in RecordMode:
        if record_mode == mode.value:
            return mode
    modes = ", ".join(mode.value for mode in RecordMode)
    raise ConfigurationError("record_mode", record_mode, f"it is not a valid record_mode; there are {modes}")
