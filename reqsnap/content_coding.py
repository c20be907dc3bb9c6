"""Content codings undone and done again (RFC 9110, section 8.4).

gzip and deflate come with Python; br and zstd are known where one of their libraries
is installed. Encoding is deterministic: the same content always gives the same bytes.
"""

from __future__ import annotations

import importlib
import io
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from reqsnap.model import Headers

Encoder = Callable[[bytes], bytes]
"""Encodes content the way in which the bytes that were decoded had been encoded."""

Decoder = Callable[[bytes], tuple[bytes, Encoder]]
"""Gives the content and the way back. Raises whatever its library raises where it cannot."""


class Undone(NamedTuple):
    """A body without its content codings, and the way back, last step first."""

    content: bytes
    encoders: tuple[Encoder, ...]

    def redo(self, content: bytes) -> bytes:
        """Content in the codings that were undone."""
        for encode in reversed(self.encoders):
            content = encode(content)
        return content


def content_codings(headers: Headers) -> tuple[str, ...]:
    """The codings that Content-Encoding names, in the order in which they were applied."""
    names = ",".join(headers.get_all("content-encoding")).lower().split(",")
    return tuple([name for each in names if (name := each.strip()) not in ("", "identity")])


def undo(body: bytes, codings: tuple[str, ...]) -> Undone | None:
    """Undo codings; None where one of them is not known here.

    A coding that the body is not in fact in is passed over, as if it had not been named.

    >>> undone = undo(b"plain", ("gzip",))
    >>> undone.content, undone.encoders
    (b'plain', ())
    """
    decoders = [_decoder(name) for name in codings]
    encoders: list[Encoder] = []
    for decode in reversed(decoders):
        if decode is None:
            return None
        try:
            body, encode = decode(body)
        except Exception:
            # Each library raises errors of its own; all of them mean that the header is wrong.
            continue
        encoders.append(encode)
    return Undone(body, tuple(encoders))


def encode(content: bytes, codings: tuple[str, ...]) -> bytes | None:
    """Content in codings, in the order in which they are applied; None where one is not known here.

    >>> undo(encode(b"plain", ("gzip",)), ("gzip",)).content
    b'plain'
    """
    for name in codings:
        encoder = _encoder(name)
        if encoder is None:
            return None
        content = encoder(content)
    return content


def _encoder(name: str) -> Encoder | None:
    if name in ("gzip", "x-gzip"):
        return _compressor(_GZIP, True)
    if name == "deflate":
        return _compressor(_ZLIB, True)
    if name == "br":
        library = _library(*_BROTLI)
        return None if library is None else partial(library.compress)
    if name == "zstd":
        library = _library(*_ZSTD)
        if library is not None:
            return partial(library.compress)
        library = _library("zstandard")
        return None if library is None else partial(library.ZstdCompressor().compress)
    return None


def _decoder(name: str) -> Decoder | None:
    if name in ("gzip", "x-gzip"):
        return _gunzip
    if name == "deflate":
        return _inflate
    if name == "br":
        return _brotli_decoder()
    if name == "zstd":
        return _zstd_decoder()
    return None


# gzip and deflate

_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


def _gunzip(body: bytes) -> tuple[bytes, Encoder]:
    content, rest, complete = _decompress(body, _GZIP)
    members = [content]
    while complete and rest[:2] == b"\x1f\x8b":
        content, rest, complete = _decompress(rest, _GZIP)
        members.append(content)
    return b"".join(members), _compressor(_GZIP, complete)


def _inflate(body: bytes) -> tuple[bytes, Encoder]:
    # The name means zlib's format, but some servers send what is inside it.
    try:
        content, _, complete = _decompress(body, _ZLIB)
    except zlib.error:
        content, rest, complete = _decompress(body, _RAW)
        if rest or not complete:
            raise
        return content, _compressor(_RAW, True)
    return content, _compressor(_ZLIB, complete)


def _decompress(body: bytes, window: int) -> tuple[bytes, bytes, bool]:
    """The content, what follows it, and whether it ended rather than was cut."""
    decompressor = zlib.decompressobj(window)
    content = decompressor.decompress(body)
    if not content and not decompressor.eof:
        raise zlib.error("too short to tell")
    return content, decompressor.unused_data, decompressor.eof


def _compressor(window: int, complete: bool) -> Encoder:
    """An encoder. What was cut stays cut, so that its reader fails or waits as it did."""

    def encode(content: bytes) -> bytes:
        compressor = zlib.compressobj(9, zlib.DEFLATED, window)
        data = compressor.compress(content)
        data += compressor.flush(zlib.Z_FINISH if complete else zlib.Z_SYNC_FLUSH)
        # zlib names the operating system in the header; the bytes should not depend on it.
        return data[:9] + b"\xff" + data[10:] if window == _GZIP else data

    return encode


# br and zstd

_BROTLI = "brotli", "brotlicffi"
_ZSTD = "compression.zstd", "backports.zstd"


def _library(*names: str) -> Any:
    """The first of these modules that can be imported, or None."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def _brotli_decoder() -> Decoder | None:
    library = _library(*_BROTLI)
    if library is None:
        return None
    # The best quality takes seconds for a large body; servers use about this one.
    return lambda body: (library.decompress(body), lambda content: library.compress(content, quality=5))


def _zstd_decoder() -> Decoder | None:
    library = _library(*_ZSTD)
    if library is not None:
        return lambda body: (library.decompress(body), library.compress)
    library = _library("zstandard")
    return None if library is None else _zstandard_decoder(library)


def _zstandard_decoder(library: Any) -> Decoder:
    def decode(body: bytes) -> tuple[bytes, Encoder]:
        reader = library.ZstdDecompressor().stream_reader(io.BytesIO(body), read_across_frames=True)
        return reader.read(), library.ZstdCompressor().compress

    return decode
