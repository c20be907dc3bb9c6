"""Many threads in one block, many blocks at once: every caller gets its own answer."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reqsnap import AmbiguousCassetteError, scope, use_cassette
from tests.support.cassettes import targets_in
from tests.support.counter import Counter
from tests.support.rounds import rounds

THREADS, REQUESTS = 8, 50

Get = Callable[[str], str]


def in_threads(work: Callable[[int], None], count: int = THREADS) -> None:
    """Run `work(n)` in this many threads at once; the first error is raised here."""
    gate = threading.Barrier(count)
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            gate.wait()
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.fixture(params=["http.client", "requests"])
def get(request: pytest.FixtureRequest, server: Counter) -> Iterator[Get]:
    """One GET of a path on the server, through a client with connections of its own per thread."""
    if request.param == "http.client":
        yield server.get
        return
    requests = pytest.importorskip("requests")
    with requests.Session() as session:
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=THREADS))
        yield lambda path: str(session.get(f"http://127.0.0.1:{server.port}{path}").text)


def test_no_request_of_eight_threads_reaches_a_server_that_stands_there(
    tmp_path: Path, server: Counter, get: Get
) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path, mode="record"):
        in_threads(partial(ask_all, get, {}))
    assert len(server.requests) == THREADS * REQUESTS
    for _ in range(rounds(5)):
        answers: dict[str, str] = {}
        with use_cassette(path, mode="playback") as cassette:
            in_threads(partial(ask_all, get, answers))
            assert cassette.all_played
        assert all(f" GET {asked} " in got for asked, got in answers.items())
        assert len(answers) == THREADS * REQUESTS
    assert len(server.requests) == THREADS * REQUESTS


def ask_all(get: Get, answers: dict[str, str], n: int) -> None:
    for i in range(REQUESTS):
        answers[f"/{n}/{i}"] = get(f"/{n}/{i}")


def test_one_sequence_gives_each_answer_once_to_sixteen_threads(tmp_path: Path, server: Counter) -> None:
    path, count = tmp_path / "x.yaml", 160
    with use_cassette(path, mode="record"):
        live = [server.get("/poll") for _ in range(count)]
    taken: list[str] = []
    with use_cassette(path, on_exhausted="error"):
        in_threads(lambda n: taken.extend(server.get("/poll") for _ in range(count // 16)), 16)
    assert sorted(taken) == sorted(live)


def test_fifty_posts_gathered_get_their_own_answers(tmp_path: Path, server: Counter) -> None:
    aiohttp = pytest.importorskip("aiohttp")

    async def main() -> list[bool]:
        async with aiohttp.ClientSession() as session:

            async def post(n: int) -> bool:
                async with session.post(f"http://127.0.0.1:{server.port}/items", json={"n": n}) as answer:
                    text: str = await answer.text()
                    return text.endswith(f'{{"n": {n}}}')

            return await asyncio.gather(*[post(n) for n in range(50)])

    for _ in range(3):
        with use_cassette(tmp_path / "x.yaml") as cassette:
            assert asyncio.run(main()) == [True] * 50
            assert len(cassette) == 50
    assert len(server.requests) == 50


def test_threads_with_a_cassette_each_keep_their_exchanges_apart(tmp_path: Path, server: Counter) -> None:
    def work(n: int) -> None:
        with use_cassette(tmp_path / f"{n}.yaml") as cassette:
            for i in range(20):
                server.get(f"/{n}/{i}")
            assert len(cassette) == 20

    for _ in range(10):
        in_threads(work, 2)
    in_threads(work, 8)
    for n in range(8):
        assert targets_in(tmp_path / f"{n}.yaml") == [f"/{n}/{i}" for i in range(20)]
    assert len(server.requests) == 8 * 20


def test_tasks_with_a_cassette_each_keep_their_exchanges_apart(tmp_path: Path, server: Counter) -> None:
    aiohttp = pytest.importorskip("aiohttp")

    async def work(session: Any, n: int, gate: asyncio.Barrier) -> None:
        async with use_cassette(tmp_path / f"{n}.yaml"):
            for i in range(10):
                await gate.wait()
                async with session.get(f"http://127.0.0.1:{server.port}/{n}/{i}") as answer:
                    await answer.read()

    async def main() -> None:
        gate = asyncio.Barrier(2)
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*[work(session, n, gate) for n in range(2)])

    for _ in range(5):
        asyncio.run(main())
    for n in range(2):
        assert targets_in(tmp_path / f"{n}.yaml") == [f"/{n}/{i}" for i in range(10)]
    assert len(server.requests) == 20


class OwnRun(threading.Thread):
    """A thread with a `run` of its own, as many libraries have."""

    def __init__(self, get: Callable[[], str]) -> None:
        super().__init__()
        self.get, self.answer = get, ""

    def run(self) -> None:
        self.answer = self.get()


def test_threads_of_every_kind_belong_to_the_block_that_started_them(tmp_path: Path, server: Counter) -> None:
    other_is_open, other_may_go = threading.Event(), threading.Event()

    def other() -> None:
        with use_cassette(tmp_path / "other.yaml"):
            other_is_open.set()
            other_may_go.wait()

    unrelated = threading.Thread(target=other)
    unrelated.start()
    other_is_open.wait()
    with ThreadPoolExecutor(1) as older:
        older.submit(int).result()
        with use_cassette(tmp_path / "x.yaml") as cassette, ThreadPoolExecutor(1) as newer:
            thread = OwnRun(lambda: server.get("/run"))
            thread.start()
            thread.join()
            timer = threading.Timer(0, server.get, ["/timer"])
            timer.start()
            timer.join()
            older.submit(server.get, "/older").result()
            newer.submit(server.get, "/newer").result()
            asyncio.run(_to_thread(server))
            assert "run" not in vars(thread)
            assert thread.answer == "1 GET /run "
            assert len(cassette) == 6
        with use_cassette(tmp_path / "y.yaml") as cassette:
            older.submit(server.get, "/again").result()
            assert len(cassette) == 1
    other_may_go.set()
    unrelated.join()
    assert targets_in(tmp_path / "x.yaml") == [
        "/run",
        "/timer",
        "/older",
        "/newer",
        "/to_thread",
        "/executor",
    ]


async def _to_thread(server: Counter) -> None:
    await asyncio.to_thread(server.get, "/to_thread")
    await asyncio.get_running_loop().run_in_executor(None, server.get, "/executor")


def test_a_worker_older_than_the_block_is_in_it_unless_that_is_a_guess(
    tmp_path: Path, server: Counter
) -> None:
    asked, answered, done = threading.Semaphore(0), threading.Semaphore(0), threading.Event()
    outcomes: list[object] = []

    def worker() -> None:
        while asked.acquire() and not done.is_set():
            try:
                outcomes.append(server.get("/old"))
            except AmbiguousCassetteError as error:
                outcomes.append(error.open_cassettes)
            answered.release()

    def ask() -> object:
        asked.release()
        answered.acquire()
        return outcomes[-1]

    thread = threading.Thread(target=worker)
    thread.start()
    with use_cassette(tmp_path / "x.yaml") as cassette:
        ask()
        assert len(cassette) == 1
        in_threads(lambda n: _ask_within(tmp_path / "y.yaml", ask), 1)
    expected = (str(tmp_path / "x.yaml"), str(tmp_path / "y.yaml"))
    done.set()
    asked.release()
    thread.join()
    assert outcomes[0] == "1 GET /old "
    assert outcomes[1] in (expected, "2 GET /old ")


def _ask_within(path: Path, ask: Callable[[], object]) -> None:
    with use_cassette(path):
        ask()


def test_a_thread_that_outlives_its_block_sends_nothing_in_playback(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        server.get("/a")
    over = threading.Event()
    outcome: list[object] = []

    def late() -> None:
        over.wait()
        try:
            outcome.append(server.get("/a"))
        except Exception as error:
            outcome.append(type(error).__name__)

    original = vars(http.client.HTTPConnection)["send"]
    with use_cassette(path, mode="playback"):
        assert vars(http.client.HTTPConnection)["send"] is not original
        thread = threading.Thread(target=late)
        thread.start()
    over.set()
    thread.join()
    assert outcome == ["UnmatchedRequestError"]
    assert len(server.requests) == 1
    assert vars(http.client.HTTPConnection)["send"] is original
    assert scope.current() is None


def test_a_thread_that_cannot_start_is_left_as_it_was(tmp_path: Path) -> None:
    def own() -> None:
        pass

    with use_cassette(tmp_path / "x.yaml"):
        for thread in (threading.Thread(), threading.Thread(target=own)):
            thread.start()
            thread.join()
            before = dict(vars(thread))
            with pytest.raises(RuntimeError, match="once"):
                thread.start()
            assert vars(thread) == before
        shadowed = threading.Thread()
        vars(shadowed)["run"] = own
        shadowed.start()
        shadowed.join()
        assert vars(shadowed)["run"] is own


def test_a_worker_that_trio_keeps_belongs_to_no_block(tmp_path: Path, server: Counter) -> None:
    trio = pytest.importorskip("trio")
    original = vars(http.client.HTTPConnection)["send"]

    async def main() -> None:
        await trio.to_thread.run_sync(server.get, "/a")

    for name in ("x", "y"):
        with use_cassette(tmp_path / f"{name}.yaml") as cassette:
            trio.run(main)
            assert len(cassette) == 1
        assert vars(http.client.HTTPConnection)["send"] is original
