"""A job that is handed to a pool of processes belongs to the block that it was submitted in."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from multiprocessing.pool import Pool, ThreadPool
from pathlib import Path
from typing import Any

import pytest

from reqsnap import Cassette, use_cassette
from tests.processes.children import Answers, ask_all
from tests.support.counter import Counter

METHODS = ["fork", "spawn", "forkserver"]

Run = Callable[..., list[Answers]]
"""Has two workers ask, as `ask_all` does, for each of the names."""


def of_executor(pool: ProcessPoolExecutor) -> Run:
    def run(client: str, port: int, names: list[str], count: int) -> list[Answers]:
        jobs = [pool.submit(ask_all, client, port, name=name, count=count) for name in names]
        return [job.result() for job in jobs]

    return run


def of_pool(pool: Pool) -> Run:
    return lambda client, port, names, count: pool.starmap(
        ask_all, [(client, port, name, count) for name in names], 1
    )


@pytest.fixture(params=[(kind, method) for kind in ("executor", "pool") for method in METHODS], ids=str)
def older(request: pytest.FixtureRequest) -> Iterator[Run]:
    """A pool whose workers have been at work before any block."""
    kind, method = request.param
    context = multiprocessing.get_context(method)
    made: AbstractContextManager[Any] = (
        ProcessPoolExecutor(2, context) if kind == "executor" else context.Pool(2)
    )
    with made as pool:
        run = of_executor(pool) if kind == "executor" else of_pool(pool)
        assert run("http.client", 1, ["before"] * 4, 0) == [{}] * 4
        yield run


def paths_of(cassette: Cassette) -> list[str]:
    return sorted(each.request.url.split("/", 3)[3] for each in cassette)


def test_workers_older_than_the_block_record_and_replay(older: Run, tmp_path: Path, server: Counter) -> None:
    path, names = tmp_path / "x.yaml", ["a", "b", "c"]
    with use_cassette(path) as cassette:
        recorded = older("http.client", server.port, names, 2)
        assert paths_of(cassette) == ["a/0", "a/1", "b/0", "b/1", "c/0", "c/1"]
    unrecorded = older("http.client", server.port, ["after"], 1)
    assert "/after/0" in unrecorded[0]
    received = len(server.requests)
    with use_cassette(path, mode="playback") as cassette:
        assert older("http.client", server.port, names, 2) == recorded
        assert cassette.all_played
    assert received == len(server.requests) == 7


def test_a_job_belongs_to_the_block_it_is_submitted_in(server: Counter) -> None:
    context = multiprocessing.get_context("fork")
    with use_cassette(mode="record") as outer, ProcessPoolExecutor(1, context) as pool:
        run = of_executor(pool)
        run("http.client", server.port, ["outer"], 1)
        with use_cassette(mode="record") as inner:
            run("http.client", server.port, ["inner"], 1)
        run("http.client", server.port, ["again"], 1)
    assert (paths_of(outer), paths_of(inner)) == (["again/0", "outer/0"], ["inner/0"])


CALLS: dict[str, Callable[[Any, int], object]] = {
    "apply": lambda pool, port: pool.apply(ask_all, ("http.client", port, "a", 1)),
    "apply_async": lambda pool, port: pool.apply_async(
        func=ask_all, args=("http.client", port, "a", 1)
    ).get(),
    "map": lambda pool, port: pool.map(ask, [port]),
    "map_async": lambda pool, port: pool.map_async(ask, [port]).get(),
    "starmap_async": lambda pool, port: pool.starmap_async(ask_all, [("http.client", port, "a", 1)]).get(),
    "imap": lambda pool, port: list(pool.imap(ask, [port])),
    "imap_unordered": lambda pool, port: list(pool.imap_unordered(ask, [port], 2)),
}


def ask(port: int) -> Answers:
    return ask_all("http.client", port, "a", 1)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        yield pool


@pytest.mark.parametrize("call", CALLS)
def test_every_way_to_give_a_pool_a_job(call: str, pool: Pool, server: Counter) -> None:
    with use_cassette(mode="record") as cassette:
        CALLS[call](pool, server.port)
    assert paths_of(cassette) == ["a/0"]


def test_a_pool_of_threads_is_none_of_processes(server: Counter) -> None:
    with ThreadPool(1) as pool, use_cassette(mode="record") as cassette:
        assert pool.apply(os.getpid) == os.getpid()
        pool.map(ask, [server.port])
    assert paths_of(cassette) == ["a/0"]


def fork_and_ask(port: int) -> int:
    """A grandchild asks; its exit status."""
    child = os.fork()
    if not child:
        status = 1
        try:
            ask(port)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def test_children_of_a_job_belong_to_it(pool: Pool, server: Counter) -> None:
    with use_cassette(mode="record") as cassette:
        assert pool.map(fork_and_ask, [server.port, server.port]) == [0, 0]
        assert pool.apply(ask, (server.port,))
    assert paths_of(cassette) == ["a/0"] * 3


def raise_key_error() -> None:
    raise KeyError("mine")


def test_what_a_job_raises_and_what_cannot_be_sent_are_as_without_a_block(pool: Pool) -> None:
    with use_cassette(mode="record"):
        with pytest.raises(KeyError, match="mine"):
            pool.apply(raise_key_error)
        with pytest.raises(Exception, match="local object"):
            pool.apply(lambda: None)
