"""What a cassette does otherwise that is used in VCR.py's words. Only `reqsnap.vcr` asks for any of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from reqsnap.errors import UnmatchedRequestError
from reqsnap.model import ErrorKind, NetworkError
from reqsnap.modes import Mode, Permits, permits

FormatOf = Callable[[str | os.PathLike[str], bytes | None], Any]
"""The format of a file by its path and what it holds; None where there is none yet."""

Refusal = Callable[[UnmatchedRequestError, Any], UnmatchedRequestError]
"""The error that the program sees, made of ours and the cassette that refuses."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How VCR.py does it, where that is not how we do; the default is how we do.

    always_live: what is recorded answers nothing, and what is new is added to it (VCR.py's `all`).
    replays_new: what a block records is replayed in it, where the cassette was there before.
    repeats: each request gets the first of its recordings, as often as it is made; what was just
    recorded included.
    blank_is_missing: a file with nothing but blanks is none.
    keeps_failed: a set that was recorded when its block raised is as good as another.
    only_whole: an answer is read to its end before the program gets it, so that all of it is recorded;
    one that is not whole is not recorded.
    tells_swallowed: a refusal that the program caught is warned of.
    format_of: the format of the file, new or not. refusal: what a refused request raises.
    """

    always_live: bool = False
    replays_new: bool = False
    repeats: bool = False
    blank_is_missing: bool = False
    keeps_failed: bool = False
    only_whole: bool = False
    tells_swallowed: bool = True
    format_of: FormatOf | None = None
    refusal: Refusal | None = None

    def is_there(self, data: bytes | None) -> bool:
        """Whether a file that holds this, or None where there is no file, is a cassette."""
        return data is not None and not (self.blank_is_missing and not data.strip())

    def refused(self, error: UnmatchedRequestError, cassette: Any) -> UnmatchedRequestError:
        """What the program sees of a refused request."""
        return error if self.refusal is None else self.refusal(error, cassette)

    def why_lost(self, error: NetworkError | None) -> str:
        """Why an exchange that ended in this is not recorded, where there is a word to say; else nothing."""
        if error is None or error.kind is not ErrorKind.ABANDONED or not self.only_whole:
            return ""
        return "the program closed its answer before the end, which VCR.py's layout cannot tell"

    def permits(self, mode: Mode, *, recorded: bool, partial: bool = False) -> Permits:
        """What a mode permits for a cassette, as `modes.permits`.

        >>> OURS.permits(Mode.UPDATE, recorded=True).replays_new
        False
        """
        may = permits(mode, recorded=recorded, partial=partial)
        if self.always_live and mode is Mode.UPDATE:
            return replace(may, replay=False)
        if not may.send or may.replaces or mode is Mode.LIVE:
            return may
        if self.repeats or (self.replays_new and recorded):
            return replace(may, replay=True, replays_new=True)
        return may


OURS = Habits()
