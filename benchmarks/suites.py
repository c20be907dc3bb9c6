"""What a suite takes: 1,000 tests under pytest, each with a cassette of 10 interactions of its own.

The same tests are marked for each tool: reqsnap's plugin, VCR.py through pytest-recording, and cassetter's
plugin. Each tool records its own cassettes from the same loopback server, which is stopped then, and replays
them in runs that take turns. `alone` is the suite without a tool, its client over connections in memory.

A second table has what the plugin costs a suite that does not use it: tests that do nothing, with the plugin
and without.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.server import serving, target

PER_MODULE = 50
ROOT = Path(__file__).parents[1]

CLIENTS = {
    "requests": "import requests\ndef session(): return requests.Session()\n",
    "httpx": "import httpx\ndef session(): return httpx.Client()\n",
}

PLUGINS = {"reqsnap": "reqsnap", "pytest_recording": "recording", "cassetter": "cassetter"}
"""The names that pytest knows plugins by, by the modules that have to be there."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its marker, its plugin as a module, and what records and replays on the command line."""

    mark: str
    module: str | None
    records: tuple[str, ...] = ()
    replays: tuple[str, ...] = ()


TOOLS = {
    "reqsnap": Tool("pytest.mark.reqsnap", "reqsnap", ("--reqsnap-mode=once",), ("--reqsnap-mode=playback",)),
    "VCR.py": Tool("pytest.mark.vcr", "pytest_recording", ("--record-mode=once",), ("--record-mode=none",)),
    "cassetter": Tool("pytest.mark.vcr", "cassetter", ("--record-mode=once",), ("--record-mode=none",)),
    "alone": Tool("pytest.mark.alone", None),
}

ALONE = """import pytest
from benchmarks.alone import alone

def pytest_configure(config): config.addinivalue_line("markers", "alone: over memory")

@pytest.fixture(autouse=True, scope="session")
def over_memory():
    with alone(): yield
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run took, in seconds: of a clock, and of the processor."""

    wall: float
    cpu: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suites", description=__doc__)
    parser.add_argument("--tests", type=int, default=1000, metavar="N")
    parser.add_argument("--interactions", type=int, default=10, metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--client", choices=CLIENTS, default="requests")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument("--only", choices=("suites", "overhead"))
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="reqsnap-bench-") as directory:
        if arguments.only != "overhead":
            tools = [name for name in arguments.tools if is_there(TOOLS[name])]
            _print_suites(Path(directory), tools, arguments)
        if arguments.only != "suites":
            _print_overhead(Path(directory) / "idle", arguments)
    return 0


def is_there(tool: Tool) -> bool:
    """Whether a tool is installed."""
    return tool.module is None or find_spec(tool.module) is not None


# Suites


def _print_suites(directory: Path, tools: Sequence[str], arguments: argparse.Namespace) -> None:
    with serving() as live:
        for name in tools:
            write_suite(directory / name, TOOLS[name], live.url, arguments)
            _say(f"recording with {name}")
            if TOOLS[name].module is not None:
                run_suite(directory / name, TOOLS[name], TOOLS[name].records, arguments.tests)
    jobs = {name: _job(directory / name, TOOLS[name], arguments.tests) for name in tools}
    found = in_turns(jobs, arguments.rounds)
    what = f"{arguments.tests} tests, a cassette of {arguments.interactions} interactions each"
    print(f"{what}, through {arguments.client}; median (lowest-highest)")
    print(f"{'':12}{'CPU s':>22}{'clock s':>22}{'beside reqsnap':>18}")
    ours = statistics.median(each.cpu for each in found[tools[0]])
    for name, spent in found.items():
        ratio = statistics.median(each.cpu for each in spent) / ours
        cpu, wall = [_shown([getattr(each, kind) for each in spent]) for kind in ("cpu", "wall")]
        print(f"{name:12}{cpu:>22}{wall:>22}{ratio:>17.2f}x")


def _job(folder: Path, tool: Tool, tests: int) -> Callable[[], Spent]:
    return lambda: run_suite(folder, tool, tool.replays, tests)


def write_suite(folder: Path, tool: Tool, url: str, arguments: argparse.Namespace) -> None:
    """Write the tests of a suite, each with requests of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n")
    if tool.module is None:
        (folder / "conftest.py").write_text(ALONE)
    size = arguments.interactions
    for start in range(0, arguments.tests, PER_MODULE):
        lines = [f"import pytest\n{CLIENTS[arguments.client]}"]
        for number in range(start, min(start + PER_MODULE, arguments.tests)):
            urls = [url + target(number * size + place) for place in range(size)]
            lines.append(
                f"@{tool.mark}\n"
                f"def test_{number:05}():\n"
                f"    with session() as client:\n"
                f"        for url in {urls!r}:\n"
                f"            assert client.get(url).json()['tags'] == ['a', 'b']\n"
            )
        (folder / f"test_{start:05}.py").write_text("\n".join(lines))


def run_suite(folder: Path, tool: Tool, options: Sequence[str], tests: int) -> Spent:
    """Run it once; all tests must pass."""
    others = [name for module, name in PLUGINS.items() if module != tool.module and find_spec(module)]
    return run_pytest(folder, [*_without(others), *options], tests)


# A suite that does not use it


def _print_overhead(folder: Path, arguments: argparse.Namespace) -> None:
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n")
    for start in range(0, arguments.tests, PER_MODULE):
        names = range(start, min(start + PER_MODULE, arguments.tests))
        tests = [f"def test_{number:05}(): assert sum(range(20_000))\n" for number in names]
        (folder / f"test_{start:05}.py").write_text("\n".join(tests))
    others = [name for module, name in PLUGINS.items() if module != "reqsnap" and find_spec(module)]
    jobs = {
        "without": lambda: run_pytest(folder, _without([*others, "reqsnap"]), arguments.tests),
        "with": lambda: run_pytest(folder, _without(others), arguments.tests),
    }
    found = in_turns(jobs, arguments.rounds)
    print(f"\n{arguments.tests} tests without a cassette; CPU s, median (lowest-highest)")
    for name, spent in found.items():
        print(f"{name:8} the plugin {_shown([each.cpu for each in spent]):>22}")
    quickest = {name: min(each.cpu for each in spent) for name, spent in found.items()}
    print(f"the quickest of each: {quickest['with'] / quickest['without'] - 1:+.2%}")


# Within


def run_pytest(folder: Path, options: Sequence[str], tests: int) -> Spent:
    """Run pytest in a process of its own, and see that as many tests pass as there are."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path}
    # The tools were installed with their bytecode. That of a checkout is kept too, by the run that records.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or f"{tests} passed" not in done.stdout:
        raise RuntimeError(f"the suite did not pass:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return Spent(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def in_turns(jobs: Mapping[str, Callable[[], Spent]], rounds: int) -> dict[str, list[Spent]]:
    """Do each job as often as there are rounds, one after the other."""
    found: dict[str, list[Spent]] = {name: [] for name in jobs}
    for number in range(rounds):
        for name, job in jobs.items():
            _say(f"round {number + 1} of {rounds}, {name}")
            found[name].append(job())
    return found


def _without(plugins: Sequence[str]) -> list[str]:
    return [word for name in plugins for word in ("-p", f"no:{name}")]


def _shown(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
