"""Which `[REDACTED:n]` stands for which secret: the nth distinct value of a name is the nth.

Values are held in memory only while the cassette is open, and are never written.
"""

from __future__ import annotations

from collections.abc import Sequence

from reqsnap.model import Interaction
from reqsnap.redaction import PLACEHOLDER, Secret, highest_number, unnumbered, unnumbered_body


class Numbering:
    """The numbers of one cassette. Not locked; its cassette is.

    >>> numbering = Numbering()
    >>> [numbering.placeholder(Secret("api_key", value)) for value in ("one", "two", "one")]
    ['[REDACTED]', '[REDACTED:2]', '[REDACTED]']
    """

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}
        self._highest = 0

    def knows(self, secret: Secret) -> bool:
        """Whether a secret has a number."""
        return secret.value in self._numbers.get(secret.name, ())

    def placeholder(self, secret: Secret) -> str:
        """What stands in a secret's place: the number it has, or the next of its name."""
        numbers = self._numbers.setdefault(secret.name, {})
        number = numbers.get(secret.value)
        if number is None:
            number = numbers[secret.value] = max(self._highest, *numbers.values(), 0) + 1
        return PLACEHOLDER if number == 1 else f"{PLACEHOLDER[:-1]}:{number}]"

    def bind(self, secrets: Sequence[Secret | int], numbers: Sequence[int]) -> None:
        """Remember which recorded numbers live values stood for, so that new recordings agree."""
        for secret, number in zip(secrets, numbers, strict=False):
            if not isinstance(secret, int):
                self._numbers.setdefault(secret.name, {}).setdefault(secret.value, number)

    def seen_in(self, text: bytes) -> None:
        """As `seen`, for the bytes of a recording in which every placeholder can be read."""
        self._highest = max(self._highest, highest_number(text))

    def seen(self, interaction: Interaction) -> None:
        """Take note of the numbers that a recording uses, so that none is given twice."""
        request, response = interaction.request, interaction.response
        texts = [request.url]
        texts += [value for headers in (request.headers, response.headers) for _, value in headers]
        for text in texts:
            self._highest = max(self._highest, *unnumbered(text)[1], 0)
        for message in (request, response):
            _, found = unnumbered_body(message.body, message.headers)
            self._highest = max(self._highest, *found, 0)
