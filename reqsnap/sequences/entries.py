"""What a cassette holds and what it is asked, made ready to be compared: redacted, numbers apart, keyed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

from reqsnap.matching import Matching
from reqsnap.model import Headers, Interaction, Request
from reqsnap.redaction import PLACEHOLDER, Rules, Secret, redact_request, unnumbered, unnumbered_body

Vector = tuple[int, ...]
"""The numbers of a recorded request's placeholders, in order."""

LiveVector = tuple["Secret | int", ...]
"""A live request's secret values, in order; a number where it sent a placeholder back."""


ROOM = 1 << 64
"""How far apart recordings are where the order is strict: more than is ever recorded between two."""


class Stored(Protocol):
    """An interaction as it stands in a file."""

    @property
    def method(self) -> str:
        """Its request's method, as it is written."""

    @property
    def url(self) -> str:
        """Its request's URL, as it is written."""

    @property
    def text(self) -> bytes:
        """Its bytes."""

    @property
    def shows_all(self) -> bool:
        """Whether every placeholder in it can be read in its text."""

    def decode(self) -> Interaction:
        """The interaction. Raises CassetteFormatError."""


Reader = Callable[[Stored], tuple[Interaction, bool]]
"""Makes of what is stored what is compared and replayed, and says whether that is the same."""


class Entry:
    """An interaction in a cassette, and how often it was played since the last reset.

    `order` is its place among the others; where the order is strict, see `ROOM`. `replay` is what
    a recorder answers with it, once it has made that.
    """

    __slots__ = ("_interaction", "_is_as_stored", "_kept", "_reader", "_stored", "order", "plays", "replay")

    def __init__(
        self,
        interaction: Interaction | None,
        order: int,
        stored: Stored | None = None,
        reader: Reader | None = None,
    ) -> None:
        self._interaction = interaction
        self._stored, self._reader = stored, reader
        self._is_as_stored = False
        self._kept: dict[str, Any] | None = None
        self.replay: Any = None
        self.order, self.plays = order, 0

    @classmethod
    def of(cls, stored: Stored, order: int, reader: Reader) -> Entry:
        """An entry of what stands in a file, which `reader` reads when it is first needed."""
        return cls(None, order, stored, reader)

    @property
    def interaction(self) -> Interaction:
        """The interaction, redacted. Raises CassetteFormatError where what is stored is damaged.

        Two threads that ask for it first at once may both make it, and make the same.
        """
        found = self._interaction
        return self.read() if found is None else found

    def read(self) -> Interaction:
        """Make the interaction of what is stored. Raises CassetteFormatError."""
        if self._stored is None or self._reader is None:
            raise ValueError("this entry was made of nothing")
        found, self._is_as_stored = self._reader(self._stored)
        # Last, because whoever finds it asks no further.
        self._interaction = found
        return found

    @property
    def unread(self) -> Stored | None:
        """What stands in a file and was not needed yet; None where the interaction is known."""
        return self._stored if self._interaction is None else None

    @property
    def is_new(self) -> bool:
        """Whether it was made in this process, and read from no file."""
        return self._stored is None

    @property
    def stored(self) -> Stored | None:
        """What stands in a file; None for what is new."""
        return self._stored

    @property
    def text(self) -> bytes | None:
        """The bytes that it stands in a file as; None where there are none, or where some were redacted.

        Raises CassetteFormatError, as `interaction` does.
        """
        if self._stored is None:
            return None
        if self._interaction is None:
            self.read()
        return self._stored.text if self._is_as_stored else None

    @property
    def kept(self) -> dict[str, Any]:
        """What interceptors make of the answer, so that they make it once."""
        if self._kept is None:
            self._kept = {}
        return self._kept


def all_unread(entries: Sequence[Entry]) -> list[Stored] | None:
    """What stands in a file for entries of which none was needed yet; None where one was.

    A few times as quick as to ask each of thousands.
    """
    return None if any(map(_interaction, entries)) else list(map(_stored, entries))


_interaction, _stored = attrgetter("_interaction"), attrgetter("_stored")


# Not frozen: that makes it three times as dear, and every request has one.
@dataclass(slots=True, eq=False)
class Prepared:
    """A live request made ready for matching: redacted, its placeholders unnumbered, its key.

    Compared by identity, which is quick: what was found for one is remembered by it.
    """

    request: Request
    key: Hashable
    secrets: LiveVector


def strip_numbers(request: Request, matching: Matching) -> tuple[Request, Vector]:
    """A redacted request with every placeholder plain, and the numbers in what is matched."""
    if not (request.body or matching.matches_headers or "[REDACTED" in request.url):
        return request, ()
    url, numbers = unnumbered(request.url)
    body, in_body = unnumbered_body(request.body, request.headers)
    numbers += in_body
    headers = request.headers
    if matching.matches_headers:
        pairs = []
        for name, value in headers:
            plain, in_value = unnumbered(value)
            pairs.append((name, plain))
            numbers += in_value
        headers = Headers(pairs)
    elif url is request.url and body is request.body:
        return request, numbers
    if numbers:
        # What is not compared tells no recordings apart.
        _, numbers = matching.key_and_numbers(request)
    return Request(request.method, url, headers, body, request.complete), numbers


_LIVE = 1_000_000_000
"""Where the numbering of live values starts, far above any in a file."""


def prepare(request: Request, rules: Rules, matching: Matching) -> Prepared:
    """Make a live request ready for matching."""
    seen: dict[Secret, int] = {}

    def mark(secret: Secret) -> str:
        number = seen.setdefault(secret, _LIVE + len(seen))
        return f"{PLACEHOLDER[:-1]}:{number}]"

    marked, _ = redact_request(request, rules, mark)
    plain, numbers = strip_numbers(marked, matching)
    values = list(seen)
    secrets = tuple([values[n - _LIVE] if n >= _LIVE else n for n in numbers])
    if plain is marked and seen:
        plain, _ = redact_request(request, rules)
    return Prepared(plain, matching.key(plain), secrets)
