"""After any block, every patched attribute is the very object that it was."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from reqsnap import UnmatchedRequestError, use_cassette
from reqsnap.interceptors import TABLE
from reqsnap.patching import Patch
from tests.support.counter import Counter

CLIENTS = ["urllib3", "requests", "httplib2", "botocore.awsrequest", "httpcore", "httpcore2", "aiohttp"]


def patches() -> Iterator[Patch]:
    for client, ours in TABLE.items():
        if client in sys.modules:
            yield from importlib.import_module(ours).PATCHES


def attributes() -> dict[tuple[str, str], Any]:
    """Every attribute that any interceptor patches, as it is now where it is defined."""
    found = {}
    for patch in patches():
        owner: Any = sys.modules.get(patch.module)
        *steps, name = patch.attribute.split(".")
        for step in steps:
            owner = getattr(owner, step, None)
        if owner is not None and name in vars(owner):
            found[patch.module, patch.attribute] = vars(owner)[name]
    return found


@pytest.fixture(autouse=True)
def _everything_is_put_back() -> Iterator[None]:
    for client in CLIENTS:
        with suppress(ImportError):
            importlib.import_module(client)
    before = attributes()
    assert len(before) > 5
    yield
    after = attributes()
    assert after.keys() == before.keys()
    assert [name for name, value in before.items() if after[name] is not value] == []


def test_every_attribute_is_patched_within(tmp_path: Path) -> None:
    before = attributes()
    with use_cassette(tmp_path / "x.yaml"):
        within = attributes()
        assert [name for name, value in before.items() if within[name] is value] == []


def test_a_block_that_ends_well_takes_its_patches_back(tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "x.yaml"):
        server.get("/a")


def test_a_block_that_raises_takes_its_patches_back(tmp_path: Path, server: Counter) -> None:
    with pytest.raises(KeyError), use_cassette(tmp_path / "x.yaml"):
        server.get("/a")
        raise KeyError


def test_a_block_that_refuses_takes_its_patches_back(tmp_path: Path, server: Counter) -> None:
    with pytest.raises(UnmatchedRequestError), use_cassette(tmp_path / "x.yaml", mode="playback"):
        server.get("/a")


def test_nested_blocks_take_their_patches_back(tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "x.yaml"), use_cassette(tmp_path / "y.yaml"):
        server.get("/a")


def test_blocks_that_overlap_take_their_patches_back(tmp_path: Path, server: Counter) -> None:
    one, other = use_cassette(tmp_path / "x.yaml"), use_cassette(tmp_path / "y.yaml")
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    server.get("/a")
    other.__exit__(None, None, None)


def test_a_block_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="directory"), use_cassette(tmp_path):
        pass


def test_many_threads_open_and_close(tmp_path: Path, server: Counter) -> None:
    def work(n: int) -> None:
        for _ in range(20):
            with ExitStack() as stack:
                for depth in range(3):
                    stack.enter_context(use_cassette(tmp_path / f"{n}-{depth}.yaml", mode="update"))
                server.get(f"/{n}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 6


def test_an_exchange_that_outlives_its_block_puts_everything_back_when_it_ends(
    tmp_path: Path, server: Counter
) -> None:
    import http.client

    with use_cassette(tmp_path / "x.yaml"):
        server.get("/a")
    with use_cassette(tmp_path / "x.yaml", mode="playback"):
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", "/a")
    assert connection.getresponse().read() == b"1 GET /a "
    connection.close()
    assert len(server.requests) == 1
