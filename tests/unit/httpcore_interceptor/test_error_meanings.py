"""What the libraries' exceptions mean."""

from __future__ import annotations

import importlib
import ssl
from typing import Any

import pytest

from reqsnap.interceptors.httpcore.errors import meaning
from reqsnap.model import ErrorKind, NetworkError

LIBRARIES = ["httpcore", "httpcore2"]
ALERT = "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)"


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("kind", "argument", "expected"),
    [
        ("ConnectError", TimeoutError(110, "Connection timed out"), (ErrorKind.CONNECT, 110)),
        ("ConnectError", OSError(113, "No route to host"), (ErrorKind.CONNECT, 113)),
        ("ConnectError", "words of a backend", (ErrorKind.CONNECT, None)),
        ("ReadError", ConnectionResetError(104, "reset"), (ErrorKind.RESET, 104)),
        ("ReadError", OSError(9, "Bad file descriptor"), (ErrorKind.RESET, 9)),
        ("ReadError", ssl.SSLError(1, ALERT), (ErrorKind.RESET, None)),
        ("ReadError", "words of a backend", (ErrorKind.RESET, None)),
        ("WriteError", BrokenPipeError(32, "Broken pipe"), (ErrorKind.RESET, 32)),
        ("ReadTimeout", TimeoutError("timed out"), (ErrorKind.TIMEOUT, None)),
        ("RemoteProtocolError", "Server disconnected", (ErrorKind.CLOSED, None)),
        ("RemoteProtocolError", "<ConnectionTerminated error_code:0>", (ErrorKind.CLOSED, None)),
    ],
)
def test_an_error_of_the_network_has_a_meaning(
    library: str, kind: str, argument: object, expected: tuple[ErrorKind, int | None]
) -> None:
    found = meaning(library, error(library, kind, argument))

    assert found is not None
    assert (found.kind, found.errno) == expected


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_address_does_not_get_into_the_meaning(library: str) -> None:
    refusal = ConnectionRefusedError(111, "Connect call failed ('192.0.2.1', 80)")

    found = meaning(library, error(library, "ConnectError", refusal))

    assert found == NetworkError(ErrorKind.REFUSED, "Connection refused", 111)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_subclass_means_the_same(library: str) -> None:
    base = type(error(library, "ReadTimeout", ""))
    derived = type("Derived", (base,), {})

    assert meaning(library, derived("")) == NetworkError(ErrorKind.TIMEOUT)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    "other",
    [
        ConnectionResetError(104, "reset"),
        KeyboardInterrupt(),
        ValueError("anything"),
    ],
)
def test_what_is_no_error_of_the_library_has_no_meaning(library: str, other: BaseException) -> None:
    assert meaning(library, other) is None


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("kind", ["PoolTimeout", "LocalProtocolError", "ProxyError", "UnsupportedProtocol"])
def test_what_is_not_the_networks_fault_has_no_meaning(library: str, kind: str) -> None:
    assert meaning(library, error(library, kind, "words")) is None


def error(library: str, kind: str, argument: object) -> Exception:
    """An exception of a library."""
    module: Any = importlib.import_module(library)
    made: Exception = getattr(module, kind)(argument)
    return made
