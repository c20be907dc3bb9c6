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
