"""What the formats of other programs cannot hold: exchanges that failed, or of which a part is missing."""

from __future__ import annotations

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
