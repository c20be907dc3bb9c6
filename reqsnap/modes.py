"""What a block may replay, send and write: its mode, and what each mode permits."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cache

from reqsnap.errors import ConfigurationError

VARIABLE = "REQSNAP_MODE"
"""The environment variable that overrides the mode in the code."""


class Mode(enum.Enum):
    """The policy of a block.

    >>> Mode.parse("new_episodes")
    <Mode.UPDATE: 'update'>
    """

    ONCE = "once"
    """No cassette yet: record. There is one: replay it and refuse the rest. The default."""
    PLAYBACK = "playback"
    """Replay; never the network, never a write."""
    UPDATE = "update"
    """Replay what is there, record what is not."""
    RECORD = "record"
    """Always live; the new set replaces the old one when the block ends well."""
    LIVE = "live"
    """As if reqsnap were absent."""

    @classmethod
    def parse(cls, value: object, option: str = "mode") -> Mode:
        """A mode from itself or its name; raises ConfigurationError that lists the names.

        VCR.py's `none` and `new_episodes` are accepted for `playback` and `update`.
        """
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            name = value.strip().lower()
            found = _ALIASES.get(name) or next((mode for mode in cls if mode.value == name), None)
            if found is not None:
                return found
        names = ", ".join([mode.value for mode in cls] + list(_ALIASES))
        raise ConfigurationError(option, value, f"a mode is one of {names}")


_ALIASES = {"none": Mode.PLAYBACK, "new_episodes": Mode.UPDATE}


@dataclass(frozen=True, slots=True)
class Permits:
    """What a block may do.

    `replay`: answer from the cassette. `send`: let a request out, and record it.
    `replaces`: what is recorded replaces the old set whole, instead of being added.
    `replays_new`: what was recorded is replayed at once (see `rules.habits`).
    """

    replay: bool
    send: bool
    replaces: bool
    replays_new: bool = False


@cache
def permits(mode: Mode, *, recorded: bool, partial: bool = False) -> Permits:
    """What a mode permits for a cassette.

    `recorded` says that the cassette exists; `partial` that only an unfinished one does,
    which `once` replays and completes.

    >>> permits(Mode.ONCE, recorded=False).send
    True
    """
    if mode is Mode.ONCE:
        return Permits(replay=recorded or partial, send=not recorded, replaces=False)
    if mode is Mode.PLAYBACK:
        return Permits(replay=True, send=False, replaces=False)
    if mode is Mode.UPDATE:
        return Permits(replay=True, send=True, replaces=False)
    return Permits(replay=False, send=True, replaces=mode is Mode.RECORD)
