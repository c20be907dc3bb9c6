"""The ways in which a program starts another.

    python -m tests.processes.starts WAY COMMAND...

Nothing of this imports an HTTP client, or reqsnap.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def fork_and_exec(command: list[str]) -> None:
    child = os.fork()
    if not child:
        os.execv(command[0], command)
    os.waitpid(child, 0)


def fork_and_execvpe(command: list[str]) -> None:
    child = os.fork()
    if not child:
        os.execvpe(command[0], command, {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)})
    os.waitpid(child, 0)


def with_popen(command: list[str]) -> None:
    with os.popen(shlex.join(command)) as output:
        output.read()


async def with_asyncio(command: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0


STARTS: dict[str, Callable[[list[str]], Any]] = {
    "system": lambda command: os.system(shlex.join(command)),
    "popen": with_popen,
    "posix_spawn": lambda command: os.waitpid(os.posix_spawn(command[0], command, os.environ), 0),
    "posix_spawnp": lambda command: os.waitpid(os.posix_spawnp(command[0], command, os.environ), 0),
    "spawnv": lambda command: os.spawnv(os.P_WAIT, command[0], command),
    "spawnle": lambda command: os.spawnle(os.P_WAIT, command[0], *command, dict(os.environ)),
    "execv": fork_and_exec,
    "execvpe": fork_and_execvpe,
    "asyncio": lambda command: asyncio.run(with_asyncio(command)),
    "an environment": lambda command: subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, check=True),
    "by position": lambda command: subprocess.Popen(
        command, -1, None, None, None, None, None, True, False, None, {"PYTHONPATH": str(ROOT)}
    ).wait(),
}


if __name__ == "__main__":
    STARTS[sys.argv[1]](sys.argv[2:])
