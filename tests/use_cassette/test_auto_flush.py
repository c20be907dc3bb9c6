"""`auto_flush` and `flush()` in use: what is on disk while a block is open, and after it."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import reqsnap
from reqsnap import scope, use_cassette
from reqsnap.storage import CassetteFile
from tests.support.cassettes import names_in
from tests.support.counter import Counter
from tests.support.timers import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


@pytest.fixture
def recorded(path: Path, server: Counter) -> Path:
    """A cassette of /1 and /2."""
    with use_cassette(path):
        server.get("/1")
        server.get("/2")
    return path


def partial(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial")


def test_a_first_recording_is_in_the_partial_file_after_an_interval(
    path: Path, server: Counter, clock: Clock
) -> None:
    with use_cassette(path, auto_flush=True, flush_interval=0.1):
        server.get("/1")
        clock.pass_time(0.09)
        assert not partial(path).exists()
        clock.pass_time(0.02)
        assert names_in(partial(path)) == ["1"]
        assert not path.exists()
    assert names_in(path) == ["1"]
    assert not partial(path).exists()


def test_with_an_interval_of_thirty_seconds_nothing_is_written_within_one(
    path: Path, server: Counter, clock: Clock
) -> None:
    with use_cassette(path, auto_flush=True):
        server.get("/1")
        clock.pass_time(29)
        assert list(path.parent.glob("x.yaml*")) == []
        clock.pass_time(1)
        assert names_in(partial(path)) == ["1"]


def test_the_real_timer_writes_without_a_call(path: Path, server: Counter) -> None:
    with use_cassette(path, auto_flush=True, flush_interval=0.01):
        server.get("/1")
        while not partial(path).exists():
            threading.Event().wait(0.005)
    assert names_in(path) == ["1"]


def test_what_is_added_to_a_cassette_goes_to_its_file(recorded: Path, server: Counter, clock: Clock) -> None:
    with use_cassette(recorded, mode="update", auto_flush=True, flush_interval=1):
        server.get("/3")
        clock.pass_time(1)
        assert names_in(recorded) == ["1", "2", "3"]
        assert not partial(recorded).exists()


def test_record_leaves_the_old_cassette_alone_until_its_block_ends(
    recorded: Path, server: Counter, clock: Clock
) -> None:
    before = recorded.read_bytes()
    with use_cassette(recorded, mode="record", auto_flush=True, flush_interval=1):
        server.get("/3")
        clock.pass_time(1)
        assert (recorded.read_bytes(), names_in(partial(recorded))) == (before, ["3"])
    assert names_in(recorded) == ["3"]
    assert not partial(recorded).exists()


@pytest.mark.parametrize("mode", ["playback", "once", "update"])
def test_where_nothing_is_new_the_file_stays_byte_for_byte(
    recorded: Path, server: Counter, clock: Clock, mode: str
) -> None:
    before = recorded.read_bytes(), recorded.stat().st_mtime_ns
    with use_cassette(recorded, mode=mode, auto_flush=True, flush_interval=0.1) as cassette:
        server.get("/1")
        server.get("/2")
        assert clock.waiting == []
        cassette.flush()
        clock.pass_time(10)
    assert (recorded.read_bytes(), recorded.stat().st_mtime_ns) == before


def test_a_block_that_records_nothing_writes_nothing(path: Path, clock: Clock) -> None:
    with use_cassette(path, auto_flush=True, flush_interval=0.1):
        clock.pass_time(10)
    assert list(path.parent.iterdir()) == []


def test_an_error_of_a_flush_is_raised_when_the_block_ends(
    path: Path, server: Counter, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with (
        pytest.raises(reqsnap.CassetteWriteError, match="No space"),
        use_cassette(path, auto_flush=True, flush_interval=0.1),
    ):
        server.get("/1")
        with monkeypatch.context() as full:
            full.setattr("os.replace", no_space)
            clock.pass_time(0.1)
        server.get("/2")
    assert names_in(path) == ["1", "2"]


def test_an_error_of_a_flush_does_not_hide_that_of_the_block(
    path: Path, server: Counter, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(KeyError) as caught, use_cassette(path, auto_flush=True, flush_interval=0.1):
        server.get("/1")
        with monkeypatch.context() as full:
            full.setattr("os.replace", no_space)
            clock.pass_time(0.1)
        raise KeyError
    assert "No space" in "".join(caught.value.__notes__)
    assert names_in(partial(path)) == ["1"]


def test_flush_without_auto_flush(path: Path, server: Counter) -> None:
    with use_cassette(path) as cassette:
        server.get("/1")
        cassette.flush()
        assert names_in(partial(path)) == ["1"]
        server.get("/2")
    assert names_in(path) == ["1", "2"]


def test_a_flushed_set_whose_block_raises_is_gone_on_with(path: Path, server: Counter) -> None:
    with pytest.raises(KeyError), use_cassette(path) as cassette:
        server.get("/1")
        cassette.flush()
        raise KeyError
    assert names_in(partial(path)) == ["1"]
    with use_cassette(path):
        assert server.get("/1") == "1 GET /1 "
        server.get("/2")
    assert names_in(path) == ["1", "2"]


def test_a_raising_block_that_keeps_nothing_takes_back_what_was_flushed(path: Path, server: Counter) -> None:
    with pytest.raises(KeyError), use_cassette(path, record_on_exception=False) as cassette:
        server.get("/1")
        cassette.flush()
        raise KeyError
    assert list(path.parent.iterdir()) == []


def test_the_timer_belongs_to_no_block_and_leaves_no_patch(
    path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(vars(http.client.HTTPConnection))
    seen: list[tuple[str, object]] = []
    written = threading.Event()
    write = CassetteFile.write

    def watching(file: CassetteFile, data: bytes) -> None:
        write(file, data)
        seen.append((threading.current_thread().name, scope.innermost()))
        written.set()

    monkeypatch.setattr(CassetteFile, "write", watching)
    with use_cassette(path, auto_flush=True, flush_interval=0.001):
        server.get("/1")
        assert written.wait(30)
    assert seen[0] == ("reqsnap flush", None)
    assert dict(vars(http.client.HTTPConnection)) == before
    assert "reqsnap flush" not in [thread.name for thread in threading.enumerate()]


def test_the_interpreter_exits_while_a_block_is_open(path: Path, server: Counter) -> None:
    program = f"""
import http.client
from reqsnap import use_cassette
use_cassette({str(path)!r}, auto_flush=True, flush_interval=3600).__enter__()
connection = http.client.HTTPConnection("127.0.0.1", {server.port})
connection.request("GET", "/1")
connection.getresponse().read()
"""
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert names_in(partial(path)) == ["1"]
