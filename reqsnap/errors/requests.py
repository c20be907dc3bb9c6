"""Requests that can be neither replayed nor sent, and answers that go no further."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from reqsnap.errors.cassettes import ReqsnapError
from reqsnap.shortening import shortened

if TYPE_CHECKING:
    from datetime import datetime

    from reqsnap.differences import NearMiss
    from reqsnap.model import Request


class UnmatchedRequestError(ReqsnapError):
    """A request that the cassette does not hold and the mode does not let out.

    `request` is the request, redacted, as far as it was known when it was refused: where
    its body could not change the answer, and in a child process, its method and URL alone.
    `method` and `url` are its own, `mode` and `cassette` (a path, or None in memory) say
    where it was refused, `nearest` holds the closest recordings and `reason` and `advice`
    say why and what to do.
    """

    def __init__(
        self,
        method: str,
        url: str,
        *,
        mode: str,
        cassette: str | None,
        reason: str,
        advice: str,
        nearest: Iterable[NearMiss] = (),
        request: Request | None = None,
    ) -> None:
        super().__init__(method, url, mode, cassette, reason)
        self.method, self.url, self.mode, self.cassette = method, url, mode, cassette
        self.reason, self.advice, self.nearest = reason, advice, tuple(nearest)
        self.request = request or _known_of(method, url)

    def __str__(self) -> str:
        where = self.cassette or "a cassette in memory"
        lines = [
            f"{self.method} {shortened(self.url)} was not sent: {self.reason}.",
            f"Cassette: {where} (mode {self.mode})",
        ]
        if self.nearest:
            lines.append("Nearest recordings:")
            lines += [f"  {line}" for miss in self.nearest for line in str(miss).splitlines()]
        lines.append(f"To do: {self.advice}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.args, self._state())

    def _state(self) -> dict[str, object]:
        """What goes along where the error is copied or pickled."""
        return self.__dict__.copy()


class SequenceExhaustedError(UnmatchedRequestError):
    """A request that was recorded, but not as often as it has now been made."""


class OutOfOrderError(UnmatchedRequestError):
    """A request that is not the next one of a cassette whose order is strict.

    `position` (from 1) is the place in the cassette, `expected` the request recorded
    there, `actual` the one that was made, both as "METHOD url". The place is still free:
    the expected request succeeds when it is made.
    """

    position: int = 0
    expected: str = ""

    @property
    def actual(self) -> str:
        """The request that was made."""
        return f"{self.method} {self.url}"


class StaleRecordingError(UnmatchedRequestError):
    """A request whose recording is older than `max_age`, where `on_stale` is "error".

    `recorded_at` is when it was recorded, in UTC.
    """

    recorded_at: datetime | None = None


class OwnerGoneError(UnmatchedRequestError):
    """A request of a child process whose cassette was opened by a process that can no longer be asked."""


def _known_of(method: str, url: str) -> Request:
    # Here, so that the errors are known without all that requests are made of.
    from reqsnap.model import Request

    return Request(method, url)


def _rebuild(
    kind: type[UnmatchedRequestError], args: tuple[object, ...], state: dict[str, object]
) -> UnmatchedRequestError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class CutRecordingError(ReqsnapError):
    """A program that reads on in an answer that the program that was recorded had closed.

    `method` and `url` (redacted) are the request's, `cassette` is a path, or None in memory.
    What was recorded of the answer has been replayed.
    """

    def __init__(self, method: str, url: str, cassette: str | None = None) -> None:
        super().__init__(method, url, cassette)
        self.method, self.url, self.cassette = method, url, cassette

    def __str__(self) -> str:
        where = self.cassette or "a cassette in memory"
        return (
            f"{self.method} {self.url}: the recording of its answer ends here, because the program that "
            "recorded it read no further and closed it.\n"
            f"Cassette: {where}\n"
            "To do: record it anew with REQSNAP_MODE=record; or take this interaction out of the "
            "cassette and run once with REQSNAP_MODE=update."
        )


class AmbiguousCassetteError(ReqsnapError):
    """A request from a thread or task that belongs to none of several open cassettes.

    `open_cassettes` lists their paths.
    """

    def __init__(self, open_cassettes: Iterable[str]) -> None:
        self.open_cassettes = tuple(open_cassettes)
        super().__init__(self.open_cassettes)

    def __str__(self) -> str:
        return (
            "A request was made by a thread or task that has no cassette of its own while several "
            f"are open: {', '.join(self.open_cassettes)}. reqsnap does not guess. Start the thread "
            "inside its block, or open a use_cassette block around the code that makes the request."
        )
