"""Work belongs to the block in which it is handed on, whoever does it: threads, pools, tasks, loops."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reqsnap import current_naming, naming, use_cassette
from tests.concurrency.ways import WAYS
from tests.support.cassettes import targets_of
from tests.support.counter import Counter
from tests.support.listening import PATIENCE


@pytest.fixture
def _an_unrelated_block_is_open(tmp_path: Path) -> Iterator[None]:
    """While it is, what has no block of its own belongs to none: a guess is an error."""
    is_open, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with use_cassette(tmp_path / "unrelated.yaml"):
            is_open.set()
            may_go.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    is_open.wait()
    yield
    may_go.set()
    thread.join()


@pytest.mark.parametrize("made", ["before", "outside", "inside"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.usefixtures("_an_unrelated_block_is_open")
def test_work_belongs_to_the_block_in_which_it_is_handed_on(
    tmp_path: Path, server: Counter, way: str, made: str
) -> None:
    with ExitStack() as stack:
        if made == "before":
            hand_on = stack.enter_context(WAYS[way]())
        with use_cassette(tmp_path / "outer.yaml") as outer:
            if made == "outside":
                hand_on = stack.enter_context(WAYS[way]())
            with use_cassette(tmp_path / "inner.yaml") as inner:
                if made == "inside":
                    hand_on = stack.enter_context(WAYS[way]())
                hand_on(lambda: server.get("/inner"))
            hand_on(lambda: server.get("/outer"))
    assert set(targets_of(inner)) == {"/inner"}
    assert set(targets_of(outer)) == {"/outer"}
    assert not (tmp_path / "unrelated.yaml").exists()


@pytest.mark.parametrize("way", WAYS)
def test_work_has_the_naming_context_in_which_it_is_handed_on(way: str) -> None:
    seen: list[Mapping[str, Any]] = []
    original = vars(http.client.HTTPConnection)["send"]
    with WAYS[way]() as hand_on:
        with naming(model="a"):
            hand_on(lambda: seen.append(current_naming()))
            with naming(model="b"):
                hand_on(lambda: seen.append(current_naming()))
        # Who did the work holds the patches until it has ended too, a moment after its result is known.
        deadline = time.monotonic() + PATIENCE
        while vars(http.client.HTTPConnection)["send"] is not original and time.monotonic() < deadline:
            time.sleep(0.001)
        assert vars(http.client.HTTPConnection)["send"] is original
        hand_on(lambda: seen.append(current_naming()))
    # An eager task does its work at once and again in a task that is not.
    assert list(dict.fromkeys(each.get("model") for each in seen)) == ["a", "b", None]
