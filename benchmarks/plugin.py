"""What the plugin costs a suite that does not use it: 500 tests where reqsnap is installed, and where not.

Both are virtual environments of their own with the pytest that is installed here and nothing else, made
without a network. In one of them reqsnap is installed from its wheel, as pip does it: so all is counted that
pytest does because of it. A part of that is reading the list of installed files of every distribution that
has a plugin; how much, is told by a third environment, where the list has one line.

CPU time is measured in turns. Where valgrind is installed, so are the instructions of one run each, which do
not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = (
    "reqsnap",
    "scripts",
    "setup.py",
    "setup.cfg",
    "reqsnap.pth",
    "README.md",
    "LICENSE",
    "MANIFEST.in",
)
PER_MODULE = 50

BODIES = {
    "nothing": "pass",
    "some work (20,000 turns of a loop)": "for number in range(20_000): number += 1",
    "more work (100,000 turns of a loop)": "for number in range(100_000): number += 1",
}
"""What each test does: the same in each run, about 1 and 5 ms on a machine of 2026."""

WITHOUT, WITH, UNLISTED = "without", "with", "with, its files not listed"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plugin", description=__doc__)
    parser.add_argument("--tests", type=int, default=500, metavar="N")
    parser.add_argument("--rounds", type=int, default=20, metavar="N")
    parser.add_argument("--no-instructions", action="store_true", help="leave valgrind out")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="reqsnap-bench-") as directory:
        pythons = dict(environments(Path(directory)))
        for number, (does, body) in enumerate(BODIES.items()):
            suite = Path(directory) / f"suite-{number}"
            write_suite(suite, body, arguments.tests)
            print(f"{arguments.tests} tests that do {does}")
            taken = _in_turns(pythons, suite, arguments.tests, arguments.rounds)
            _print(taken, "CPU ms, the quickest run", 1e-3)
            if shutil.which("valgrind") and not arguments.no_instructions:
                counted = {name: instructions(each, suite) for name, each in pythons.items()}
                _print(counted, "million instructions", 1e6)
    return 0


def _print(found: Mapping[str, float], unit: str, scale: float) -> None:
    for name, value in found.items():
        more = value / found[WITHOUT] - 1
        print(f"  {name:26}{value / scale:12,.1f} {unit}{'' if name == WITHOUT else f'  {more:+.2%}'}")


# Environments


def environments(directory: Path) -> Iterator[tuple[str, Path]]:
    """The Pythons of the environments."""
    wheel = _wheel(directory / "build")
    for name in (WITHOUT, WITH, UNLISTED):
        folder = directory / f"environment-{name.replace(', ', '-').replace(' ', '-')}"
        venv.create(folder)
        python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
        packages = Path(_told_by(python, "import sysconfig; print(sysconfig.get_path('purelib'))"))
        for distribution in sorted(_needed("pytest")):
            _copy(distribution, packages)
        if name != WITHOUT:
            pip = [sys.executable, "-m", "pip", "--python", str(python), "install"]
            _run([*pip, "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)])
        if name == UNLISTED:
            (record,) = packages.glob("reqsnap-*.dist-info/RECORD")
            record.write_text("reqsnap/__init__.py,,\n")
        yield name, python


def _wheel(directory: Path) -> Path:
    """The wheel of this checkout, built from a copy."""
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (directory / "source").mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, directory / "source" / name)
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    _run([*build, "--wheel-dir", str(directory), str(directory / "source")])
    (wheel,) = directory.glob("*.whl")
    return wheel


def _needed(distribution: str) -> set[str]:
    """A distribution, and those that it needs here."""
    from packaging.requirements import Requirement

    found, waiting = set(), [distribution]
    while waiting:
        name = waiting.pop()
        found.add(name)
        for line in metadata.requires(name) or ():
            requirement = Requirement(line)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and requirement.name not in found:
                waiting.append(requirement.name)
    return found


def _copy(distribution: str, packages: Path) -> None:
    """Put the files of an installed distribution into another folder of packages."""
    for file in metadata.files(distribution) or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            (packages / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(file.locate()), packages / file)


# Runs


def write_suite(folder: Path, body: str, tests: int) -> None:
    """Write the tests."""
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n")
    for start in range(0, tests, PER_MODULE):
        names = range(start, min(start + PER_MODULE, tests))
        lines = [f"def test_{number:05}():\n    {body}" for number in names]
        (folder / f"test_{start:05}.py").write_text("\n".join(lines) + "\n")


def _in_turns(pythons: Mapping[str, Path], suite: Path, tests: int, rounds: int) -> dict[str, float]:
    """The CPU seconds of the quickest run in each environment. The first of all only writes bytecode."""
    found: dict[str, list[float]] = {name: [] for name in pythons}
    for number in range(rounds + 1):
        for name, python in pythons.items():
            spent = _spent(python, suite, tests)
            if number:
                found[name].append(spent)
    return {name: min(values) for name, values in found.items()}


def _spent(python: Path, suite: Path, tests: int) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shown = _run(_pytest(python), suite)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if f"{tests} passed" not in shown:
        raise RuntimeError(f"not all tests passed:\n{shown}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def instructions(python: Path, suite: Path) -> float:
    """How many instructions one run takes."""
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}", *_pytest(python)]
    found = re.search(r"Collected : (\d+)", _run(command, suite))
    if found is None:
        raise RuntimeError("valgrind does not tell how many instructions it saw")
    return float(found[1])


def _pytest(python: Path) -> list[str]:
    return [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "."]


def _told_by(python: Path, program: str) -> str:
    return _run([str(python), "-c", program]).strip()


def _run(command: Sequence[str], folder: Path | None = None) -> str:
    """What a program shows. It keeps bytecode, and its hashes are the same in each run."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))
    }
    environment["PYTHONHASHSEED"] = "0"
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
