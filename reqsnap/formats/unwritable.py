"""What a format cannot hold: for those of other programs, exchanges that failed or are not whole."""

from __future__ import annotations

from reqsnap.errors import CassetteWriteError
from reqsnap.formats import heads
from reqsnap.model import Interaction


def check_whole(interaction: Interaction, whose: str) -> None:
    """Raise ValueError for an exchange that was not whole, or has no moment or status that can be written.

    `whose` says what holds only such, as in "a cassette of Reqord holds".
    """
    if interaction.error is not None or not interaction.request.complete:
        raise ValueError(f"{whose} only exchanges that were whole")
    if interaction.recorded_at.tzinfo is None:
        raise ValueError("recorded_at has no time zone")
    heads.status_line(interaction.response.status, "")


def unwritable(interaction: Interaction, reason: object) -> CassetteWriteError:
    """The error for an interaction that cannot be written."""
    request = interaction.request
    return CassetteWriteError(f"{request.method} {request.url} cannot be written: {reason}", None)
