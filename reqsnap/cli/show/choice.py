"""Which interactions a person asked for. Pure; what the item of a file tells by itself is asked first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from reqsnap.cli.show.text import failure, message, request_line
from reqsnap.model import Interaction

_STATUS = re.compile(r"[1-9][0-9x]{2}|error", re.IGNORECASE)
_RANGE = re.compile(r"([1-9][0-9]*)(?:-([1-9][0-9]*)?)?")


@dataclass(frozen=True, slots=True)
class Choice:
    """What interactions must have: one of each of these, where any are given.

    `statuses` are such as `404`, `4xx` and `error`; `numbers` are ranges from 1, both ends
    included, the second None where it is open; `hosts` are patterns with `*`.
    """

    methods: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    numbers: tuple[tuple[int, int | None], ...] = ()
    statuses: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    def may_be(self, number: int, method: str, url: str) -> bool:
        """Whether an interaction is one of them as far as its number, method and URL tell."""
        if self.numbers and not any(
            first <= number and (last is None or number <= last) for first, last in self.numbers
        ):
            return False
        if self.methods and method.upper() not in self.methods:
            return False
        return not self.hosts or any(fnmatchcase(host_of(url), host) for host in self.hosts)

    def holds(self, interaction: Interaction) -> bool:
        """Whether an interaction is one of them; it is redacted, so that nobody can search for secrets."""
        if self.statuses and not any(_has_status(interaction, status) for status in self.statuses):
            return False
        if self.pattern is None:
            return True
        return any(map(self.pattern.search, _texts(interaction)))


def _texts(interaction: Interaction) -> Iterator[str]:
    """What is searched: the request and the response as they are shown, without what is said of them."""
    yield request_line(interaction.request)
    for half in (interaction.request, interaction.response):
        yield from (line.text for line in message(half) if line.kind != "note")
    if interaction.error is not None:
        yield failure(interaction.error)


def host_of(url: str) -> str:
    """The host of a URL, in small letters; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def statuses(text: str) -> tuple[str, ...]:
    """`404,5xx,error` as a tuple. Raises ValueError."""
    found = tuple(each.strip().lower() for each in text.split(","))
    for each in found:
        if _STATUS.fullmatch(each) is None:
            raise ValueError(f"{each!r} is no status such as 404, 4xx or error")
    return found


def numbers(text: str) -> tuple[tuple[int, int | None], ...]:
    """`2,5-7,9-` as ranges. Raises ValueError."""
    return tuple(_range(each.strip()) for each in text.split(","))


def _range(text: str) -> tuple[int, int | None]:
    found = _RANGE.fullmatch(text)
    if found is None or len(text) > 20:
        raise ValueError(f"{text!r} is no number from 1, and no range such as 2-5")
    first = int(found[1])
    if found[2] is not None:
        return first, int(found[2])
    return first, None if text.endswith("-") else first


def words(texts: Iterable[str]) -> tuple[str, ...]:
    """Lists with commas, one after the other."""
    return tuple(word.strip() for text in texts for word in text.split(",") if word.strip())


def _has_status(interaction: Interaction, wanted: str) -> bool:
    if wanted == "error":
        return interaction.error is not None
    status = str(interaction.response.status)
    return len(status) == 3 and all(want in ("x", have) for want, have in zip(wanted, status, strict=True))
