"""What the values of an interaction are written as, in every layout of reqsnap's own.

Functions raise ValueError with the reason for a value that no file can hold.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime

from reqsnap.formats.heads import HTTP_VERSION
from reqsnap.message_checks import parts_fit
from reqsnap.model import Response


def version(version: str) -> str:
    """The version of HTTP."""
    if not HTTP_VERSION.fullmatch(version):
        raise ValueError(f"the version {version!r} is not written like HTTP/1.1")
    return version


def sizes(response: Response, cut: bool) -> tuple[int, ...]:
    """The sizes of the parts; of a response that was `cut` the last may be larger than what came."""
    if min(response.parts) < 0 or not parts_fit(response.parts, len(response.body), cut):
        raise ValueError("the sizes of the parts do not add up to the length of the body")
    return response.parts


def seconds(elapsed: float) -> str:
    """A time that passed."""
    if not math.isfinite(elapsed) or elapsed < 0:
        raise ValueError(f"elapsed={elapsed!r} is not a time in seconds")
    return repr(abs(float(elapsed)))


def moment(moment: datetime) -> str:
    """A point in time, in UTC."""
    if moment.tzinfo is None:
        raise ValueError("recorded_at has no time zone")
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds" if utc.microsecond % 1000 else "milliseconds") + "Z"
