"""The body of an aiohttp request, gathered without a connection and written again from memory.

A body may come from a source that can be read only once. So what was gathered is kept
on the payload, and the next time it is written the very same pieces go out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from aiohttp import ClientRequest
from aiohttp.abc import AbstractStreamWriter
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import StreamWriter
from aiohttp.payload import AsyncIterablePayload, BytesPayload, Payload

_CLOSES = not hasattr(Payload, "write_with_length")
"""Up to aiohttp 3.11 a payload closes the file that it has written."""

_WRITE = "write" if _CLOSES else "write_with_length"
"""The method by which a request has its payload written."""

_Place = tuple[Any, Any, int]
"""A payload, the file that it reads from, where that stood."""

_unsent: WeakKeyDictionary[Any, list[bytes]] = WeakKeyDictionary()
"""What was gathered from a source that cannot be rewound, and was then not sent."""


class Upload:
    """A gathered body: `body` as it goes on the wire, less transfer codings.

    `error` is what the body's source raised; the program is to meet it in sending.
    """

    __slots__ = ("_payload", "_places", "_written", "body", "error", "pieces")

    def __init__(self, body: bytes = b"") -> None:
        self.body = body
        self.pieces: list[bytes] = []
        self.error: Exception | None = None
        self._payload: Any = None
        self._places: list[_Place] = []
        self._written = True

    def keep_for(self, payload: Any, places: list[_Place], consumed: bool | None) -> None:
        """Have the payload, once, written from what was gathered."""
        self._payload, self._places, self._written = payload, places, False
        after = getattr(payload, "_consumed", None)
        if consumed is not None:
            payload._consumed = consumed
        setattr(payload, _WRITE, partial(self._write, after))

    async def _write(self, consumed: bool | None, writer: AbstractStreamWriter, *limit: Any) -> None:
        self._written = True
        delattr(self._payload, _WRITE)
        if consumed is not None:
            self._payload._consumed = consumed
        try:
            for piece in self.pieces:
                await writer.write(piece)
            if self.error is not None:
                raise self.error
        finally:
            if _CLOSES:
                for _, source, _ in self._places:
                    source.close()

    def ended(self) -> None:
        """The exchange is over. A source that was read for nothing is put back as it was."""
        if self._written:
            return
        for _, source, place in self._places:
            if not source.closed:
                source.seek(place)
        if isinstance(self._payload, AsyncIterablePayload):
            try:
                _unsent[self._payload._value] = self.pieces
            except TypeError:
                return
            delattr(self._payload, _WRITE)
            restore(self._payload)


class _Pieces(AbstractStreamWriter):
    """Keeps what is written, piece by piece."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    async def write(self, chunk: bytes | bytearray | memoryview, *args: Any, **kwargs: Any) -> None:
        """Keep a piece."""
        self._pieces.append(chunk if type(chunk) is bytes else bytes(chunk))

    async def write_eof(self, chunk: bytes = b"") -> None:
        """Keep the last piece."""
        await self.write(chunk)

    async def drain(self) -> None:
        """Nothing waits here."""

    def enable_compression(self, encoding: str = "deflate", strategy: int | None = None) -> None:
        """Pieces are kept as they are before compression."""

    def enable_chunking(self) -> None:
        """Pieces are kept as they are before chunking."""

    async def write_headers(self, status_line: str, headers: Any) -> None:
        """A payload writes none."""


class _Sink:
    """As much of a transport as a StreamWriter writes to."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.write = self.written.append
        self.writelines = self.written.extend

    def is_closing(self) -> bool:
        return False


class _LeftOpen:
    """A file that is read, and closed only when the body is really written."""

    def __init__(self, source: Any) -> None:
        self.read = source.read

    def close(self) -> None:
        """Not yet."""


def in_memory(request: ClientRequest) -> Upload | None:
    """The body of a request, if it is there without reading it from anywhere."""
    payload: Any = request.body
    if not payload:
        return Upload()
    if isinstance(payload, (bytes, bytearray)):
        return Upload(bytes(payload))
    if _in_memory(payload) and not request.compress:
        return Upload(bytes(payload._value)[: _content_length(request)])
    return None


def is_repeatable(request: ClientRequest) -> bool:
    """Whether a body is not made as it is sent, which may take its time."""
    return not isinstance(request.body, AsyncIterablePayload)


async def gather(request: ClientRequest) -> Upload:
    """Read the whole body of a request; whoever sends the request then sends what was read."""
    upload = in_memory(request)
    if upload is not None:
        return upload
    payload: Any = request.body
    limit, upload = _content_length(request), Upload()
    if not isinstance(payload, Payload):
        request.body = upload.pieces = [bytes(piece) for piece in payload]
    else:
        places, consumed = list(_places(payload)), getattr(payload, "_consumed", None)
        await _read(payload, places, limit, upload)
        upload.keep_for(payload, places, consumed)
    upload.body = await _encoded(upload.pieces, request)
    return upload


def restore(payload: Any) -> None:
    """Give a payload back what was gathered from its source and then not sent."""
    if not _unsent or not isinstance(payload, AsyncIterablePayload):
        return
    try:
        pieces = _unsent.get(payload._value)
    except TypeError:
        return
    if pieces is not None:
        payload._iter = _again(payload._value, pieces)


async def _again(source: Any, pieces: list[bytes]) -> AsyncIterator[bytes]:
    _unsent.pop(source, None)
    for piece in pieces:
        yield piece


async def _read(payload: Any, places: list[_Place], limit: int | None, upload: Upload) -> None:
    writer = _Pieces(upload.pieces)
    try:
        if not _CLOSES:
            await payload.write_with_length(writer, limit)
            return
        for part, source, _ in places:
            part._value = _LeftOpen(source)
        await payload.write(writer)
    except Exception as error:
        upload.error = error
    finally:
        for part, source, _ in places:
            part._value = source


async def _encoded(pieces: list[bytes], request: ClientRequest) -> bytes:
    """The pieces as aiohttp's own writer compresses them, where it does."""
    if not request.compress:
        return b"".join(pieces)
    protocol: Any = BaseProtocol(request.loop)
    protocol.transport = sink = _Sink()
    coding: Any = request.compress
    writer = StreamWriter(protocol, request.loop)
    writer.enable_compression(coding)
    for piece in pieces:
        await writer.write(piece)
    await writer.write_eof()
    return b"".join(sink.written)


def _content_length(request: ClientRequest) -> int | None:
    """The length to which aiohttp cuts a body, since 3.12; raises what it raises."""
    read = getattr(request, "_get_content_length", None)
    length: int | None = None if read is None else read()
    return length


def _in_memory(payload: Any) -> bool:
    kind = type(payload)
    return getattr(kind, _WRITE, None) is getattr(BytesPayload, _WRITE) and kind.write is BytesPayload.write


def _places(payload: Any) -> Iterator[_Place]:
    for part in getattr(payload, "_parts", ()):
        yield from _places(part[0])
    source: Any = getattr(payload, "_value", None)
    if hasattr(source, "seek") and hasattr(source, "closed"):
        try:
            yield payload, source, source.tell()
        except (OSError, ValueError):
            return
