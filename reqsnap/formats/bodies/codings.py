"""The content codings of a body undone for its readers, and done again for its client.

The key `coding` names them as Content-Encoding does, each with the settings that made the
body: `gzip; level=6; os=3`. A client that decodes what is made of it sees the same content,
in the same pieces; where the settings were found, the coded bytes are the same too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from reqsnap.content_coding.codecs import NAMES, Codec, Settings, codec
from reqsnap.content_coding.streams import UndecodableError, decode, largest
from reqsnap.formats.bodies.parts import Sizes

Step = tuple[str, Settings]

_SETTING = re.compile(r"([a-z]+)=([0-9]{1,10})")


class Decoded(NamedTuple):
    """A body without its codings.

    `coding` is the value of the key. `parts` are the sizes of the pieces of content that
    could be decoded when a part had come; `coded_parts` are sizes of coded bytes, where
    the body was coded first and divided afterwards. `exact`: the same bytes come back.
    """

    coding: str
    content: bytes
    parts: Sizes = ()
    coded_parts: Sizes = ()
    exact: bool = True


def undo(body: bytes, names: tuple[str, ...], parts: Sizes = ()) -> Decoded | None:
    """A body without its codings; None where that cannot be, or a client might see it otherwise."""
    steps = [(name, codec(name)) for name in names]
    known = [(name, each) for name, each in steps if each is not None]
    if not body or not names or len(known) < len(steps):
        return None
    try:
        return _decoded(body, known, parts)
    except UndecodableError:
        return None


def _decoded(body: bytes, known: list[tuple[str, Codec]], parts: Sizes) -> Decoded | None:
    """The same, where all codings are known. Raises UndecodableError."""
    whole = _undone([body], known)
    if whole.exact and not parts:
        return Decoded(_written(whole.steps), b"".join(whole.pieces))
    pieces = _undone(_cut(body, parts), known)
    content = b"".join(pieces.pieces)
    sizes = tuple([len(piece) for piece in pieces.pieces])
    if pieces.exact and sum(parts) == len(body):
        return Decoded(_written(pieces.steps), content, sizes if parts else ())
    if whole.exact:
        return Decoded(_written(whole.steps), content, (), parts)
    if not pieces.is_whole or sum(parts) not in (0, len(body)):
        return None
    plain: list[Step] = [(name, {}) for name, _ in pieces.steps]
    return Decoded(_written(plain), content, tuple(filter(None, sizes)) if parts else (), exact=False)


def redo(coding: str, content: bytes, parts: Sizes) -> list[bytes] | None:
    """The coded pieces of a body; None where the library of a coding is not installed.

    Raises ValueError with the reason for a value of the key that has no meaning.
    """
    steps = _read(coding)
    pieces = _cut(content, parts)
    for name, settings in steps:
        known = codec(name)
        if known is None:
            return None
        pieces = known.encode(pieces, settings)
    return pieces


class _Attempt(NamedTuple):
    pieces: list[bytes]
    steps: list[Step]
    exact: bool
    is_whole: bool


def _undone(pieces: list[bytes], known: list[tuple[str, Codec]]) -> _Attempt:
    """Pieces without their codings, the last of which was applied last."""
    steps: list[Step] = []
    exact = is_whole = True
    room = largest(b"".join(pieces))
    for name, each in reversed(known):
        decoded = decode(each.stream(b"".join(pieces)), pieces, room)
        if decoded.rest:
            raise UndecodableError("something stands behind the stream")
        found = _settings(each, pieces, decoded.pieces, decoded.is_whole)
        exact, is_whole = exact and found is not None, is_whole and decoded.is_whole
        steps.insert(0, (name, found or {}))
        pieces = decoded.pieces
    return _Attempt(pieces, steps, exact, is_whole)


def _settings(known: Codec, coded: list[bytes], content: list[bytes], ended: bool) -> Settings | None:
    """The settings with which the content gives the same coded pieces, or None."""
    body = b"".join(coded)
    for guess in known.guesses(body, sum(map(len, content))):
        settings = guess if ended else {**guess, "cut": 1}
        if known.encode(content, settings) == coded:
            return settings
    return None


def _cut(body: bytes, parts: Sizes) -> list[bytes]:
    if not parts:
        return [body]
    ends = list(accumulate(parts))
    return [body[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _written(steps: list[Step]) -> str:
    return ", ".join(
        "; ".join([name, *[f"{key}={value}" for key, value in settings.items()]]) for name, settings in steps
    )


@lru_cache(maxsize=64)
def _read(coding: str) -> tuple[Step, ...]:
    """The codings in the order in which they are applied, with their settings."""
    return tuple([_read_step(each) for each in coding.split(",")])


def _read_step(text: str) -> Step:
    name, *settings = [each.strip() for each in text.split(";")]
    if name not in NAMES:
        raise ValueError(f"coding must be {', '.join(NAMES[:-1])} or {NAMES[-1]}, not {name!r}")
    known = codec(name)
    found: dict[str, int] = {}
    for each in settings:
        setting = _SETTING.fullmatch(each)
        value = int(setting[2]) if setting else -1
        if setting is None or (known is not None and value not in known.settings.get(setting[1], ())):
            raise ValueError(f"{each!r} is no setting of the coding {name}")
        found[setting[1]] = value
    return name, found
