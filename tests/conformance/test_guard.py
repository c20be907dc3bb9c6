"""The guard that proves that nothing went to the network is itself proved here."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

import pytest

from tests.conformance.laboratory import Laboratory
from tests.support.network import NetworkUsedError, no_network


def connect(port: int) -> None:
    with socket.socket() as sock:
        sock.connect(("127.0.0.1", port))


def connect_ex(port: int) -> None:
    with socket.socket() as sock:
        sock.connect_ex(("127.0.0.1", port))


def send_to(port: int) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", ("127.0.0.1", port))


def resolve(port: int) -> None:
    socket.getaddrinfo("localhost", port)


def through_asyncio(port: int) -> None:
    async def open_and_close() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()

    asyncio.run(open_and_close())


@pytest.mark.parametrize("use", [connect, connect_ex, send_to, resolve, through_asyncio])
def test_the_guard_catches(use: Callable[[int], None], laboratory: Laboratory) -> None:
    port = laboratory.server.ports["http"]
    laboratory.reset()
    use(port)
    with pytest.raises(NetworkUsedError), no_network():
        use(port)
    use(port)


@pytest.mark.parametrize("use", [connect, connect_ex, send_to, resolve, through_asyncio])
def test_the_guard_tells_of_attempts_that_were_swallowed(
    use: Callable[[int], None], laboratory: Laboratory
) -> None:
    laboratory.reset()
    with pytest.raises(NetworkUsedError, match="the network was used"), no_network() as attempts:
        with contextlib.suppress(NetworkUsedError):
            use(laboratory.server.ports["http"])
        assert len(attempts) == 1


def test_event_loops_run_under_the_guard() -> None:
    with no_network():
        assert asyncio.run(asyncio.sleep(0, "done")) == "done"


def test_a_stopped_server_refuses_and_comes_back(laboratory: Laboratory) -> None:
    laboratory.reset()
    port = laboratory.server.ports["http"]
    laboratory.stop()
    with pytest.raises(ConnectionRefusedError):
        connect(port)
    laboratory.start()
    connect(port)
