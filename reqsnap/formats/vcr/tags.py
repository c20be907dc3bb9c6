"""VCR.py's YAML as plain values.

PyYAML's dumper writes Python's tags where a body was no string, and anchors where one
object stands in two places. Tags are read for what they say; nothing is ever constructed.
"""

from __future__ import annotations

import base64
import re
from typing import Any

import yaml

from reqsnap.formats.vcr.values import Leaf, Mapping, Node, Sequence, UnreadableError

_YAML = "tag:yaml.org,2002:"
_NULL, _BINARY = f"{_YAML}null", f"{_YAML}binary"
_PYTHON = f"{_YAML}python/"
_TEXTS = frozenset(f"{_PYTHON}{name}" for name in ("str", "unicode", "long", "name:builtins.str"))
_BYTES = f"{_PYTHON}bytes"
_SEQUENCES = frozenset((f"{_YAML}seq", f"{_PYTHON}tuple", f"{_PYTHON}list", f"{_YAML}set"))
_REQUEST = f"{_PYTHON}object:vcr.request.Request"
_MAPPINGS = frozenset((f"{_YAML}map", f"{_PYTHON}dict", _REQUEST))
_BARE = frozenset(f"{_YAML}{name}" for name in ("int", "float", "bool"))
_SCALARS = frozenset(f"{_YAML}{name}" for name in ("str", "timestamp", "value"))
# A file-like body was written as `_io.BytesIO` with its state, an iterator as `iter` with its arguments,
# and before VCR.py 1.0 the header fields of a request as a frozenset.
_WRAPPED = {
    f"{_PYTHON}object/new:_io.BytesIO": "state",
    f"{_PYTHON}object/new:io.BytesIO": "state",
    f"{_PYTHON}object/apply:builtins.iter": "args",
}
_FROZEN = (f"{_PYTHON}object/apply:__builtin__.frozenset", f"{_PYTHON}object/apply:builtins.frozenset")
# aiohttp's names of header fields, and the URL of its answer, which nobody needs, in VCR.py 1.
_NAME = re.compile(re.escape(f"{_PYTHON}object/new:multidict.") + r"[\w.]*(?:istr|upstr)")
_URL = f"{_PYTHON}object/new:yarl.URL"
_DEEPEST, _DEEPEST_NODE = 32, 100
_TOO_DEEP = "the document is nested too deep"


def parse(text: str) -> Node:
    """The one document in a text. Raises UnreadableError."""
    return _Plain().value(composed(text), 0)


def end_of_items(text: str) -> int | None:
    """Where items laid out as VCR.py does can be added to a text; None where they cannot.

    Raises UnreadableError.
    """
    root = composed(text)
    entries = root.value if isinstance(root, yaml.MappingNode) else []
    for place, (key, value) in enumerate(entries):
        if key.value == "interactions":
            starts = [value.start_mark, *[key.start_mark for key, _ in entries[place + 1 :]]]
            if not isinstance(value, yaml.SequenceNode) or value.flow_style or any(s.column for s in starts):
                return None
            if len(starts) > 1:
                return int(starts[1].index)
            return len(text) if text.endswith("\n") and "\n..." not in text else None
    return None


class _Bounded:
    """Ends a loader's composing before it fills the stack: libyaml's composer asks nobody, and dies.

    Loaders call these two around every node, for paths that nobody gives them.
    """

    _depth = 0

    def descend_resolver(self, parent: Any, index: Any) -> None:
        self._depth += 1
        if self._depth > _DEEPEST_NODE:
            raise UnreadableError(parent.start_mark.line + 1, _TOO_DEEP)

    def ascend_resolver(self) -> None:
        self._depth -= 1


_Loader: Any = type("_Loader", (_Bounded, yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader), {})


def composed(text: str) -> Any:
    """The one document in a text, as PyYAML's nodes. Raises UnreadableError."""
    try:
        root = yaml.compose(text, _Loader)
    except UnreadableError:
        raise
    except _PARSE_ERRORS as error:
        raise UnreadableError(*_place_and_reason(error)) from None
    if root is None:
        raise UnreadableError(1, "the file holds no YAML document")
    return root


# Beside YAMLError the pure Python parser lets these out for some escapes: "\UFFFFFFFF".
_PARSE_ERRORS = (yaml.YAMLError, ValueError, ArithmeticError, LookupError, RecursionError)


def _place_and_reason(error: Exception) -> tuple[int, str]:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        return error.problem_mark.line + 1, f"it is not valid YAML ({reason})"
    return 1, f"it is not valid YAML ({error})"


class _Plain:
    """Turns PyYAML's nodes into plain values; what an alias names again is turned once."""

    def __init__(self) -> None:
        self._known: dict[int, Node] = {}
        self._within: set[int] = set()

    def value(self, node: Any, depth: int) -> Node:
        found = self._known.get(id(node))
        if found is not None:
            return found
        line = node.start_mark.line + 1
        if depth == _DEEPEST or id(node) in self._within:
            raise UnreadableError(line, _TOO_DEEP)
        self._within.add(id(node))
        found = self._known[id(node)] = self._plain(node, line, depth + 1)
        self._within.discard(id(node))
        return found

    def _plain(self, node: Any, line: int, depth: int) -> Node:
        tag = node.tag
        if tag == _URL:
            return Leaf(None, line)
        if isinstance(node, yaml.SequenceNode) and len(node.value) == 1 and _NAME.fullmatch(tag):
            return self.value(node.value[0], depth)
        if isinstance(node, yaml.ScalarNode):
            return _leaf(tag, node.value, line)
        if isinstance(node, yaml.SequenceNode) and (tag in _SEQUENCES or tag in _FROZEN):
            items = [self.value(item, depth) for item in node.value]
            if tag in _FROZEN and len(items) == 1 and isinstance(items[0], Sequence):
                return items[0]
            return Sequence(items, line)
        if isinstance(node, yaml.MappingNode) and tag in _MAPPINGS:
            return Mapping({self._key(key, depth): self.value(each, depth) for key, each in node.value}, line)
        if isinstance(node, yaml.MappingNode) and tag in _WRAPPED:
            return self._wrapped(node, _WRAPPED[tag], line, depth)
        raise UnreadableError(line, f"the tag {tag.replace(_YAML, '!!')} is none that VCR.py writes")

    def _key(self, node: Any, depth: int) -> str:
        key = self.value(node, depth)
        if isinstance(key, Leaf) and key.value is not None:
            return key.value.decode("latin-1") if isinstance(key.value, bytes) else key.value
        raise UnreadableError(key.line, "a key must be text")

    def _wrapped(self, node: Any, key: str, line: int, depth: int) -> Node:
        """What an object was made of: the first value under a key, the pieces of an iterator joined."""
        for name, each in node.value:
            if name.value == key:
                values = self.value(each, depth)
                if isinstance(values, Sequence) and values.items:
                    return _joined(values.items[0])
        return Leaf(b"", line)


def _joined(node: Node) -> Node:
    if not isinstance(node, Sequence):
        return node
    pieces: list[bytes] = []
    for item in node.items:
        if not isinstance(item, Leaf) or item.value is None:
            raise UnreadableError(item.line, "a piece of a body must be text")
        piece = item.value
        pieces.append(piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogatepass"))
    return Leaf(b"".join(pieces), node.line)


def _leaf(tag: str, text: str, line: int) -> Leaf:
    if tag == _NULL:
        return Leaf(None, line)
    if tag == _BINARY:
        try:
            return Leaf(base64.b64decode(text), line)
        except ValueError as error:
            raise UnreadableError(line, f"the value is not base64: {error}") from None
    if tag == _BYTES:
        # Python 3's dumper without a representer for bytes wrote their Latin-1 text.
        return Leaf(text.encode("latin-1", "replace"), line)
    if tag in _SCALARS or tag in _TEXTS:
        return Leaf(text, line)
    if tag in _BARE:
        return Leaf(text, line, True)
    raise UnreadableError(line, f"the tag {tag.replace(_YAML, '!!')} is none that VCR.py writes")
