"""Which block is in force: in nested blocks, in other threads and tasks, left in any order."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from reqsnap import scope
from reqsnap.carrying import Stay
from reqsnap.cassette import Cassette
from reqsnap.errors import AmbiguousCassetteError
from reqsnap.modes import Permits
from reqsnap.recorder import Recorder
from reqsnap.scope import Block

T = TypeVar("T")


def block(name: str, cassette: Cassette | None = None) -> Block:
    return Block(Recorder(cassette or Cassette(), Permits(True, False, False)), name)


@pytest.fixture(autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    yield
    assert scope.current() is None


def elsewhere(function: Callable[[], T]) -> T:
    """Run a function in a thread with a context of its own, as an old worker would have."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def test_nothing_is_in_force_without_a_block() -> None:
    assert scope.current() is None
    assert scope.innermost() is None


def test_the_innermost_block_is_in_force() -> None:
    outer, inner = block("outer"), block("inner")
    scope.open_block(outer)
    scope.open_block(inner)
    assert scope.current() is inner.recorder
    scope.close_block(inner)
    assert scope.current() is outer.recorder
    scope.close_block(outer)


def test_blocks_may_be_left_in_any_order() -> None:
    outer, inner = block("outer"), block("inner")
    scope.open_block(outer)
    scope.open_block(inner)
    scope.close_block(outer)
    assert scope.current() is inner.recorder
    assert elsewhere(scope.current) is inner.recorder
    scope.close_block(inner)


def test_a_live_block_hides_the_one_around_it() -> None:
    outer, live = block("outer"), Block(None, "live")
    scope.open_block(outer)
    scope.open_block(live)
    assert scope.current() is None
    assert elsewhere(scope.current) is None
    scope.close_block(live)
    scope.close_block(outer)


def test_a_thread_without_a_block_belongs_to_a_chain() -> None:
    outer, inner = block("outer"), block("inner")
    scope.open_block(outer)
    assert elsewhere(scope.current) is outer.recorder
    scope.open_block(inner)
    assert elsewhere(scope.current) is inner.recorder
    scope.close_block(inner)
    assert elsewhere(scope.current) is outer.recorder
    scope.close_block(outer)


def test_two_unrelated_blocks_are_not_guessed_between() -> None:
    one, other = block("one.yaml"), block("other.yaml")
    scope.open_block(one)
    context = contextvars.Context()
    context.run(scope.open_block, other)
    assert scope.current() is one.recorder
    with pytest.raises(AmbiguousCassetteError) as caught:
        elsewhere(scope.current)
    assert caught.value.open_cassettes == ("one.yaml", "other.yaml")
    assert "one.yaml, other.yaml" in str(caught.value)
    context.run(scope.close_block, other)
    assert elsewhere(scope.current) is one.recorder
    scope.close_block(one)


def test_blocks_that_share_a_cassette_are_no_question() -> None:
    shared = Cassette()
    one, other = block("one.yaml", shared), block("one.yaml", shared)
    scope.open_block(one)
    contextvars.Context().run(scope.open_block, other)
    found = elsewhere(scope.current)
    assert found is not None
    assert found.cassette is shared
    scope.close_block(other)
    scope.close_block(one)


def test_tasks_inherit_and_keep_to_themselves() -> None:
    async def own(name: str, gate: asyncio.Barrier) -> bool:
        mine = block(name)
        scope.open_block(mine)
        await gate.wait()
        right = scope.current() is mine.recorder
        await gate.wait()
        scope.close_block(mine)
        return right and scope.current() is outer.recorder

    async def main() -> list[bool]:
        gate = asyncio.Barrier(3)
        return await asyncio.gather(*[own(str(n), gate) for n in range(3)])

    outer = block("outer")
    scope.open_block(outer)
    assert asyncio.run(main()) == [True, True, True]
    scope.close_block(outer)


def test_a_block_left_in_another_context_is_over_everywhere() -> None:
    mine = block("mine")
    scope.open_block(mine)
    contextvars.Context().run(scope.close_block, mine)
    assert scope.current() is None
    assert scope.innermost() is None


def test_what_outlives_its_block_keeps_to_it_until_it_ends() -> None:
    mine = block("mine")
    context = contextvars.Context()
    context.run(scope.open_block, mine)
    copied = context.copy()
    stay = Stay(mine)
    context.run(scope.close_block, mine)
    assert copied.run(scope.current) is mine.recorder
    assert context.run(scope.current) is None
    stay.release()
    assert copied.run(scope.current) is None


def test_what_outlives_its_block_belongs_to_another_that_is_open() -> None:
    mine, other = block("mine"), block("other")
    context = contextvars.Context()
    context.run(scope.open_block, mine)
    copied = context.copy()
    stay = Stay(mine)
    context.run(scope.close_block, mine)
    scope.open_block(other)
    assert copied.run(scope.current) is other.recorder
    scope.close_block(other)
    stay.release()


def test_a_thread_that_has_left_a_block_of_its_own_still_belongs_to_the_one_it_outlives() -> None:
    outer, own = block("outer"), block("own")
    context = contextvars.Context()
    context.run(scope.open_block, outer)
    thread = context.copy()
    stay = Stay(outer)
    thread.run(scope.open_block, own)
    context.run(scope.close_block, outer)
    thread.run(scope.close_block, own)
    assert thread.run(scope.current) is outer.recorder
    stay.release()


def test_a_suspended_block_is_open_but_not_in_force() -> None:
    outer, mine = block("outer"), block("mine")
    scope.open_block(outer)
    scope.open_block(mine)
    scope.suspend(mine)
    assert scope.current() is outer.recorder
    assert elsewhere(scope.current) is outer.recorder
    with scope.resumed(mine):
        assert scope.current() is mine.recorder
        assert elsewhere(scope.current) is mine.recorder
    assert scope.current() is outer.recorder
    assert elsewhere(scope.current) is outer.recorder
    scope.close_block(mine)
    scope.close_block(outer)
