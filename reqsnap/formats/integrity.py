"""The header fields that vouch for the bytes of a body, made true again where those have changed.

What is changed so is a body that stands decoded in a file and is coded anew when it is read:
the content is the same, the coded bytes need not be. What cannot be computed here is left out.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable
from functools import lru_cache, partial

from reqsnap.model import Headers

_FIELD = re.compile(
    r"content-md5|(?:content-|repr-)?digest|x-goog-hash|x-amz-checksum-(?!type|mode|algorithm).+",
    re.IGNORECASE,
)
_AMAZON = "x-amz-checksum-"
_MEMBER = re.compile(r"\s*([A-Za-z0-9-]+)=(:?)([A-Za-z0-9+/]+={0,2})\2\s*")


def fitting(headers: Headers, body: bytes) -> Headers:
    """The fields with the digests of these bytes; the very same fields where they are true.

    >>> fitting(Headers([("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==")]), b"").get("content-md5")
    '1B2M2Y8AsgTpgAmY7PhCfg=='
    """
    if not any(_FIELD.fullmatch(name) for name, _ in headers.pairs):
        return headers
    pairs = []
    for name, value in headers.pairs:
        fitted = _fitted(name.lower(), value, body) if _FIELD.fullmatch(name) else value
        if fitted is not None:
            pairs.append((name, fitted))
    return headers if pairs == list(headers.pairs) else Headers(pairs)


def _fitted(name: str, value: str, body: bytes) -> str | None:
    """The value of a field for these bytes; None where it cannot be told."""
    if name == "content-md5":
        return _digest("md5", value, body)
    if name.startswith(_AMAZON):
        return _digest(name.removeprefix(_AMAZON), value, body)
    members = [_fitted_member(member, body) for member in value.split(",")]
    return ",".join([member for member in members if member is not None]) or None


def _fitted_member(member: str, body: bytes) -> str | None:
    """`sha-256=...` of Digest (RFC 3230), or `sha-256=:...:` of Content-Digest (RFC 9530, section 2)."""
    found = _MEMBER.fullmatch(member)
    digest = _digest(found[1].lower(), found[3], body) if found else None
    if found is None or digest is None:
        return None
    return member[: found.start(3)] + digest + member[found.end(3) :]


def _digest(algorithm: str, value: str, body: bytes) -> str | None:
    compute = _ALGORITHMS.get(algorithm)
    try:
        known = base64.b64decode(value.strip(), validate=True)
    except ValueError:
        # No base64, such as that of an upload in parts, which is none of the whole.
        return None
    if compute is None:
        return None
    digest = compute(body)
    if len(known) != len(digest):
        return None
    return value if digest == known else base64.b64encode(digest).decode("ascii")


def _hashed(name: str, body: bytes) -> bytes:
    return hashlib.new(name, body, usedforsecurity=False).digest()


def _crc32(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(4, "big")


def _crc(polynomial: int, size: int, body: bytes) -> bytes:
    """A cyclic redundancy check with the bits reflected, all of them inverted before and after."""
    table, ones = _table(polynomial), (1 << size * 8) - 1
    register = ones
    for octet in body:
        register = table[(register ^ octet) & 0xFF] ^ register >> 8
    return (register ^ ones).to_bytes(size, "big")


@lru_cache(maxsize=2)
def _table(polynomial: int) -> list[int]:
    entries = []
    for entry in range(256):
        for _ in range(8):
            entry = entry >> 1 ^ (polynomial if entry & 1 else 0)
        entries.append(entry)
    return entries


_ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {
    "md5": partial(_hashed, "md5"),
    "sha": partial(_hashed, "sha1"),
    "sha1": partial(_hashed, "sha1"),
    "sha-256": partial(_hashed, "sha256"),
    "sha256": partial(_hashed, "sha256"),
    "sha-512": partial(_hashed, "sha512"),
    "crc32": _crc32,
    # Castagnoli (RFC 9260, appendix A), and the one of NVM Express, which S3 uses by default.
    "crc32c": partial(_crc, 0x82F63B78, 4),
    "crc64nvme": partial(_crc, 0x9A6C9329AC4BC9B5, 8),
}
