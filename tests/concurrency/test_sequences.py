"""One sequence, sixteen threads: each of its answers is given exactly once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reqsnap import Cassette, Interaction, Mode, Request, Response, use_cassette
from reqsnap.rules.policy import Policy
from reqsnap.sequences.choices import Exhaustion
from reqsnap.sequences.entries import prepare
from tests.support.counter import Counter
from tests.support.items import as_items
from tests.support.rounds import rounds

THREADS, ANSWERS = 16, 16_000
AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _threads_change_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def in_threads(work: Callable[[], None]) -> None:
    """Run it in sixteen threads at once; the first error is raised here."""
    gate = threading.Barrier(THREADS)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            gate.wait()
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def test_sixteen_threads_take_sixteen_thousand_answers_each_once() -> None:
    cassette = Cassette(policy=Policy(Mode.PLAYBACK, exhaustion=Exhaustion.ERROR))
    request = Request("GET", "http://h/poll")
    cassette.adopt(as_items(Interaction(request, Response(200, body=b"%d" % n), AT) for n in range(ANSWERS)))
    live = prepare(request, cassette.policy.rules, cassette.policy.matching)
    for _ in range(rounds(3)):
        taken: list[int] = []

        def work(taken: list[int] = taken) -> None:
            mine = []
            for _ in range(ANSWERS // THREADS):
                entry = cassette.take(live)
                assert entry is not None
                mine.append(entry.order)
            assert mine == sorted(mine)
            taken.extend(mine)

        in_threads(work)
        assert sorted(taken) == list(range(1, ANSWERS + 1))
        assert cassette.take(live) is None
        assert (cassette.all_played, cassette.play_count) == (True, ANSWERS)
        cassette.reset()


def test_sixteen_threads_take_each_answer_once_through_a_client(tmp_path: Path, server: Counter) -> None:
    count = 40 * THREADS
    with use_cassette(tmp_path / "x.yaml"):
        live = [server.get("/poll") for _ in range(count)]
    with use_cassette(tmp_path / "x.yaml", mode="playback", on_exhausted="error") as cassette:
        for _ in range(3):
            taken: list[str] = []

            def work(taken: list[str] = taken) -> None:
                taken.extend([server.get("/poll") for _ in range(count // THREADS)])

            in_threads(work)
            assert sorted(taken) == sorted(live)
            cassette.reset()
    assert len(server.requests) == count


def test_recordings_replays_and_flushes_at_once_lose_and_double_nothing(
    tmp_path: Path, server: Counter
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path, auto_flush=True, flush_interval=0.001) as cassette:

        def work() -> None:
            for _ in range(10):
                server.get("/poll")
                cassette.flush()

        in_threads(work)
    kept = Cassette()
    kept.load(path)
    numbers = [int(each.response.body.split()[0]) for each in kept]
    assert sorted(numbers) == list(range(1, 10 * THREADS + 1))
