"""The servers and proxies that all runs share, brought back to the same start before each."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import make_certificates
from tests.support.listening import Listener, free_port
from tests.support.proxy import Proxy
from tests.support.server import Raw, Server

PROXY_CREDENTIALS = "eve:pr0xy-passw0rd-of-eve"


class Laboratory:
    """A server, an open proxy, a proxy that demands credentials, and two useless ports.

    Nobody listens on the closed port. The silent one accepts and never says a word.
    """

    def __init__(self, directory: Path) -> None:
        self.certificates = make_certificates(directory)
        self.server = Server(self.certificates, directory)
        self.proxy = Proxy()
        self.locked_proxy = Proxy(PROXY_CREDENTIALS)
        self.closed_port = free_port()
        self.silent_port = free_port()
        self._silent = Listener(self._say_nothing, ("127.0.0.1", self.silent_port))

    def start(self) -> None:
        """Everything listens."""
        self.server.start()
        self.proxy.start()
        self.locked_proxy.start()
        if not self._silent.listening:
            self._silent.start()

    def stop(self) -> None:
        """Nothing listens."""
        self.server.stop()
        self.proxy.stop()
        self.locked_proxy.stop()
        self._silent.stop()

    def _say_nothing(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while sock.recv(1024):
                pass

    def reset(self) -> None:
        """Everything listens and remembers nothing."""
        self.start()
        self.server.reset()
        self.proxy.reset()
        self.locked_proxy.reset()

    def received(self) -> list[Raw]:
        """What the server and the proxies have received, when all connections have ended."""
        self.server.settle()
        self.proxy.settle()
        self.locked_proxy.settle()
        self._silent.settle()
        return [
            (listener, greeting, tuple(map(steady, requests)))
            for log in (self.server, self.proxy, self.locked_proxy)
            for listener, greeting, requests in log.received()
        ]


@contextlib.contextmanager
def open_laboratory(directory: Path) -> Iterator[Laboratory]:
    """A laboratory, and clients that are told of no proxy and no mode by the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http", "https", "all", "no"):
            patch.delenv(f"{name}_proxy", raising=False)
            patch.delenv(f"{name}_proxy".upper(), raising=False)
        patch.delenv("REQSNAP_MODE", raising=False)
        laboratory = Laboratory(directory)
        laboratory.start()
        yield laboratory
        laboratory.stop()


_BOUNDARY = re.compile(rb'boundary="?([\w\'()+,./:=?-]+)')
_NONCE = re.compile(rb'(cnonce|response)="[^"]*"')


def steady(request: bytes) -> bytes:
    """A request's bytes without what the client draws at random: boundaries and client nonces."""
    if boundary := _BOUNDARY.search(request):
        request = request.replace(boundary[1], b"b" * len(boundary[1]))
    return _NONCE.sub(rb'\1="..."', request)
