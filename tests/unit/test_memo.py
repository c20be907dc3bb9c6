"""A memo forgets rather than grows."""

from __future__ import annotations

from reqsnap.memo import MOST_BYTES, MOST_ENTRIES, Memo


def test_it_forgets_all_when_it_holds_too_many() -> None:
    memo: Memo[int] = Memo()
    for number in range(MOST_ENTRIES):
        memo.keep(number, number)
    assert memo.get(0) == 0
    memo.keep("one more", 1)
    assert memo.get(0) is None
    assert memo.get("one more") == 1


def test_it_may_be_given_how_many_are_the_most() -> None:
    memo: Memo[str] = Memo(2)
    for key in ("a", "b"):
        memo.keep(key, key)
    assert (memo.get("a"), memo.get("b")) == ("a", "b")
    memo.keep("c", "c")
    assert (memo.get("a"), memo.get("c")) == (None, "c")


def test_it_forgets_all_when_it_holds_too_much() -> None:
    memo: Memo[bytes] = Memo()
    memo.keep("a", b"", MOST_BYTES)
    memo.keep("b", b"", 1)
    assert memo.get("a") is None
    assert memo.get("b") == b""


def test_it_does_not_hold_what_is_too_large() -> None:
    memo: Memo[bytes] = Memo()
    memo.keep("a", b"", MOST_BYTES + 1)
    assert memo.get("a") is None


def test_what_is_not_remembered_is_worked_out() -> None:
    worked_out: list[str] = []

    def work_out() -> str:
        worked_out.append("again")
        return "value"

    memo = Memo[str]()
    assert [memo.of("key", work_out) for _ in range(3)] == ["value"] * 3
    assert len(worked_out) == 1
    assert [memo.of(("no hash", []), work_out) for _ in range(2)] == ["value"] * 2
    assert len(worked_out) == 3
