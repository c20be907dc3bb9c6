"""Processes that know nothing of each other record into one cassette: nothing is lost, doubled or torn."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from reqsnap import Cassette, CassetteFormatError, CassetteInUseError, TornCassetteWarning, use_cassette
from tests.processes.children import ROOT
from tests.processes.killing import CHILDREN
from tests.processes.test_killed import by_child
from tests.support.cassettes import targets_in
from tests.support.counter import Counter

PROCESSES, COUNT = 8, 250


def rounds(default: int) -> int:
    return int(os.environ.get("REQSNAP_ROUNDS", default))


def run(program: str, *arguments: object) -> str:
    command = [sys.executable, "-m", f"tests.processes.{program}", *map(str, arguments)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)
    assert (shown.returncode, shown.stderr) == (0, "")
    return shown.stdout


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def numbers_by_process(path: Path) -> dict[str, list[int]]:
    """What a file holds of each process, in the file's order."""
    cassette = Cassette()
    cassette.load(path)
    found: dict[str, list[int]] = {}
    for each in cassette:
        _, _, _, process, number = each.request.url.split("/")
        found.setdefault(process, []).append(int(number))
    return found


@pytest.mark.parametrize("mode", ["once", "update"])
def test_long_rounds_of_eight_processes_record_two_thousand_exchanges(
    mode: str, tmp_path: Path, server: Counter
) -> None:
    run("recording", tmp_path, server.port, rounds(1), PROCESSES, COUNT, mode)
    assert names_in(tmp_path) == sorted(f"{number}.yaml" for number in range(rounds(1)))
    for path in tmp_path.iterdir():
        assert numbers_by_process(path) == {str(n): list(range(COUNT)) for n in range(PROCESSES)}


def test_what_several_recorded_at_once_is_replayed(tmp_path: Path, server: Counter) -> None:
    run("recording", tmp_path, server.port, 1, 3, 5, "once")
    asked = len(server.requests)
    with use_cassette(tmp_path / "0.yaml", mode="playback") as cassette:
        for number in range(15):
            server.get(f"/{number % 3}/{number // 3}")
    assert cassette.all_played
    assert len(server.requests) == asked


def test_several_add_at_once_to_a_cassette_that_is_there(tmp_path: Path, server: Counter) -> None:
    with use_cassette(tmp_path / "0.yaml"):
        server.get("/before/0")
    run("recording", tmp_path, server.port, 1, 4, 10, "update")
    assert numbers_by_process(tmp_path / "0.yaml") == {
        "before": [0], **{str(n): list(range(10)) for n in range(4)}
    }  # fmt: skip
    assert names_in(tmp_path) == ["0.yaml"]


def test_long_rounds_of_killing_one_of_three_lose_nothing_that_was_saved(
    tmp_path: Path, server: Counter
) -> None:
    lines = run("killing_independent", tmp_path, server.port, rounds(10), 11).splitlines()
    assert len(lines) == rounds(10)
    for number, line in enumerate(lines):
        told = json.loads(line)
        # Whoever is killed had not recorded all: it is for the next run to finish the set.
        assert not (tmp_path / f"{number}.yaml").exists()
        held = by_child(tmp_path / f"{number}.yaml.partial")
        for child, (numbers, saved) in enumerate(zip(held, told["saved"], strict=True)):
            assert numbers == [str(n) for n in range(len(numbers))]
            assert len(numbers) >= saved > 0
            assert child == told["victim"] or len(numbers) == saved
    with (
        warnings.catch_warnings(action="ignore", category=TornCassetteWarning),
        use_cassette(tmp_path / "0.yaml") as cassette,
    ):
        held = by_child(tmp_path / "0.yaml.partial")
        for child in range(CHILDREN):
            for count in range(len(held[child]) + 1):
                server.get(f"/{child}/{count}")
    assert cassette.play_count == sum(map(len, held))
    assert len(cassette) == cassette.play_count + CHILDREN
    assert (tmp_path / "0.yaml").exists()
    assert [name for name in names_in(tmp_path) if name.startswith(".0.") or name == "0.yaml.partial"] == []


SUITE = """
import http.client
import os

import pytest

from reqsnap import use_cassette

def get(path):
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()

@pytest.mark.parametrize("number", range(20))
@use_cassette("shared.yaml")
def test_in_one_cassette(number):
    assert f"/one/{number}" in get(f"/one/{number}")
    assert "/same" in get("/same")

@pytest.mark.parametrize("number", range(20))
def test_in_one_of_three_cassettes(number):
    with use_cassette(f"{number % 3}.yaml", auto_flush=True, flush_interval=0.001):
        assert f"/three/{number}" in get(f"/three/{number}")
"""


def run_suite(folder: Path, port: int, mode: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n4",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "suite.py",
    ]
    environment = {
        **os.environ,
        "REQSNAP_MODE": mode,
        "PORT": str(port),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    shown = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert "40 passed" in shown.stdout, shown.stdout + shown.stderr


def test_long_rounds_of_the_same_tests_in_four_workers(tmp_path: Path, server: Counter) -> None:
    cassettes = ["0.yaml", "1.yaml", "2.yaml", "shared.yaml"]
    folders = [tmp_path / str(number) for number in range(rounds(1))]
    for folder in folders:
        folder.mkdir()
        (folder / "suite.py").write_text(SUITE)
        run_suite(folder, server.port, "update")
        assert names_in(folder) == [*cassettes, "suite.py"]
        held = {name: numbers_in(folder / name) for name in cassettes}
        assert held.pop("shared.yaml") == list(range(20))
        assert held == {f"{n}.yaml": list(range(n, 20, 3)) for n in range(3)}
    server.close()
    before = {name: (folders[-1] / name).read_bytes() for name in cassettes}
    run_suite(folders[-1], server.port, "playback")
    assert {name: (folders[-1] / name).read_bytes() for name in cassettes} == before


def numbers_in(path: Path) -> list[int]:
    """The numbers of the requests that a file holds, but for the one that all make, in their order."""
    cassette = Cassette()
    cassette.load(path)
    urls = [each.request.url for each in cassette]
    return sorted(int(url.rpartition("/")[2]) for url in urls if not url.endswith("/same"))


# Recording anew


HOLDER = """
import http.client
import sys
from reqsnap import use_cassette
with use_cassette(sys.argv[1], mode=sys.argv[3]):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]))
    connection.request("GET", "/holder")
    connection.getresponse().read()
    print("open", flush=True)
    sys.stdin.read()
"""


def hold_open(path: Path, server: Counter, mode: str) -> subprocess.Popen[str]:
    """A process that has recorded and does not end before its stdin does."""
    command = [sys.executable, "-c", HOLDER, str(path), str(server.port), mode]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    return holder


def test_a_second_process_is_refused_in_record_and_a_killed_one_stops_nobody(
    tmp_path: Path, server: Counter
) -> None:
    path = tmp_path / "x.yaml"
    with hold_open(path, server, "record") as holder:
        for mode in ("record", "once", "update"):
            with pytest.raises(CassetteInUseError) as caught, use_cassette(path, mode=mode):
                pass
            assert caught.value.process == holder.pid
            assert str(path) in str(caught.value)
        holder.kill()
    with use_cassette(path, mode="record"):
        server.get("/after")
    assert targets_in(path) == ["/after"]
    assert names_in(tmp_path) == ["x.yaml"]


def test_a_cassette_that_another_records_anew_is_replayed_as_it_was(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        server.get("/before")
    with hold_open(path, server, "record") as holder:
        for mode in ("once", "playback"):
            with use_cassette(path, mode=mode):
                server.get("/before")
        with use_cassette(path, mode="update"):
            server.get("/added")
        holder.communicate("")
    assert sorted(targets_in(path)) == ["/added", "/holder"]


def test_playback_in_a_folder_that_cannot_be_written_touches_nothing(tmp_path: Path, server: Counter) -> None:
    path = tmp_path / "x.yaml"
    with use_cassette(path):
        server.get("/before")
    before = path.read_bytes(), path.stat().st_mtime_ns, tmp_path.stat().st_mtime_ns
    tmp_path.chmod(0o500)
    try:
        for mode in ("once", "playback"):
            with use_cassette(path, mode=mode):
                server.get("/before")
    finally:
        tmp_path.chmod(0o700)
    assert (path.read_bytes(), path.stat().st_mtime_ns, tmp_path.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("name", "mode"), [("x.yaml.partial", "once"), ("x.yaml", "playback"), ("x.yaml", "update")]
)
def test_a_block_that_cannot_be_opened_leaves_nothing_behind(name: str, mode: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"damaged")
    before = tmp_path.stat().st_mtime_ns
    with pytest.raises(CassetteFormatError), use_cassette(tmp_path / "x.yaml", mode=mode):
        pass
    assert names_in(tmp_path) == [name]
    assert (tmp_path.stat().st_mtime_ns == before) == (mode != "once")
