"""What children do: ask a server on loopback through a client, and how they are started.

python -m tests.processes.children CLIENT PORT NAME COUNT
"""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "tests.processes.children"]

Answers = dict[str, str]
Way = Callable[[str, int, Iterable[str], int], dict[str, Answers]]
"""Has children, one for each name, ask `count` things each of a port, with a client."""


def ask_all(client: str, port: int, name: str, count: int) -> Answers:
    """Ask for /NAME/0 and so on; the answers by their paths."""
    paths = [f"/{name}/{number}" for number in range(count)]
    return dict(zip(paths, _CLIENTS[client](f"127.0.0.1:{port}", paths), strict=True))


def _http_client(host: str, paths: list[str]) -> list[str]:
    connection = http.client.HTTPConnection(host)
    answers = []
    for path in paths:
        connection.request("GET", path)
        answers.append(connection.getresponse().read().decode())
    connection.close()
    return answers


def _requests(host: str, paths: list[str]) -> list[str]:
    import requests

    with requests.Session() as session:
        return [session.get(f"http://{host}{path}").text for path in paths]


def _httpx(host: str, paths: list[str]) -> list[str]:
    import httpx

    with httpx.Client(trust_env=False) as client:
        return [client.get(f"http://{host}{path}").text for path in paths]


def _aiohttp(host: str, paths: list[str]) -> list[str]:
    import aiohttp

    async def ask() -> list[str]:
        async with aiohttp.ClientSession(f"http://{host}") as session:
            return [await (await session.get(path)).text() for path in paths]

    return asyncio.run(ask())


_CLIENTS = {"http.client": _http_client, "requests": _requests, "httpx": _httpx, "aiohttp": _aiohttp}


def by_fork(client: str, port: int, names: Iterable[str], count: int) -> dict[str, Answers]:
    """`os.fork`, the answers through a pipe."""
    read_ends = {}
    for name in names:
        read_end, write_end = os.pipe()
        if not os.fork():
            status = 1
            try:
                with open(write_end, "w") as answers:
                    json.dump(ask_all(client, port, name, count), answers)
                status = 0
            finally:
                os._exit(status)
        os.close(write_end)
        read_ends[name] = read_end
    found = {}
    for name, end in read_ends.items():
        with open(end) as answers:
            found[name] = json.loads(answers.read() or "{}")
    for _ in read_ends:
        assert os.wait()[1] == 0
    return found


def by_process(method: str) -> Way:
    """`multiprocessing.Process`."""

    def start(client: str, port: int, names: Iterable[str], count: int) -> dict[str, Answers]:
        context: Any = multiprocessing.get_context(method)
        queue = context.SimpleQueue()
        processes = [context.Process(target=_put, args=(queue, client, port, name, count)) for name in names]
        for process in processes:
            process.start()
        found = dict(queue.get() for _ in processes)
        for process in processes:
            process.join()
        return found

    return start


def _put(queue: multiprocessing.SimpleQueue[object], client: str, port: int, name: str, count: int) -> None:
    try:
        queue.put((name, ask_all(client, port, name, count)))
    except BaseException as error:
        queue.put((name, {"error": repr(error)}))


def by_pool(method: str) -> Way:
    """`multiprocessing.Pool`."""

    def start(client: str, port: int, names: Iterable[str], count: int) -> dict[str, Answers]:
        asked = [(client, port, name, count) for name in names]
        with multiprocessing.get_context(method).Pool(len(asked)) as pool:
            return {
                each[2]: found for each, found in zip(asked, pool.starmap(ask_all, asked, 1), strict=True)
            }

    return start


def by_executor(method: str) -> Way:
    """`ProcessPoolExecutor`."""

    def start(client: str, port: int, names: Iterable[str], count: int) -> dict[str, Answers]:
        context = multiprocessing.get_context(method)
        asked = list(names)
        with ProcessPoolExecutor(len(asked), context) as pool:
            futures = {name: pool.submit(ask_all, client, port, name, count) for name in asked}
            return {name: future.result() for name, future in futures.items()}

    return start


def by_subprocess(client: str, port: int, names: Iterable[str], count: int) -> dict[str, Answers]:
    """`subprocess.Popen`."""
    return _outputs({name: [*COMMAND, client, str(port), name, str(count)] for name in names})


def through_shells(client: str, port: int, names: Iterable[str], count: int) -> dict[str, Answers]:
    """A shell that starts a shell that starts a Python that starts a shell that starts the child."""
    commands = {}
    for name in names:
        child = shlex.join([*COMMAND, client, str(port), name, str(count)])
        program = f"import os, sys; sys.exit(os.waitstatus_to_exitcode(os.system({child!r})))"
        inner = shlex.join([sys.executable, "-c", program])
        commands[name] = ["sh", "-c", f"sh -c {shlex.quote(f'true && {inner}')}; exit $?"]
    return _outputs(commands)


def _outputs(commands: dict[str, list[str]]) -> dict[str, Answers]:
    children = {
        name: subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for name, command in commands.items()
    }
    found = {}
    for name, child in children.items():
        output, errors = child.communicate(timeout=60)
        assert (child.returncode, errors) == (0, ""), errors
        found[name] = json.loads(output)
    return found


WAYS: dict[str, Way] = {
    "fork": by_fork,
    **{f"Process, {method}": by_process(method) for method in ("fork", "spawn", "forkserver")},
    **{f"Pool, {method}": by_pool(method) for method in ("fork", "spawn", "forkserver")},
    **{f"executor, {method}": by_executor(method) for method in ("fork", "spawn", "forkserver")},
    "subprocess": by_subprocess,
    "through shells": through_shells,
}


if __name__ == "__main__":
    print(json.dumps(ask_all(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))))
