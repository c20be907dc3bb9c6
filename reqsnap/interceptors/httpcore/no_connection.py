"""What stands in the `network_stream` extension of an answer that came over no connection."""

from __future__ import annotations

from typing import Any, NoReturn


def no_connection_sync(library: Any) -> object:
    """What stands for a connection of a sync pool of that library."""
    return _made("ReplayedStream", library, (_SyncNoConnection, library.NetworkStream))


def no_connection_async(library: Any) -> object:
    """What stands for a connection of an async pool of that library."""
    return _made("AsyncReplayedStream", library, (_AsyncNoConnection, library.AsyncNetworkStream))


def _made(name: str, library: Any, bases: tuple[type, ...]) -> object:
    errors = {error: getattr(library, error) for error in ("ReadError", "WriteError", "ConnectError")}
    made: object = type(name, bases, errors)()
    return made


class _NoConnection:
    """Stands for the connection of an answer that came over none; it keeps no state."""

    ReadError: type[Exception]
    WriteError: type[Exception]
    ConnectError: type[Exception]

    def get_extra_info(self, info: str) -> Any:
        """Nothing waits to be read. Addresses, socket and TLS session there are none."""
        return False if info == "is_readable" else None

    def _fail(self, error: type[Exception]) -> NoReturn:
        raise error("The answer was replayed by reqsnap: there is no connection")


class _SyncNoConnection(_NoConnection):
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._fail(self.ReadError)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._fail(self.WriteError)

    def close(self) -> None:
        """There is nothing to close."""

    def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None) -> Any:
        self._fail(self.ConnectError)


class _AsyncNoConnection(_NoConnection):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._fail(self.ReadError)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._fail(self.WriteError)

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None) -> Any:
        self._fail(self.ConnectError)
