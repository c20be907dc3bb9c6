"""What outlives its block: nothing is sent in playback, and what is sent elsewhere is told."""

from __future__ import annotations

import asyncio
import contextvars
import http.client
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path

import pytest

from reqsnap import LateRequestWarning, UnmatchedRequestError, use_cassette
from tests.support.counter import Counter

Work = Callable[[], object]
Start = Callable[[Work], Work]
"""Begins work and returns what waits for its end."""


@contextmanager
def a_thread() -> Iterator[Start]:
    def start(work: Work) -> Work:
        thread = threading.Thread(target=work, name="a worker")
        thread.start()
        return thread.join

    yield start


@contextmanager
def a_job() -> Iterator[Start]:
    with ThreadPoolExecutor(1) as pool:
        yield lambda work: pool.submit(work).result


@contextmanager
def a_job_of_a_thread_pool() -> Iterator[Start]:
    with ThreadPool(1) as pool:
        yield lambda work: pool.apply_async(work).get


@contextmanager
def a_callback() -> Iterator[Start]:
    with ThreadPoolExecutor(1) as pool:

        def start(work: Work) -> Work:
            future, over = pool.submit(int), threading.Event()

            def call(_: object) -> None:
                work()
                over.set()

            # In a thread, since a future that is done calls at once.
            threading.Thread(target=future.add_done_callback, args=(call,)).start()
            return over.wait

        yield start


@contextmanager
def a_task() -> Iterator[Start]:
    with asyncio.Runner() as runner:

        def start(work: Work) -> Work:
            async def later() -> None:
                await asyncio.to_thread(work)

            async def begin() -> asyncio.Task[None]:
                return asyncio.create_task(later())

            async def end(task: asyncio.Task[None]) -> None:
                await task

            # A runner has a context of its own, which it took before the block.
            task = runner.run(begin(), context=contextvars.copy_context())
            return lambda: runner.run(end(task))

        yield start


KINDS = [a_thread, a_job, a_job_of_a_thread_pool, a_callback, a_task]


class Late:
    """Work that waits for its block to end and then makes a request, twice."""

    def __init__(self, server: Counter) -> None:
        self.may_go = threading.Event()
        self.outcomes: list[object] = []
        self.warned: list[warnings.WarningMessage] = []
        self._server = server

    def __call__(self) -> None:
        self.may_go.wait()
        for _ in range(2):
            try:
                self.outcomes.append(self._server.get("/late"))
            except UnmatchedRequestError as error:
                self.outcomes.append(type(error))

    def run(self, kind: Callable[[], AbstractContextManager[Start]], path: Path, mode: str) -> None:
        """Begin in a block, and go on after it."""
        with warnings.catch_warnings(record=True) as self.warned:
            warnings.simplefilter("always")
            with kind() as start:
                with use_cassette(path, mode=mode):
                    self._server.get("/a")
                    wait = start(self)
                self.may_go.set()
                wait()


@pytest.fixture(autouse=True)
def _everything_is_put_back() -> Iterator[None]:
    original = vars(http.client.HTTPConnection)["send"]
    yield
    assert vars(http.client.HTTPConnection)["send"] is original


@pytest.mark.parametrize("kind", KINDS)
def test_in_playback_and_where_the_mode_does_not_send_it_is_refused(
    tmp_path: Path, server: Counter, kind: Callable[[], AbstractContextManager[Start]]
) -> None:
    with use_cassette(tmp_path / "x.yaml"):
        server.get("/a")
        server.get("/late")
    for mode in ("playback", "once"):
        late = Late(server)
        late.run(kind, tmp_path / "x.yaml", mode)
        assert late.outcomes == [UnmatchedRequestError] * 2
        assert late.warned == []
    assert server.requests == ["GET /a", "GET /late"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["once", "update", "record"])
def test_elsewhere_it_goes_live_with_one_warning_and_is_not_recorded(
    tmp_path: Path, server: Counter, kind: Callable[[], AbstractContextManager[Start]], mode: str
) -> None:
    late = Late(server)
    late.run(kind, tmp_path / "x.yaml", mode)
    assert late.outcomes == ["2 GET /late ", "3 GET /late "]
    (warned,) = late.warned
    assert warned.category is LateRequestWarning
    text = str(warned.message)
    assert text.startswith(f"{tmp_path / 'x.yaml'}: its block has ended")
    assert f"GET http://127.0.0.1:{server.port}/late" in text
    assert "not recorded" in text
    assert "/late" not in (tmp_path / "x.yaml").read_text()


def test_the_warning_shows_no_secret(tmp_path: Path, server: Counter) -> None:
    may_go = threading.Event()

    def work() -> None:
        may_go.wait()
        server.get("/?api_key=a-secret-key")

    with use_cassette(tmp_path / "x.yaml"):
        server.get("/a")
        thread = threading.Thread(target=work)
        thread.start()
    with pytest.warns(LateRequestWarning) as warned:
        may_go.set()
        thread.join()
    assert "a-secret-key" not in str(warned[0].message)


def test_a_block_that_is_open_meanwhile_takes_it_in(tmp_path: Path, server: Counter) -> None:
    late = Late(server)
    with use_cassette(tmp_path / "x.yaml"):
        thread = threading.Thread(target=late)
        thread.start()
    with use_cassette(tmp_path / "y.yaml") as other:
        late.may_go.set()
        thread.join()
    assert len(other) == 2


def test_a_loop_that_was_started_in_a_block_serves_others_who_have_none(
    tmp_path: Path, server: Counter
) -> None:
    """As fsspec's does, whose one loop is started by whoever comes first and never ends."""

    async def get(path: str) -> str:
        return server.get(path)

    with use_cassette(tmp_path / "x.yaml"):
        server.get("/a")
    loop = asyncio.new_event_loop()
    with use_cassette(tmp_path / "x.yaml", mode="playback"):
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        assert asyncio.run_coroutine_threadsafe(get("/a"), loop).result() == "1 GET /a "
    assert asyncio.run_coroutine_threadsafe(get("/b"), loop).result() == "2 GET /b "
    with use_cassette(tmp_path / "y.yaml") as other:
        asyncio.run_coroutine_threadsafe(get("/c"), loop).result()
    assert len(other) == 1
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


ENDLESS = """
import threading, reqsnap, http.client, time
def work():
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        try:
            connection.request("GET", "/late")
            connection.getresponse().read()
        finally:
            connection.close()
        went.release()
went = threading.Semaphore(0)
with reqsnap.use_cassette(mode="record"), reqsnap.naming(model="a"):
    threading.Thread(target=work, daemon=True).start()
while went.acquire(blocking=False):
    pass
for _ in range(3):
    went.acquire()
print("ends")
"""


def test_a_program_ends_whatever_its_daemon_threads_do(server: Counter) -> None:
    program = ENDLESS.replace("PORT", str(server.port))
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (0, "ends\n")
    assert ended.stderr.count("LateRequestWarning: ") == 1
