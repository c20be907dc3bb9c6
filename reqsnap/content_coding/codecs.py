"""Each content coding, piece by piece, with all that decides which bytes an encoder makes.

gzip and deflate come with Python; br and zstd are known where one of their libraries is
installed. Encoding is deterministic: the same content and settings give the same bytes.
A body that stands decoded in a file is coded again when it is read. Where the settings of
zlib, brotli or zstd that made it can be found, the very same bytes come back.
"""

from __future__ import annotations

import importlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from reqsnap.content_coding.streams import SlicedStream, Stream, ZlibStream

Settings = Mapping[str, int]
"""What an encoder was told beside its defaults. `cut` is 1 where the stream was left unfinished."""

_SMALL = 64 * 1024
"""Up to how many bytes of content all settings are tried; each takes a millisecond or so then."""


class Codec(Protocol):
    """One content coding."""

    settings: Mapping[str, range]
    """The settings that there are, and what each may be."""

    def stream(self, body: bytes) -> Stream:
        """What decodes the first stream of a body."""

    def begins(self, body: bytes) -> bool:
        """Whether the first bytes alone show that a body is in this coding."""

    def shape(self, body: bytes) -> Settings:
        """The settings without which some clients could not decode a body that they could before."""

    def encode(self, pieces: list[bytes], settings: Settings) -> list[bytes]:
        """Pieces of content coded so that each can be decoded when it has come."""

    def guesses(self, body: bytes, size: int) -> Iterator[Settings]:
        """Settings that may have made a body of `size` bytes of content, the likeliest first."""


class _Zlib:
    """gzip (RFC 1952), and deflate in zlib's format (RFC 1950) or, as some servers send it, bare."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self.settings: Mapping[str, range] = {
            "level": range(10),
            "memory": range(1, 10),
            "cut": range(2),
            **(
                {"mtime": range(1 << 32), "flags": range(256), "os": range(256)}
                if gzip
                else {"raw": range(2)}
            ),
        }

    def stream(self, body: bytes) -> Stream:
        if self._gzip:
            return ZlibStream(16 + zlib.MAX_WBITS)
        return ZlibStream(-zlib.MAX_WBITS if _is_raw(body) else zlib.MAX_WBITS)

    def begins(self, body: bytes) -> bool:
        return body[:2] == b"\x1f\x8b" if self._gzip else not _is_raw(body)

    def shape(self, body: bytes) -> Settings:
        return {"raw": 1} if not self._gzip and _is_raw(body) else {}

    def encode(self, pieces: list[bytes], settings: Settings) -> list[bytes]:
        level, memory = settings.get("level", 9), settings.get("memory", 8)
        wrapped = not self._gzip and not settings.get("raw")
        window = zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS
        compressor = zlib.compressobj(level, zlib.DEFLATED, window, memory)
        flush = zlib.Z_SYNC_FLUSH
        found = [
            compressor.compress(piece) + (compressor.flush(flush) if piece else b"") for piece in pieces[:-1]
        ]
        last = compressor.compress(pieces[-1])
        found.append(last + compressor.flush(flush if settings.get("cut") else zlib.Z_FINISH))
        return self._framed(found, pieces, level, settings) if self._gzip else found

    def _framed(self, coded: list[bytes], pieces: list[bytes], level: int, settings: Settings) -> list[bytes]:
        flags = settings.get("flags", _flags(level))
        coded[0] = (
            _GZIP_HEAD.pack(b"\x1f\x8b\x08\0", settings.get("mtime", 0), flags, settings.get("os", 255))
            + coded[0]
        )
        if not settings.get("cut"):
            content = b"".join(pieces)
            coded[-1] += struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
        return coded

    def guesses(self, body: bytes, size: int) -> Iterator[Settings]:
        if not self._gzip:
            raw = _is_raw(body)
            likely = (6, 9, 1) if raw else {0: (1, 0), 1: (5, 4, 3, 2), 2: (6,), 3: (9, 8, 7)}[body[1] >> 6]
            yield from _zlib_guesses(likely, {"raw": 1} if raw else {}, size)
        elif body[:4] == b"\x1f\x8b\x08\0" and len(body) > _GZIP_HEAD.size:
            _, mtime, flags, system = _GZIP_HEAD.unpack_from(body)
            likely = {2: (9, 6), 4: (1, 6, 0)}.get(flags, (6, 5, 4, 9, 1))
            for guess in _zlib_guesses(likely, {}, size):
                special = {} if flags == _flags(guess.get("level", 9)) else {"flags": flags}
                yield {
                    **guess,
                    **({"mtime": mtime} if mtime else {}),
                    **special,
                    **({} if system == 255 else {"os": system}),
                }


_GZIP_HEAD = struct.Struct("<4sIBB")


def _flags(level: int) -> int:
    """What zlib writes as XFL: how hard it tried (RFC 1952, section 2.3.1)."""
    return 2 if level == 9 else 4 if level < 2 else 0


def _zlib_guesses(likely: tuple[int, ...], common: Settings, size: int) -> Iterator[Settings]:
    others = (
        [level for level in (6, 9, 1, 5, 4, 3, 2, 7, 8, 0) if level not in likely] if size <= _SMALL else []
    )
    # Apache's mod_deflate gives zlib more memory than its default.
    for memory in (8, 9) if size <= _SMALL else (8,):
        for level in [*likely, *others]:
            special = {} if memory == 8 else {"memory": memory}
            yield {**({} if level == 9 else {"level": level}), **special, **common}


def _is_raw(body: bytes) -> bool:
    """Whether deflated data lacks zlib's two bytes (RFC 1950, section 2.2)."""
    return len(body) < 2 or body[0] & 0x0F != 8 or int.from_bytes(body[:2], "big") % 31 != 0


class _Brotli:
    """br (RFC 7932)."""

    settings: Mapping[str, range] = {"quality": range(12), "cut": range(2)}

    def __init__(self, library: Any) -> None:
        self._library = library

    def stream(self, body: bytes) -> Stream:
        decompressor = self._library.Decompressor()
        # A few bytes may ask for the same 16 megabytes again (RFC 7932, section 9.2).
        return SlicedStream(
            decompressor.process, decompressor.is_finished, lambda: b"", self._library.error, 256
        )

    def begins(self, body: bytes) -> bool:
        return False

    def shape(self, body: bytes) -> Settings:
        return {}

    def encode(self, pieces: list[bytes], settings: Settings) -> list[bytes]:
        compressor = self._library.Compressor(quality=settings.get("quality", 5))
        found = [compressor.process(piece) + (compressor.flush() if piece else b"") for piece in pieces[:-1]]
        last = compressor.process(pieces[-1])
        return [*found, last + (compressor.flush() if settings.get("cut") else compressor.finish())]

    def guesses(self, body: bytes, size: int) -> Iterator[Settings]:
        yield {}
        # What servers use; the last two take a second for each megabyte.
        for quality in (4, 6, 1, 11, 9, 3, 7, 8, 2, 0, 10) if size <= _SMALL // 2 else (4, 6, 1):
            yield {"quality": quality}


class _Zstd:
    """zstd (RFC 8878), by the standard library's module or its backport."""

    settings: Mapping[str, range] = {"level": range(1, 23), "cut": range(2)}

    def __init__(self, library: Any) -> None:
        self._library = library

    def stream(self, body: bytes) -> Stream:
        decompressor = self._decompressor()
        # Four bytes may ask for 128 kilobytes (RFC 8878, section 3.1.1.2.2).
        return SlicedStream(
            decompressor.decompress,
            lambda: bool(decompressor.eof),
            lambda: bytes(decompressor.unused_data),
            self._library.ZstdError,
            1024,
        )

    def _decompressor(self) -> Any:
        return self._library.ZstdDecompressor()

    def begins(self, body: bytes) -> bool:
        # A frame, or one that is to be skipped (RFC 8878, sections 3.1.1 and 3.1.2).
        return body[:4] == b"\x28\xb5\x2f\xfd" or (body[1:4] == b"\x2a\x4d\x18" and body[0] >> 4 == 5)

    def shape(self, body: bytes) -> Settings:
        return {}

    def encode(self, pieces: list[bytes], settings: Settings) -> list[bytes]:
        compressor = self._library.ZstdCompressor(settings.get("level", 3))
        block, frame = compressor.FLUSH_BLOCK, compressor.FLUSH_FRAME
        found = [compressor.compress(piece, block) if piece else b"" for piece in pieces[:-1]]
        return [*found, compressor.compress(pieces[-1], block if settings.get("cut") else frame)]

    def guesses(self, body: bytes, size: int) -> Iterator[Settings]:
        yield {}
        for level in (1, 2, 4, 5, 6, 7, 8, 9) if size <= _SMALL else ():
            yield {"level": level}


class _Zstandard(_Zstd):
    """The same, by the package `zstandard`."""

    def _decompressor(self) -> Any:
        return self._library.ZstdDecompressor().decompressobj()

    def encode(self, pieces: list[bytes], settings: Settings) -> list[bytes]:
        compressor = self._library.ZstdCompressor(level=settings.get("level", 3))
        if len(pieces) == 1 and not settings.get("cut"):
            return [compressor.compress(pieces[0])]
        stream, block = compressor.compressobj(), self._library.COMPRESSOBJ_FLUSH_BLOCK
        found = [stream.compress(piece) + (stream.flush(block) if piece else b"") for piece in pieces[:-1]]
        last = stream.compress(pieces[-1])
        return [*found, last + (stream.flush(block) if settings.get("cut") else stream.flush())]


NAMES = ("gzip", "x-gzip", "deflate", "br", "zstd")
"""The codings that may be known here."""


def codec(name: str) -> Codec | None:
    """The codec of a coding; None for one that is not known, or whose library is not installed."""
    if name in ("gzip", "x-gzip"):
        return _GZIP
    if name == "deflate":
        return _DEFLATE
    if name == "br":
        library = _library("brotli", "brotlicffi")
        return None if library is None else _Brotli(library)
    if name == "zstd":
        library = _library("compression.zstd", "backports.zstd")
        if library is not None:
            return _Zstd(library)
        library = _library("zstandard")
        return None if library is None else _Zstandard(library)
    return None


_GZIP, _DEFLATE = _Zlib(gzip=True), _Zlib(gzip=False)


def _library(*names: str) -> Any:
    """The first of these modules that can be imported, or None."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None
