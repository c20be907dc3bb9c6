"""How requests differ from their recordings, as values that errors and warnings carry."""

from __future__ import annotations

from dataclasses import dataclass

from reqsnap.shortening import shortened


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which a recorded request differs from the one that was made.

    `field` is "method", "url", "query.page", "header.accept", "body" or, within a
    JSON body, "body.items[2].id". `recorded` and `live` are None where it is absent.
    """

    field: str
    recorded: str | None
    live: str | None

    def __str__(self) -> str:
        absent = "(absent)"
        recorded = absent if self.recorded is None else self.recorded
        live = absent if self.live is None else self.live
        return f"{self.field}: recorded {recorded}, now {live}"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A recorded request that is close to the refused one, and how it differs.

    `used_up` is True where nothing differs and each of its recordings was played.
    """

    method: str
    url: str
    differences: tuple[Difference, ...]
    used_up: bool = False

    def __str__(self) -> str:
        lines = [f"{self.method} {shortened(self.url)}"]
        lines += [f"    {difference}" for difference in self.differences]
        if self.used_up:
            lines.append("    the same request, but every recording of it was played")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Drift:
    """A request whose body differs from its recording, which answered it all the same.

    `method` and `url` (redacted) are the request's; `differences` say where it differs.
    """

    method: str
    url: str
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        return "\n".join(
            [f"{self.method} {shortened(self.url)}", *[f"    {each}" for each in self.differences]]
        )
