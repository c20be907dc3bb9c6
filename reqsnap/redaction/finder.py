"""Collects what the rules find in one exchange."""

from __future__ import annotations

import enum
from urllib.parse import unquote_plus

from reqsnap.patterns import regex
from reqsnap.redaction.names import fold
from reqsnap.redaction.placeholders import Placeholder, Secret, credentials_placeholder
from reqsnap.redaction.rules import Rules, looks_like_credential

_HOST = regex(r"[^:/?#]*://(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)")
_INNERMOST = regex(r"\[([^\[\]]+)\](?:\[\])?\Z")


class Kind(enum.IntEnum):
    """Whether a name holds secrets."""

    NEVER = 0
    MAYBE = 1
    ALWAYS = 2


class Finder:
    """The secrets found so far, and what stands in the place of each.

    `found` is in the order in which they stood in the exchange.
    """

    __slots__ = ("_host_names", "_placeholder", "_url", "found", "rules")

    def __init__(self, rules: Rules, placeholder: Placeholder, url: str) -> None:
        self.rules = rules
        self.found: dict[Secret, str] = {}
        self._placeholder = placeholder
        self._url = url
        self._host_names: frozenset[str] | None = None

    def take(self, name: str, value: str) -> str | None:
        """What stands in the place of a value that is secret by its name.

        None where there is nothing to hide. A placeholder is no secret, and stays.
        """
        if not value:
            return None
        standing = credentials_placeholder(value)
        if standing is not None:
            return standing
        value = as_text(value)
        secret = Secret(name.lower().replace("-", "_"), value)
        text = self.found.get(secret)
        if text is None:
            text = self._placeholder(secret)
            if not text.isascii():
                text = text.encode().decode("latin-1")
            self.found[secret] = text
        return text

    def take_if(self, kind: Kind, name: str, value: str, *, hosts: bool = True) -> str | None:
        """The same for a value that is a secret perhaps, depending on it and on the host."""
        if (
            kind is Kind.ALWAYS
            or looks_like_credential(value)
            or (hosts and simple_name(name) in self._names_on_host())
        ):
            return self.take(name, value)
        return None

    def query_kind(self, name: str) -> Kind:
        """Whether a parameter of the query holds secrets, by its name as it is spelled there."""
        return self._kind(name, self.rules.query)

    def field_kind(self, name: str) -> Kind:
        """Whether a field of a body holds secrets."""
        return self._kind(name, self.rules.fields)

    def _kind(self, name: str, always: frozenset[str]) -> Kind:
        name = fold(name if name.isascii() else as_text(name))
        if name in always:
            return Kind.ALWAYS
        if self.rules.may_be_secret(name):
            return Kind.MAYBE
        if "]" in name or "%" in name or "+" in name:
            simple = simple_name(name)
            return Kind.NEVER if simple == name else self._kind(simple, always)
        return Kind.NEVER

    def _names_on_host(self) -> frozenset[str]:
        if self._host_names is None:
            found = _HOST.match(self._url)
            self._host_names = self.rules.names_on(found[1]) if found else frozenset()
        return self._host_names


def simple_name(name: str) -> str:
    """A name folded, decoded and without what nests it: `password` of `user%5Bpassword%5D`."""
    if "%" in name or "+" in name:
        name = unquote_plus(name, encoding="latin-1")
    if name.endswith("]"):
        found = _INNERMOST.search(name)
        name = found[1] if found else name.removesuffix("[]")
    return fold(name)


def as_text(value: str) -> str:
    """A value as text, where it is UTF-8 that was read with one character for each byte."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        # Text already, perhaps with the two halves of a character that JSON escaped apart.
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
