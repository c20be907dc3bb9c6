"""The loopback server that these tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import make_certificates
from tests.support.server import Server


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = Path(tmp_path_factory.mktemp("server"))
    server = Server(make_certificates(directory), directory)
    server.start()
    yield server
    server.close()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """A server that has received nothing; every connection to it must end with the test."""
    yield running
    running.reset()
