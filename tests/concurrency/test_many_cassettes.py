"""Many tasks and threads at once, each with a cassette of its own and one nested in it."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from reqsnap import use_cassette
from tests.concurrency.test_patches import attributes
from tests.support.cassettes import targets_in
from tests.support.counter import Counter

TASKS, THREADS = 64, 16
REQUESTS = 2
ROUNDS = int(os.environ.get("REQSNAP_ROUNDS", "1"))


def expected(name: str) -> list[str]:
    return [f"/{name}/{number}" for number in range(REQUESTS)]


async def in_task(session: Any, server: Counter, folder: Path, n: int) -> None:
    async def get(path: str) -> None:
        async with session.get(f"http://127.0.0.1:{server.port}{path}") as answer:
            assert f" GET {path} " in await answer.text()

    async with use_cassette(folder / f"task-{n}.yaml"):
        for i in range(REQUESTS):
            await get(f"/task-{n}/{i}")
            async with use_cassette(folder / f"task-{n}-inner-{i}.yaml"):
                await asyncio.gather(*[get(f"/task-{n}-inner-{i}/{each}") for each in range(REQUESTS)])
                await asyncio.to_thread(server.get, f"/task-{n}-inner-{i}/in-a-thread")


def in_thread(server: Counter, folder: Path, n: int) -> None:
    with use_cassette(folder / f"thread-{n}.yaml"):
        for i in range(REQUESTS):
            server.get(f"/thread-{n}/{i}")
            with use_cassette(folder / f"thread-{n}-inner-{i}.yaml"):
                inner = threading.Thread(target=server.get, args=(f"/thread-{n}-inner-{i}/in-a-thread",))
                inner.start()
                inner.join()
                for each in range(REQUESTS):
                    server.get(f"/thread-{n}-inner-{i}/{each}")


def all_at_once(server: Counter, folder: Path) -> list[BaseException]:
    aiohttp = pytest.importorskip("aiohttp")
    gate = threading.Barrier(THREADS + 1)
    errors: list[BaseException] = []

    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*[in_task(session, server, folder, n) for n in range(TASKS)])

    def work(n: int) -> None:
        try:
            gate.wait()
            in_thread(server, folder, n)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    gate.wait()
    asyncio.run(main())
    for thread in threads:
        thread.join()
    return errors


def test_long_rounds_of_tasks_and_threads_with_a_cassette_each(tmp_path: Path, server: Counter) -> None:
    before = attributes()
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        assert all_at_once(server, folder) == []
        made = [f"task-{n}" for n in range(TASKS)] + [f"thread-{n}" for n in range(THREADS)]
        for name in made:
            assert targets_in(folder / f"{name}.yaml") == expected(name)
            for i in range(REQUESTS):
                inner = f"{name}-inner-{i}"
                found = targets_in(folder / f"{inner}.yaml")
                assert sorted(found) == [*expected(inner), f"/{inner}/in-a-thread"]
        count = len(server.requests)
        assert all_at_once(server, folder) == []
        assert len(server.requests) == count
    after = attributes()
    assert [name for name, value in before.items() if after[name] is not value] == []
