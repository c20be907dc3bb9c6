"""The parts of httpx or httpx2 that a replayed answer is made of, and whether they are the library's own."""

from __future__ import annotations

import functools
import importlib
import types
from os.path import dirname
from typing import Any

from reqsnap.interceptors.httpcore.replayed_body import AsyncBody, AsyncPieces, ReplayedBody, SyncBody
from reqsnap.interceptors.httpcore.shapes import Decided
from reqsnap.interceptors.httpx.asking import Asking


class Library:
    """httpx, or httpx2. `core` is the name of the library of pools that it stands on."""

    def __init__(self, name: str) -> None:
        module: Any = importlib.import_module(name)
        transports: Any = importlib.import_module(f"{name}._transports.default")
        self.name, self.core = name, name.replace("httpx", "httpcore")
        core: Any = importlib.import_module(self.core)
        self.response, self.headers = module.Response, module.Headers
        self.asked = Asking(module).asked
        self.decided: Any = type("DecidedStream", (Decided, module.ByteStream), {})
        folder = dirname(module.__file__)
        stream = _stream_at_hand(transports.ResponseStream)
        self.sync = Side(folder, core, "", "handle_request", SyncBody, stream)
        async_stream = _async_stream_at_hand(transports.AsyncResponseStream)
        self.async_ = Side(folder, core, "Async", "handle_async_request", AsyncBody, async_stream)


library = functools.cache(Library)


class Side:
    """The sync or the async side of a library: `body` is a pool's answer's, `stream` stands before it.

    Takes the folder that the library is written in, the library of its pools, and what the
    names of these begin with.
    """

    def __init__(
        self, folder: str, core: Any, prefix: str, method: str, body: type[ReplayedBody], stream: Any
    ) -> None:
        self.name, self.read_error = f"{folder} {method}", core.ReadError
        self.body, self.stream = body, stream
        self._folder, self._method = folder, method
        self._pool = vars(getattr(core, f"{prefix}ConnectionPool"))
        self._core_folder = dirname(core.__file__)
        names = [f"{prefix}{kind}" for kind in ("ConnectionPool", "HTTPProxy", "SOCKSProxy")]
        self._pools = frozenset([getattr(core, name, None) for name in names]) - {None}
        self._hook: object = None
        self._function: object = None
        self._is_known = _BODY in vars(stream(()))

    def is_direct(self, wrapped: Any, transport: Any) -> bool:
        """Whether nothing of somebody else's stands between a transport, its pool and our own wrapper.

        A mock library, or an instrumentation, that has taken the place of either is to be called.
        """
        try:
            function, pool = wrapped.__func__, transport._pool
        except AttributeError:
            return False
        hook = self._pool.get(self._method)
        return (
            type(pool) in self._pools
            and (function is self._function or self._is_the_librarys(function))
            and (hook is self._hook or self._is_ours(hook))
        )

    def _is_the_librarys(self, function: Any) -> bool:
        if not _is_of(function, self._folder):
            return False
        self._function = function
        return True

    def _is_ours(self, hook: Any) -> bool:
        wrapper = getattr(hook, "_self_wrapper", None)
        ours = str(getattr(wrapper, "__module__", "")).startswith(_INTERCEPTORS)
        if not (self._is_known and ours and _is_of(hook.__wrapped__, self._core_folder)):
            return False
        self._hook = hook
        return True


_INTERCEPTORS = f"{__name__.rpartition('.httpx.')[0]}.httpcore"
_BODY = "_httpcore_stream"
"""Where a transport's stream keeps what the pool gave (httpx 0.18 to 0.28, httpx2 2)."""


@functools.lru_cache(maxsize=64)
def _is_of(function: object, folder: str) -> bool:
    """Whether a function was written in a folder."""
    return isinstance(function, types.FunctionType) and function.__code__.co_filename.startswith(folder)


def _stream_at_hand(base: Any) -> Any:
    """A transport's stream, for a body that is read without anything going wrong as long as it is open."""

    class Stream(base):  # type: ignore[misc]
        def __iter__(self) -> Any:
            body = self._httpcore_stream
            # There is nobody to tell of it as it is read, or the pool would have been asked.
            return body.pieces if body.is_open else super().__iter__()

    return Stream


def _async_stream_at_hand(base: Any) -> Any:
    """As `_stream_at_hand`, for the async side."""

    class Stream(base):  # type: ignore[misc]
        def __aiter__(self) -> Any:
            body = self._httpcore_stream
            return AsyncPieces(body) if body.is_open else super().__aiter__()

    return Stream
