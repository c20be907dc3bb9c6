"""Secrets in XML and HTML: elements, attributes, and the pairs of XML-RPC and property lists."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from reqsnap.patterns import regex
from reqsnap.redaction.edits import Edit
from reqsnap.redaction.finder import Finder, Kind
from reqsnap.redaction.rules import has_known_prefix

_ELEMENT_NAME = regex(r"<(?:[\w.-]+:)?([\w.-]+)[\s>]", re.ASCII)
_START = r"<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?(?<!/)>\s*+"
_ELEMENT = regex(_START + r"([^<>]*[^<>\s])\s*</", re.ASCII)
_CDATA = regex(_START + r"<!\[CDATA\[(.*?)\]\]>", re.ASCII | re.DOTALL)
_ATTRIBUTE = regex(r"""(?<=\s)(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", re.ASCII)
_TAG = regex(r"<[A-Za-z][^<>]*=[^<>]*>", re.ASCII)
_PAIR = regex(
    r"<(name|key)>\s*([^<>]+?)\s*</\1>\s*(?:<value>\s*)?(?:<(?:string|data|base64)>)?([^<>]*[^<>\s])\s*</",
    re.ASCII,
)


def find_in_markup(text: str, finder: Finder) -> list[Edit]:
    """The edits that hide what stands under the names of the rules."""
    edits: list[Edit] = []
    if any(finder.field_kind(name) for name in set(_ELEMENT_NAME.findall(text))):
        edits += _in_elements(text, finder)
    if "<name>" in text or "<key>" in text:
        for found in _PAIR.finditer(text):
            edits += _value(found, found[2], 3, finder)
    if any(finder.field_kind(name) for name, *_ in set(_ATTRIBUTE.findall(text))):
        edits += _in_attributes(text, finder)
    return edits


def _in_elements(text: str, finder: Finder) -> Iterator[Edit]:
    # Nothing is sought behind the last end, or each beginning there would be read to the end.
    for pattern, end in ((_ELEMENT, text.rfind("</") + 2), (_CDATA, text.rfind("]]>") + 3)):
        for found in pattern.finditer(text, 0, end):
            yield from _value(found, found[1], 2, finder)


def _in_attributes(text: str, finder: Finder) -> Iterator[Edit]:
    for tag in _TAG.finditer(text):
        for found in _ATTRIBUTE.finditer(text, *tag.span()):
            yield from _value(found, found[1], 3 if found[2] is None else 2, finder)


def _value(found: re.Match[str], name: str, group: int, finder: Finder) -> Iterator[Edit]:
    """The edit for a value, if it has to go.

    Only a known prefix makes a credential of what stands under an ambiguous name: in
    listings `<Key>` names files, many of which look random.
    """
    kind = finder.field_kind(name)
    value = html.unescape(found[group])
    if kind is Kind.ALWAYS or (kind is Kind.MAYBE and has_known_prefix(value)):
        replacement = finder.take(name, value)
        if replacement is not None:
            yield Edit(*found.span(group), replacement)
