"""Values that were redacted in one place, found wherever else they turn up.

A value is sought in every spelling that HTTP knows: as it is, percent-encoded, escaped
for JSON or HTML (each of these character by character, so mixtures are found too), and
in base64, also within a longer base64 text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit, merged, revised
from reqsnap.redaction.names import fold
from reqsnap.redaction.placeholders import PLACEHOLDER, Secret
from reqsnap.redaction.rules import VOCABULARY, looks_like_credential
from reqsnap.redaction.secret_parts import parts_of
from reqsnap.redaction.spelling import Base64, base64_of, common_forms, spelled, telling_run

SHORTEST = 8
"""Values with fewer characters are not sought elsewhere: they turn up by chance."""


class Needle(NamedTuple):
    """Something to search for. `run` is the part of it that no spelling changes."""

    run: str
    text: str
    placeholder: str
    base64: Base64 | None = None


class Echoes:
    """The values that one exchange showed, ready to be sought in its texts."""

    __slots__ = ("_values",)

    def __init__(self, found: Mapping[Secret, str]) -> None:
        values: dict[str, str] = {}
        for secret, placeholder in found.items():
            for value in echoing(secret):
                values.setdefault(value, placeholder)
        self._values = values

    def needles(self, texts: Sequence[str]) -> list[Needle]:
        """What may stand in one of these texts, told quickly."""
        joined = "\n".join(texts)
        found: list[Needle] = []
        for value, placeholder in self._values.items():
            run = telling_run(value)
            if run in joined:
                found.append(Needle(run, value, placeholder))
            if _may_hold_base64(texts, len(value) * 4 // 3 - 3):
                for each in base64_of(value, joined):
                    found.append(Needle(telling_run(each.text), each.text, placeholder, each))
        return found


class Remembered:
    """The credentials that earlier exchanges of a cassette showed, to be sought in later ones.

    A program goes on with what an answer gave it: a session's id, say, in the path of a URL. On
    replay it is given a placeholder, and goes on with that. `given` has what answers gave it; what it
    had itself it has on replay too, so that is sought in later answers alone.
    """

    __slots__ = ("_given", "_own")

    def __init__(self) -> None:
        self._given: dict[str, Needle] = {}
        self._own: dict[str, Needle] = {}

    def keep(self, sent: Mapping[Secret, str], received: Mapping[Secret, str]) -> None:
        """Remember what an exchange showed: what its request sent, and what only its answer had."""
        for values, found in ((self._own, sent), (self._given, received)):
            for secret, placeholder in found.items():
                for value in filter(looks_like_credential, echoing(secret)):
                    if value not in self._own:
                        values.setdefault(value, Needle(telling_run(value), value, placeholder))

    def in_request(self, texts: Sequence[str]) -> list[Needle]:
        """What may stand in one of a request's texts."""
        return _standing_in(texts, self._given.values())

    def in_answer(self, texts: Sequence[str]) -> list[Needle]:
        """What may stand in one of an answer's texts."""
        return _standing_in(texts, (*self._given.values(), *self._own.values()))


def _standing_in(texts: Sequence[str], needles: Collection[Needle]) -> list[Needle]:
    if not needles:
        return []
    joined = "\n".join(texts)
    return [needle for needle in needles if needle.run in joined]


_BASE64 = regex(r"[A-Za-z0-9_+/%\\&#;-]{8,}")
"""What may be base64, spelled in whatever way."""


def _may_hold_base64(texts: Sequence[str], size: int) -> bool:
    """Whether so many characters of base64 may stand in one of these; only URLs and the like are read."""
    for text in texts:
        if len(text) >= size and (len(text) > 256 or max(map(len, _BASE64.findall(text)), default=0) >= size):
            return True
    return False


def echoing(secret: Secret) -> list[str]:
    """The values that must not turn up elsewhere, because of one secret."""
    whole = secret.value
    values = [value for value in parts_of(secret) if _worth_seeking(value)]
    if len(values) > 1 and any(value in whole and value != whole for value in values):
        # Whatever holds the whole holds that part of it.
        return [value for value in values if value != whole]
    return values


def _worth_seeking(value: str) -> bool:
    return (
        len(value) >= SHORTEST
        and "[REDACTED" not in value
        and value not in PLACEHOLDER
        and fold(value) not in VOCABULARY
    )


def find_echoes(text: str, needles: Iterable[Needle]) -> list[Edit]:
    """The edits that hide every spelling of the values in a text."""
    edits: list[Edit] = []
    for needle in needles:
        if needle.run not in text:
            continue
        for start, end in _places(needle, text):
            if needle.base64 is not None:
                start, end = needle.base64.widened(text, start, end)
            edits.append(Edit(start, end, needle.placeholder))
    return merged(edits)


def _places(needle: Needle, text: str) -> Iterator[tuple[int, int]]:
    if needle.run != needle.text and len(needle.text) <= _LONG:
        for found in re.finditer(spelled(needle.text), text):
            yield found.span()
        return
    forms = [needle.text] if needle.run == needle.text else common_forms(needle.text)
    for form in forms:
        start = text.find(form)
        while start >= 0:
            yield start, start + len(form)
            start = text.find(form, start + len(form))


_LONG = 8192
"""Longer values are sought in their common forms only: expressions for all would take too long."""


def redact_text(text: str, secrets: Iterable[Secret]) -> str:
    """A message or a line of a log without the secrets of an exchange.

    Values of 4 to 7 characters go where they stand as words of their own.

    >>> redact_text("no user hunter2 at db", [Secret("password", "hunter2")])
    'no user [REDACTED] at db'
    """
    found = dict.fromkeys(secrets, PLACEHOLDER)
    text = revised(text, find_echoes(text, Echoes(found).needles([text])))
    for _, value in found:
        if 4 <= len(value) < SHORTEST and value not in PLACEHOLDER:
            text = re.sub(rf"(?<![A-Za-z0-9]){spelled(value)}(?![A-Za-z0-9])", PLACEHOLDER, text)
    return text


def secret_forms(value: str) -> tuple[str, ...]:
    """The common forms in which a value is sought, one character for each byte.

    >>> secret_forms("abcd/1234")[:3]
    ('abcd/1234', 'abcd%2F1234', 'abcd%2f1234')
    """
    forms = [*common_forms(value), *[each.text for each in base64_of(value)]]
    return tuple(dict.fromkeys(forms))


def hidden(text: str, needles: Sequence[Needle]) -> str:
    """A text without echoes; the very same where there are none."""
    return revised(text, find_echoes(text, needles))
