"""What is left out of the comparison, taken out of paths, queries, headers and bodies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import unquote

from reqsnap.matching.json_paths import Path, without
from reqsnap.matching.volatile import VOLATILE
from reqsnap.patterns import regex
from reqsnap.redaction.names import fold

_ENCODED = regex("%(?:20|2B|2C|3A)")

Pairs = tuple[tuple[str, str], ...]


class Normal:
    """What some kinds of volatile values, and some paths of JSON, leave of the parts of a request.

    Whatever it makes is the same when it is made again.
    """

    def __init__(self, volatile: Iterable[str], ignored: Sequence[Path]) -> None:
        wanted = set(volatile)
        kinds = [kind for name, kind in VOLATILE.items() if name in wanted]
        self._texts = [kind.text for kind in kinds if kind.text is not None]
        self._named = [kind.named for kind in kinds if kind.named is not None]
        self._headers = frozenset[str]().union(*[kind.headers for kind in kinds])
        self._parameters = frozenset[str]().union(*[kind.parameters for kind in kinds])
        self._fields = frozenset[str]().union(*[kind.fields for kind in kinds])
        self._beside = [beside for kind in kinds for beside in kind.beside]
        self._ignored = tuple(ignored)
        self._looks_within = bool(kinds)

    def text(self, text: str) -> str:
        """A text with marks where volatile values stood."""
        for change in self._texts:
            text = change(text)
        return text

    def path(self, path: str) -> str:
        """The same for a path, in which some characters of such values are percent-encoded."""
        decoded = _ENCODED.sub(lambda found: unquote(found[0]), path)
        changed = self.text(decoded)
        return path if changed == decoded else changed

    def content(self, body: bytes) -> bytes:
        """The same for bytes of whatever kind."""
        text = body.decode("latin-1")
        changed = self.text(text)
        return body if changed == text else changed.encode("latin-1")

    def value(self, name: str, value: str) -> str:
        """A value that has a name: of a header, of a parameter, of a field."""
        return self.text(self.named(name, value))

    def named(self, name: str, value: str) -> str:
        """The same by its name alone, whatever text it holds."""
        for change in self._named:
            value = change(fold(name), name, value)
        return value

    def keeps_header(self, name: str) -> bool:
        """Whether a header is compared."""
        return fold(name) not in self._headers

    def query(self, pairs: Pairs) -> Pairs:
        """The pairs of a query, sorted by name."""
        return self._pairs(pairs, self._parameters)

    def form(self, pairs: Pairs) -> Pairs:
        """The pairs of a form, sorted by name."""
        return self._pairs(pairs, self._parameters | self._fields)

    def left_out(self, names: Iterable[str]) -> frozenset[str]:
        """Which of a form's fields are left out, folded."""
        return self._unwanted(names, self._parameters | self._fields)

    def _unwanted(self, names: Iterable[str], unwanted: frozenset[str]) -> frozenset[str]:
        present = set(map(fold, names))
        for beside in self._beside:
            if not present.isdisjoint(beside.signs):
                unwanted |= beside.names
        return unwanted & present

    def _pairs(self, pairs: Pairs, unwanted: frozenset[str]) -> Pairs:
        unwanted = self._unwanted([name for name, _ in pairs], unwanted)
        wanted = [pair for pair in pairs if fold(pair[0]) not in unwanted]
        kept = [(self.text(name), self.value(name, value)) for name, value in wanted]
        return tuple(sorted(kept, key=lambda pair: pair[0]))

    def document(self, document: Any) -> Any:
        """A JSON document; the one given is not changed."""
        if self._ignored:
            document = without(document, self._ignored)
        return self._json("", document) if self._looks_within else document

    def _json(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            return self.value(name, value)
        if isinstance(value, list):
            return [self._json(name, item) for item in value]
        if isinstance(value, dict):
            return self._members(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            text = repr(value)
            changed = self.value(name, text)
            return value if changed == text else changed
        return value

    def _members(self, members: dict[str, Any]) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for name, value in members.items():
            if fold(name) in self._fields and not isinstance(value, dict | list):
                continue
            changed, number = self.text(name), 1
            while changed in kept:
                # Two names that differ only in what is volatile stay two.
                number += 1
                changed = f"{self.text(name)} ({number})"
            kept[changed] = self._json(name, value)
        return kept
