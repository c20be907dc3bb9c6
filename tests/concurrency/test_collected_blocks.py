"""Blocks that end or begin within another's opening or ending, as a garbage collection may have it."""

from __future__ import annotations

import contextvars
import gc
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from reqsnap import Cassette, scope, use_cassette
from reqsnap.blocks import opening, places
from reqsnap.formats import Beside, Format, Item, native
from reqsnap.storage import CassetteFile
from tests.support.cassettes import targets_in
from tests.support.counter import Counter

PATIENCE = 60.0
"""Seconds after which a thread counts as one that hangs."""


def in_a_thread(work: Callable[[], None]) -> None:
    """Run in a thread of its own, whose error is raised here; one that hangs fails the test."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it hangs"
    if errors:
        raise errors[0]


def abandoned(path: Path, act: Callable[[], object] = lambda: None) -> Generator[Cassette, None, None]:
    """A generator that stands within a block."""
    with use_cassette(path, mode="update") as cassette:
        act()
        yield cassette


def leave_a_cycle(path: Path, act: Callable[[], object]) -> None:
    """Open a block that only a garbage collection ends, in a context that ends here."""
    block = abandoned(path, act)
    contextvars.Context().run(next, block)
    cycle: list[object] = [block]
    cycle.append(cycle)


def collect() -> None:
    gc.collect()


def record(path: Path, server: Counter, *targets: str) -> None:
    with use_cassette(path, mode="update"):
        for target in targets:
            server.get(target)


def when_reading(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Have something happen while a cassette is read, once."""
    kind, acts = type(native.NATIVE), [act]
    read = kind.read

    def reading(
        self: Format, data: bytes, path: str | None = None, beside: Beside | None = None
    ) -> Sequence[Item]:
        if acts:
            acts.pop()()
        return read(self, data, path, beside)

    monkeypatch.setattr(kind, "read", reading)


def when_writing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Have something happen before a file is written, once."""
    write, acts = CassetteFile.write, [act]

    def writing(file: CassetteFile, data: bytes) -> None:
        if acts:
            acts.pop()()
        write(file, data)

    monkeypatch.setattr(CassetteFile, "write", writing)


def test_a_collection_within_a_reading_ends_another_block(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "x.yaml", tmp_path / "other.yaml"
    record(path, server, "/a")

    def work() -> None:
        leave_a_cycle(other, lambda: server.get("/left"))
        when_reading(monkeypatch, collect)
        with use_cassette(path, mode="playback"):
            assert server.get("/a") == "1 GET /a "

    in_a_thread(work)
    assert targets_in(other) == ["/left"]
    assert not places._places


def test_a_collection_within_a_saving_ends_another_block(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "x.yaml", tmp_path / "other.yaml"

    def work() -> None:
        leave_a_cycle(other, lambda: server.get("/left"))
        when_writing(monkeypatch, collect)
        record(path, server, "/a")

    in_a_thread(work)
    assert (targets_in(path), targets_in(other)) == (["/a"], ["/left"])
    assert not places._places


def test_a_block_that_opens_within_the_reading_of_its_path_shares_its_state(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    record(path, server, "/a")
    within: list[Cassette] = []

    def nested() -> None:
        with use_cassette(path, mode="update") as cassette:
            server.get("/within")
            within.append(cassette)

    def work() -> None:
        when_reading(monkeypatch, nested)
        with use_cassette(path, mode="update") as cassette:
            assert [cassette] == within
            server.get("/b")

    in_a_thread(work)
    assert targets_in(path) == ["/a", "/within", "/b"]
    assert not places._places


@pytest.mark.parametrize("ends", [True, False], ids=["ends within", "ends later"])
def test_a_block_that_opens_within_the_saving_of_its_path_is_saved_too(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    path = tmp_path / "x.yaml"
    left: list[Any] = []

    def nested() -> None:
        block = use_cassette(path, mode="update")
        block.__enter__()
        server.get("/within")
        if ends:
            block.__exit__(None, None, None)
        else:
            left.append(block)

    def work() -> None:
        when_writing(monkeypatch, nested)
        record(path, server, "/a")
        for block in left:
            block.__exit__(None, None, None)

    in_a_thread(work)
    assert targets_in(path) == ["/a", "/within"]
    assert not places._places


def test_a_reading_stops_no_other_paths_blocks(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "x.yaml", tmp_path / "other.yaml"
    record(path, server, "/a")

    def work() -> None:
        when_reading(monkeypatch, lambda: in_a_thread(lambda: record(other, server, "/b")))
        with use_cassette(path, mode="playback"):
            assert server.get("/a") == "1 GET /a "

    in_a_thread(work)
    assert targets_in(other) == ["/b"]


def test_whoever_opens_a_path_that_is_being_read_shares_its_state(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    record(path, server, "/a")
    found: list[Cassette] = []
    both_open = threading.Barrier(2)
    threads: list[threading.Thread] = []

    def play() -> None:
        with use_cassette(path, mode="playback") as cassette:
            found.append(cassette)
            both_open.wait(PATIENCE)

    def begin_another() -> None:
        threads.append(threading.Thread(target=play, daemon=True))
        threads[0].start()

    when_reading(monkeypatch, begin_another)
    in_a_thread(play)
    threads[0].join(PATIENCE)
    assert len(found) == 2
    assert found[0] is found[1]
    assert not places._places


def test_whoever_opens_a_path_that_is_being_saved_reads_what_was_saved(
    tmp_path: Path, server: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.yaml"
    answers: list[str] = []
    threads: list[threading.Thread] = []

    def play() -> None:
        with use_cassette(path):
            answers.append(server.get("/a"))

    def begin_another() -> None:
        threads.append(threading.Thread(target=play, daemon=True))
        threads[0].start()

    when_writing(monkeypatch, begin_another)
    in_a_thread(lambda: record(path, server, "/a"))
    threads[0].join(PATIENCE)
    assert answers == ["1 GET /a "]
    assert server.requests == ["GET /a"]
    assert not places._places


def test_a_path_that_cannot_be_read_leaves_no_place(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("no cassette")
    with pytest.raises(Exception, match="line 1"), use_cassette(path):
        pass
    assert not places._places


OURS = {each.__file__ for each in (opening, places, scope)}


class AtStep:
    """Does something before the nth line that a thread runs of the modules that open and end blocks."""

    def __init__(self, number: int, act: Callable[[], None]) -> None:
        self.left, self._act = number, act

    def __call__(self, frame: FrameType, event: str, arg: object) -> AtStep | None:
        if frame.f_code.co_filename not in OURS:
            return None
        if event == "line":
            self.left -= 1
            if not self.left:
                self._act()
        return self

    def during(self, work: Callable[[], None]) -> bool:
        """Run; returns whether there were that many lines."""
        before = sys.gettrace()
        sys.settrace(self)
        try:
            work()
        finally:
            sys.settrace(before)
        return self.left <= 0


@pytest.mark.parametrize("shared", [False, True], ids=["another path", "the same path"])
def test_a_block_may_end_between_any_two_lines_of_another(
    tmp_path: Path, server: Counter, shared: bool
) -> None:
    def step(number: int) -> bool:
        path = tmp_path / f"{number}.yaml"
        block = abandoned(path if shared else tmp_path / f"{number}-other.yaml", lambda: server.get("/left"))
        contextvars.Context().run(next, block)

        def work() -> None:
            record(path, server, "/a")

        more = AtStep(number, block.close).during(work)
        block.close()
        assert not places._places
        assert contextvars.Context().run(scope.current) is None
        if not shared:
            assert targets_in(path) == ["/a"]
            assert targets_in(tmp_path / f"{number}-other.yaml") == ["/left"]
        else:
            assert sorted(targets_in(path)) == ["/a", "/left"]
        return more

    def steps() -> None:
        number = 1
        while step(number):
            number += 1
        assert number > 50

    in_a_thread(steps)


def test_a_thread_of_no_block_finds_the_innermost_one_however_blocks_end(tmp_path: Path) -> None:
    """The chain stays right when what is in its middle ends between any two lines."""

    def step(number: int) -> bool:
        outer, middle, inner = (scope.Block(None, name) for name in ("outer", "middle", "inner"))
        scope.open_block(outer)
        scope.open_block(middle)
        more = AtStep(number, lambda: scope.close_block(middle)).during(lambda: scope.open_block(inner))
        scope.close_block(middle)
        assert contextvars.Context().run(scope._only_leaf) is inner
        scope.close_block(inner)
        assert contextvars.Context().run(scope._only_leaf) is outer
        scope.close_block(outer)
        assert contextvars.Context().run(scope._only_leaf) is None
        return more

    def steps() -> None:
        number = 1
        while step(number):
            number += 1
        assert number > 5

    in_a_thread(steps)
