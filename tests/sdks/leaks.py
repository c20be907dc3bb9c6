"""Looking for secrets in bytes and in cassettes, however they are spelt there."""

from __future__ import annotations

import binascii
import gzip
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import yaml


def found_in(secret: str, texts: Iterable[bytes]) -> bool:
    """Whether the secret stands in one of the texts: raw, URL-encoded or in base64."""
    spellings = set(_spellings(secret))
    return any(spelling in text for text in texts for spelling in spellings)


def readings(data: bytes) -> Iterator[bytes]:
    """The bytes as they are, and what base64 or gzip in them stands for."""
    yield data
    unfolded = b"".join(data.split())
    if unfolded != data:
        yield unfolded
    try:
        yield from _unpacked(b64decode(unfolded, validate=True))
    except binascii.Error:
        yield from _unpacked(data)


def cassette_readings(path: Path) -> Iterator[bytes]:
    """All that can be read out of a cassette: its text, and each of its values decoded."""
    yield path.read_bytes()
    for value in _scalars(yaml.safe_load(path.read_text("utf-8"))):
        yield from readings(value.encode())


def _spellings(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield raw
    for encoded in (quote(secret), quote(secret, safe=""), quote_plus(secret)):
        yield encoded.encode()
        yield re.sub("%..", lambda escape: escape[0].lower(), encoded).encode()
    for before in range(3):
        standard = _base64_core(raw, before)
        yield standard
        yield standard.translate(bytes.maketrans(b"+/", b"-_"))


def _base64_core(raw: bytes, before: int) -> bytes:
    """The characters that depend on these bytes alone when so many others stand before them."""
    encoded = b64encode(bytes(before) + raw)
    return encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    yield data


def _scalars(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _scalars(key)
            yield from _scalars(value)
    elif isinstance(node, list):
        for value in node:
            yield from _scalars(value)
    else:
        yield str(node)
