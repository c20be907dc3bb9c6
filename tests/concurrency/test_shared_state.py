"""The state of a path: one for all blocks on it, in any thread, from its first block to its last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from reqsnap import Cassette, Interaction, Request, Response, use_cassette
from tests.support.counter import Counter

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def in_a_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def made(number: int) -> Interaction:
    return Interaction(Request("GET", f"http://h/{number}"), Response(200), NOW)


def test_where_there_is_no_state_it_reads_as_empty(tmp_path: Path) -> None:
    with use_cassette(tmp_path / "x.yaml") as cassette:
        assert (cassette.interactions, cassette.position) == ((), 0)
    assert (Cassette().interactions, Cassette().position) == ((), 0)


def test_what_any_thread_does_to_it_is_seen_in_each_block_on_the_path(
    tmp_path: Path, server: Counter
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        server.get("/a")
        server.get("/a")
    with use_cassette(path) as outer, use_cassette(path) as inner:
        assert inner is outer
        in_a_thread(lambda: server.get("/a"))
        assert (outer.position, outer.play_count) == (1, 1)
        in_a_thread(outer.reset)
        assert (inner.position, server.get("/a")) == (0, "1 GET /a ")
        in_a_thread(lambda: inner.append(made(0)))
        assert len(outer) == 3
        in_a_thread(outer.clear)
        assert (inner.interactions, inner.position) == ((), 0)
        inner.append(made(1))
    with use_cassette(path) as cassette:
        assert [each.request.url for each in cassette] == ["http://h/1"]


def test_nothing_is_lost_that_many_threads_append(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"

    def work(first: int) -> None:
        with use_cassette(path, mode="update") as cassette:
            for number in range(first, first + 20):
                cassette.append(made(number))

    with use_cassette(path, mode="update"), ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(0, 160, 20)))
    cassette = Cassette()
    cassette.load(path)
    assert sorted(int(each.request.url.rpartition("/")[2]) for each in cassette) == list(range(160))


def test_it_is_started_twice_and_ends_with_the_last(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        server.get("/a")
    context = use_cassette(path)
    first, second = context.__enter__(), context.__enter__()
    assert first is second
    server.get("/a")
    context.__exit__(None, None, None)
    assert first.position == 1
    with use_cassette(path) as third:
        assert (third is first, third.position) == (True, 1)
    context.__exit__(None, None, None)
    with use_cassette(path) as anew:
        assert (anew is first, anew.position) == (False, 0)
