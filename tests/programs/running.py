"""Runs a program bare, recorded, and replayed with its server gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a program ended: what it printed, its exit status, and the files that it left, by name."""

    stdout: str
    status: int
    files: dict[str, bytes]


@dataclass(frozen=True)
class Runs:
    """A program's three ends, and what `reqsnap run` said of the recording and the replay."""

    bare: Ended
    recorded: Ended
    replayed: Ended
    said: tuple[str, str]

    def are_equal(self) -> bool:
        """Whether the program did the same three times."""
        return self.bare == self.recorded == self.replayed


def run_three_times(
    command: list[str], folder: Path, stop: Callable[[], None], options: tuple[str, ...] = (), **env: str
) -> Runs:
    """Run a command in a folder of its own each time; `stop` stops its server before the last."""
    reqsnap = [sys.executable, "-m", "reqsnap", "run", "--cassette", str(folder / "x.yaml"), *options, "--"]
    bare, _ = _run(command, folder / "bare", env)
    recorded, said = _run([*reqsnap, *command], folder / "recorded", env)
    stop()
    replayed, said_last = _run([*reqsnap, *command], folder / "replayed", env)
    return Runs(bare, recorded, replayed, (_summary(said), _summary(said_last)))


def _run(command: list[str], folder: Path, env: dict[str, str]) -> tuple[Ended, str]:
    folder.mkdir()
    home = folder.with_name(f"{folder.name}.home")
    home.mkdir()
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "REQSNAP_"))}
    # Nothing is proxied, and nothing is remembered from an earlier run.
    known = {"PYTHONPATH": str(ROOT), "HOME": str(home), "XDG_CACHE_HOME": str(home), "NO_PROXY": "*"}
    ended = subprocess.run(
        command, cwd=folder, env={**outside, **known, **env}, capture_output=True, text=True, timeout=120
    )
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return Ended(ended.stdout, ended.returncode, files), ended.stderr


def _summary(stderr: str) -> str:
    return next((line for line in stderr.splitlines() if line.startswith("reqsnap: ")), stderr)
